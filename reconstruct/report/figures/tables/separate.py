"""Every panel of a table as a file of its own, and LaTeX that joins them again with labels and a caption.

DIR/01_relu1_1_Pagoda_in_China.png …   panels in reading order
    figure.tex                         to be included in a document that loads the package graphicx
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from unicodedata import normalize

from reconstruct.files import written_whole
from reconstruct.report.figures.cells import Cells
from reconstruct.report.figures.page.fitting import Fitted
from reconstruct.report.figures.page.sheet import Look
from reconstruct.report.figures.pivot import Layout
from reconstruct.report.figures.tables.grid import tables
from reconstruct.report.figures.tables.latex import escaped
from reconstruct.report.figures.tables.table import Placed, placed

LONGEST = 60  # characters of a panel's name
FIGURE = r"""\begin{figure*}
\centering\small\setlength{\tabcolsep}{2pt}
%(body)s
\caption{%(caption)s}
\end{figure*}
"""


def write_panels(cells: Cells, look: Look, layout: Layout | None, folder: Path, caption: str) -> Path:
    """Write panels into a folder, laid out as a grid for every kind of figure, and ``figure.tex``; the path of that.

    Panels of an earlier ``figure.tex`` are removed.
    """
    every, writer, path = placed(tables(cells, look, layout), look), _Writer(folder, count(1)), folder / "figure.tex"
    folder.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    for name in re.findall(r"\\includegraphics\[[^]]*\]\{([\w.-]+)\}", before):
        (folder / name).unlink(missing_ok=True)
    paragraphs = caption.strip().split("\n\n")[:-1]  # all but the commands
    words = escaped(" ".join(paragraph.replace("\n", "; ") for paragraph in paragraphs))
    figure = FIGURE % {"body": "\n\n\\medskip\n".join(map(writer.latex, every)), "caption": words}
    with written_whole(path) as file:
        file.write(figure.encode())
    return path


@dataclass(frozen=True)
class _Writer:
    """Writes panels into files, which it numbers, and the LaTeX that shows them."""

    folder: Path
    numbers: Iterator[int]

    def latex(self, placed: Placed) -> str:
        """The heading, the originals, and a tabular for each band, one below the other."""
        heading = placed.table.heading
        parts = [f"\\textbf{{{escaped(heading)}}}\\par"] if heading else []
        parts += [self.latex(placed.above)] if placed.above else []
        return "\n\n".join([*parts, *(self._band(placed, band) for band in placed.bands)])

    def _band(self, placed: Placed, band: Sequence[int]) -> str:
        """A tabular whose first column has the labels of the rows."""
        lines = []
        if band[0] == 0 and placed.column_heading:
            lines.append(["", f"\\multicolumn{{{len(band)}}}{{c}}{{{_one_line(placed.column_heading)}}}"])
        if placed.column_labels:
            corner = _one_line(placed.row_heading) if placed.row_heading else ""
            lines.append([corner, *(_box(placed.column_labels[j], placed.width) for j in band)])
        for i in range(placed.rows):
            name = _box(placed.row_labels[i], placed.labels, "\\raggedleft") if placed.row_labels else ""
            lines.append([name, *(self._tile(placed, i, j) for j in band)])
            if any(below := [_below(placed, i, j) for j in band]):
                lines.append(["", *(f"\\footnotesize {words}" for words in below)])
        rows = " \\\\\n".join(map(" & ".join, lines))
        return f"\\begin{{tabular}}{{r{'c' * len(band)}}}\n{rows} \\\\\n\\end{{tabular}}\\par"

    def _tile(self, placed: Placed, row: int, column: int) -> str:
        """Write a picture into a file; the LaTeX that includes it, or says why there is none."""
        if not (tile := placed.table.tiles.get((row, column))):
            return ""
        if tile.picture is None:
            return escaped(tile.problem)
        labels = [of[k].words for of, k in ((placed.column_labels, column), (placed.row_labels, row)) if of]
        name = " ".join(labels) or tile.name or "original"
        ascii_only = normalize("NFKD", name).replace("−", "-").encode("ascii", "ignore").decode()
        safe = re.sub(r"[^\w-]+", "_", ascii_only).strip("_")[:LONGEST]
        path = self.folder / f"{next(self.numbers):02d}_{safe or 'panel'}.png"
        with written_whole(path) as file:
            tile.picture.save(file, format="PNG")
        return f"\\raisebox{{-0.5\\height}}{{\\includegraphics[width={placed.width:.3f}in]{{{path.name}}}}}"


def _below(placed: Placed, row: int, column: int) -> str:
    """What stands below a panel: its numbers, and what is wrong with it."""
    tile = placed.table.tiles.get((row, column))
    problem = [tile.problem.upper()] if tile and tile.picture and tile.problem else []
    numbers = [" ".join(number) for number in tile.values] if tile and (row, column) in placed.values else []
    return escaped(", ".join([*numbers, *problem]))


def _box(words: Fitted, inches: float, how: str = "\\centering") -> str:
    """A text that wraps in a width."""
    return f"\\parbox[c]{{{inches:.3f}in}}{{{how} {escaped(words.words)}}}"


def _one_line(words: Fitted) -> str:
    return escaped(words.words.replace("\n", " "))
