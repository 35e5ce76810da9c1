"""Every panel of a table as a file of its own, and LaTeX that joins them again with labels and a caption.

DIR/01_relu1_1_Pagoda_in_China.png …   panels in reading order
    figure.tex                         to be included in a document that loads the package graphicx
    example.tex                        a minimal document that includes it
"""

import re
from collections.abc import Iterator, Sequence
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
from reconstruct.report.figures.tables.tiles import Tile

LONGEST = 60  # characters of a panel's name
FIGURE = r"""\begin{figure*}
\centering\small\setlength{\tabcolsep}{2pt}
%(body)s
\caption{%(caption)s}
\end{figure*}
"""
EXAMPLE = r"""\documentclass{article}
\usepackage{graphicx}
\usepackage[margin=%(margin).2fin,papersize={%(width).2fin,%(height).2fin}]{geometry}
\begin{document}
\input{figure}
\end{document}
"""


def write_panels(cells: Cells, look: Look, layout: Layout | None, folder: str | Path, caption: str) -> list[Path]:
    """Write panels, ``figure.tex`` and ``example.tex`` into a folder; panels of an earlier ``figure.tex`` are removed.

    Args:
        cells: the cells of the figure.
        look: the choices of the reader.
        layout: as for a grid, for every kind of figure.
        folder: the folder of the files; it is created if it is missing.
        caption: plain text.

    Returns:
        The LaTeX files.
    """
    folder = Path(folder)
    every, numbers = placed(tables(cells, look, layout), look), count(1)
    folder.mkdir(parents=True, exist_ok=True)
    for name in re.findall(r"\\includegraphics\[[^]]*\]\{([\w.-]+)\}", _read(folder / "figure.tex")):
        (folder / name).unlink(missing_ok=True)
    written = [_Written(each, folder, numbers).latex() for each in every]
    body = "\n\n\\medskip\n".join(written)
    paragraphs = caption.strip().split("\n\n")[:-1]  # all but the commands
    words = escaped(" ".join(paragraph.replace("\n", "; ") for paragraph in paragraphs))
    figure = FIGURE % {"body": body, "caption": words}
    example = EXAMPLE % {
        "margin": 0.5,
        "width": look.width + 1.4,
        "height": 1.15 * sum(each.inches for each in every) + 3,
    }
    return [_write(folder / "figure.tex", figure), _write(folder / "example.tex", example)]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _write(path: Path, text: str) -> Path:
    with written_whole(path) as file:
        file.write(text.encode())
    return path


class _Written:
    """A table whose panels are written into files."""

    def __init__(self, placed: Placed, folder: Path, numbers: Iterator[int]) -> None:
        self.placed, self.folder, self.numbers = placed, folder, numbers

    def latex(self) -> str:
        """The heading, and a tabular for each band, one below the other."""
        table = self.placed.table
        heading = [f"\\textbf{{{escaped(table.heading)}}}\\par"] if table.heading else []
        originals = [self._originals(*zip(*table.originals, strict=True))] if table.originals else []
        return "\n\n".join([*heading, *originals, *(self._band(band) for band in self.placed.bands)])

    def _originals(self, labels: Sequence[str], tiles: Sequence[Tile]) -> str:
        pictures = [self._picture(tile, label) for label, tile in zip(labels, tiles, strict=True)]
        return _tabular("c" * len(labels), [[self._box(label) for label in labels], pictures])

    def _band(self, band: Sequence[int]) -> str:
        placed, lines = self.placed, []
        if band[0] == 0 and placed.column_heading:
            lines.append(["", f"\\multicolumn{{{len(band)}}}{{c}}{{{_one_line(placed.column_heading)}}}"])
        if placed.column_labels:
            corner = _one_line(placed.row_heading) if placed.row_heading else ""
            lines.append([corner, *(self._box(placed.column_labels[j].words) for j in band)])
        for i in range(placed.rows):
            name = self._box(placed.row_labels[i].words, "\\raggedleft") if placed.row_labels else ""
            lines.append([name, *(self._tile(i, j) for j in band)])
            if any(said := [self._said(i, j) for j in band]):
                lines.append(["", *(f"\\footnotesize {words}" for words in said)])
        if placed.row_labels:
            return _tabular("r" + "c" * len(band), lines)
        return _tabular("c" * len(band), [line[1:] for line in lines])

    def _box(self, words: str, how: str = "\\centering") -> str:
        """A text that wraps in the width of a panel, or of the labels of rows."""
        inches = self.placed.width if how == "\\centering" else self.placed.labels
        return f"\\parbox[c]{{{inches:.3f}in}}{{{how} {escaped(words)}}}"

    def _tile(self, row: int, column: int) -> str:
        tile, placed = self.placed.table.tiles.get((row, column)), self.placed
        names = [of[k].words for of, k in ((placed.column_labels, column), (placed.row_labels, row)) if of]
        return self._picture(tile, " ".join(names) or tile.name or "original") if tile else ""

    def _picture(self, tile: Tile, name: str) -> str:
        """Write a picture into a file; the LaTeX that includes it, or says why there is none."""
        if tile.picture is None:
            return escaped(tile.problem)
        ascii_only = normalize("NFKD", name).replace("−", "-").encode("ascii", "ignore").decode()
        safe = re.sub(r"[^\w-]+", "_", ascii_only).strip("_")[:LONGEST]
        path = self.folder / f"{next(self.numbers):02d}_{safe or 'panel'}.png"
        with written_whole(path) as file:
            tile.picture.save(file, format="PNG")
        return f"\\raisebox{{-0.5\\height}}{{\\includegraphics[width={self.placed.width:.3f}in]{{{path.name}}}}}"

    def _said(self, row: int, column: int) -> str:
        """What stands below a panel: its numbers, and what is wrong with it."""
        tile = self.placed.table.tiles.get((row, column))
        problem = [escaped(tile.problem.upper())] if tile and tile.picture and tile.problem else []
        return ", ".join([*map(_one_line, self.placed.values.get((row, column), {}).values()), *problem])


def _one_line(words: Fitted) -> str:
    return escaped(words.words.replace("\n", " "))


def _tabular(columns: str, lines: Sequence[Sequence[str]]) -> str:
    rows = " \\\\\n".join(map(" & ".join, lines))
    return f"\\begin{{tabular}}{{{columns}}}\n{rows} \\\\\n\\end{{tabular}}\\par"
