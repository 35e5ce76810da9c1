"""Figures 1, 2 and 3 of Gatys, Ecker & Bethge (2015)."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from reconstruct.figures.cells import Panel, aspect, error_label, original, panels, value_name
from reconstruct.figures.sheet import COLOURS, FAINT, GAP, INK, SMALL, WIDTH, Look, Sheet, house_style, percent, plain
from reconstruct.results import Sweep

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def fig1(sweep: Sweep, look: Look) -> Figure:
    """Style reconstructions above, content reconstructions below, the network between them."""
    cells = {(p.cell.values["representation"], int(p.cell.values["depth"])): p for p in panels(sweep)}
    with house_style():
        return _Fig1(sweep, cells, look).sheet.figure


class _Fig1:
    HEAD, FOOT, NETWORK, SIDE_GAP = 0.32, 0.28, 0.9, 0.22

    def __init__(self, sweep: Sweep, cells: Mapping[tuple[str, int], Panel], look: Look) -> None:
        self.sweep, self.cells = sweep, cells
        self.depths = sorted({depth for _, depth in cells})
        columns = len(self.depths) + 1
        self.side = (WIDTH - self.SIDE_GAP - GAP * columns) / columns
        self.height = self.side * (1.0 if look.crop else aspect(list(cells.values())))
        row = self.HEAD + self.height + self.FOOT
        self.sheet = Sheet(2 * row + self.NETWORK + GAP, look)
        self._row("style", 0.0)
        self._network(row)
        self._row("content", row + self.NETWORK)

    def _left(self, column: int) -> float:
        return GAP / 2 + column * (self.side + GAP) + (self.SIDE_GAP if column else 0)

    def _row(self, term: str, top: float) -> None:
        top += self.HEAD
        source = original(self.sweep, term, [p.cell for (t, _), p in self.cells.items() if t == term])
        self.sheet.picture(self._left(0), top, self.side, self.height, source, "missing")
        centre = self._left(0) + self.side / 2
        self.sheet.text(centre, top - 0.06, term.capitalize(), ha="center", va="bottom", weight="bold")
        self.sheet.text(centre, top + self.height + 0.06, "error", ha="center", va="top", size=SMALL, color=FAINT)
        for column, depth in enumerate(self.depths, 1):
            if (term, depth) in self.cells:
                self._cell(self.cells[term, depth], term, column, top)

    def _cell(self, panel: Panel, term: str, column: int, top: float) -> None:
        left, right = self._left(column), self._left(column) + self.side
        self.sheet.picture(left, top, self.side, self.height, panel.picture, panel.problem, panel.cell.folder)
        self.sheet.text(left, top - 0.06, LETTERS[column - 1], va="bottom", weight="bold")
        layer = value_name("depth", panel.cell.values["depth"], [panel])
        self.sheet.text(right, top - 0.06, layer if panel.result else "", ha="right", va="bottom", size=SMALL)
        error = panel.error(term)
        words = percent(error) if error is not None else ""
        centre, below, name = (left + right) / 2, top + self.height + 0.06, error_label(panel.cell.folder, term)
        self.sheet.text(centre, below, words, ha="center", va="top", size=SMALL, label=name)

    def _network(self, top: float) -> None:
        """Five blocks: their height falls with every pooling, their depth grows with the number of channels."""
        axes = self.sheet.axes(0, top, WIDTH, self.NETWORK)
        axes.set(xlim=(0, WIDTH), ylim=(self.NETWORK, 0))
        middle, reach = self.NETWORK / 2, self.NETWORK / 2 - 0.01
        for column, depth in enumerate(self.depths, 1):
            centre = self._left(column) + self.side / 2
            half = 0.3 * 0.74 ** (depth - 1)
            _block(axes, centre, middle, half, 0.05 * 1.5 ** (depth - 1))
            _arrow(axes, (centre, middle - half - 0.02), (centre, middle - reach))
            _arrow(axes, (centre, middle + half + 0.02), (centre, middle + reach))
        start = self._left(0) + self.side / 2
        axes.text(start, middle, "network", ha="center", va="center", color=FAINT, size=SMALL)


def _arrow(axes: Axes, tail: tuple[float, float], head: tuple[float, float]) -> None:
    look = {"arrowstyle": "-|>", "color": COLOURS[0], "lw": 1, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", head, tail, arrowprops=look)


def _block(axes: Axes, x: float, y: float, half: float, depth: float) -> None:
    """A box seen from the side: `half` of its height, `depth` along the network."""
    slant = half * 0.45
    left, right = x - depth / 2 - slant / 2, x + depth / 2 - slant / 2
    front = [(left, y - half + slant), (right, y - half + slant), (right, y + half), (left, y + half)]
    top = [front[0], front[1], (right + slant, y - half), (left + slant, y - half)]
    side = [front[1], front[2], (right + slant, y + half - slant), (right + slant, y - half)]
    for corners, shade in ((front, "0.86"), (top, "0.95"), (side, "0.75")):
        axes.add_patch(Polygon(corners, closed=True, facecolor=shade, edgecolor=INK, linewidth=0.6))


def fig2(sweep: Sweep, look: Look) -> Figure:
    """One photograph, then the same in the style of each painting, the painting inset at the lower left corner."""
    cells = panels(sweep)
    with house_style():
        return _fig2_sheet(sweep, cells, look).figure


def _fig2_sheet(sweep: Sweep, cells: Sequence[Panel], look: Look) -> Sheet:
    head, columns = 0.3, look.columns or 3
    width = (WIDTH - GAP * columns) / columns
    height = width * (1.0 if look.crop else aspect(cells))
    rows = -(-(len(cells) + 1) // columns)
    sheet = Sheet(rows * (height + head) + GAP, look)
    for number in range(len(cells) + 1):
        left = GAP / 2 + number % columns * (width + GAP)
        top = head + number // columns * (height + head)
        if number == 0:
            sheet.picture(left, top, width, height, original(sweep, "content"), "missing")
            name = next((p.result.pictures["content"]["title"] for p in cells if p.result), "photograph")
        else:
            name = _painted(sheet, sweep, cells[number - 1], (left, top, width, height))
        sheet.text(left, top - 0.06, LETTERS[number].upper(), va="bottom", weight="bold")
        sheet.text(left + 0.23, top - 0.06, plain(_shortened(name)), va="bottom", size=SMALL)
    return sheet


def _painted(sheet: Sheet, sweep: Sweep, panel: Panel, box: tuple[float, float, float, float]) -> str:
    left, top, _, height = box
    sheet.picture(*box, panel.picture, panel.problem, panel.cell.folder)
    painting = original(sweep, "style", [panel.cell])
    if painting is not None:
        inset_height = 0.36 * height
        inset_width = inset_height * painting.width / painting.height
        axes = sheet.picture(left, top + height - inset_height, inset_width, inset_height, painting)
        axes.add_patch(
            Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], fill=False, ec="white", lw=2, transform=axes.transAxes)
        )
    return panel.result.pictures["style"]["title"] if panel.result else ""


def _shortened(title: str, longest: int = 24) -> str:
    """A title without its year and, where it is long, without its painter; then cut between two words."""
    words = title.split(", 1")[0].split(", ca.")[0]
    words = words if len(words) <= longest else words.split(", ", 1)[-1]
    return words if len(words) <= longest else words[:longest].rsplit(" ", 1)[0].rstrip(" ,") + " …"


def fig3(sweep: Sweep, look: Look) -> Figure:
    """Rows: style over more and more layers. Columns: α/β. The photograph and the painting beside them."""
    cells = {(p.cell.values["depth"], p.cell.values["ratio"]): p for p in panels(sweep)}
    with house_style():
        return _fig3_sheet(sweep, cells, look).figure


def _fig3_sheet(sweep: Sweep, cells: Mapping[tuple[str, str], Panel], look: Look) -> Sheet:
    depths, ratios = sweep.values("depth"), sweep.values("ratio")
    head, labels, beside = 0.66, 1.05, 1.25
    width = (WIDTH - labels - beside - 0.15 - GAP * len(ratios)) / len(ratios)
    height = width * (1.0 if look.crop else aspect(list(cells.values())))
    sheet = Sheet(head + len(depths) * (height + GAP), look)
    for row, depth in enumerate(depths):
        top = head + row * (height + GAP)
        name = value_name("depth", depth, cells.values())
        sheet.text(labels - 0.1, top + height / 2, name, ha="right", va="center", size=SMALL)
        for column, ratio in enumerate(ratios):
            panel, left = cells[depth, ratio], labels + column * (width + GAP)
            sheet.picture(left, top, width, height, panel.picture, panel.problem, panel.cell.folder)
            if row == 0:
                name = value_name("ratio", ratio, cells.values())
                sheet.text(left + width / 2, top - 0.06, name, ha="center", va="bottom")
    _fig3_surroundings(sheet, sweep, cells, labels, WIDTH - beside - 0.15, head, beside)
    return sheet


def _fig3_surroundings(
    sheet: Sheet,
    sweep: Sweep,
    cells: Mapping[tuple[str, str], Panel],
    start: float,
    end: float,
    head: float,
    side: float,
) -> None:
    losses = next((p.result.config["losses"] for p in cells.values() if p.result), "")
    axis = {"relative": "α/β, of relative losses", "paper": "α/β, of the paper's losses"}.get(losses, "α/β")
    sheet.text((start + end) / 2, 0.1, f"{axis}  →", ha="center", va="top")
    sheet.text(start - 0.1, head - 0.06, "style layers", ha="right", va="bottom", size=SMALL, color=FAINT)
    left, top = WIDTH - side - GAP / 2, head
    for term in ("content", "style"):
        picture = original(sweep, term)
        height = side * (picture.height / picture.width if picture and not sheet.look.crop else 1.0)
        sheet.text(left, top - 0.06, term.capitalize(), va="bottom", weight="bold")
        sheet.picture(left, top, side, height, picture, "missing")
        top += height + 0.35
