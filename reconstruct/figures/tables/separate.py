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

from PIL.Image import Image

from reconstruct.figures.cells import Cells
from reconstruct.figures.page.fitting import Fitted
from reconstruct.figures.page.sheet import Look
from reconstruct.figures.pivot import Layout
from reconstruct.figures.tables.grid import tables
from reconstruct.figures.tables.latex import escaped
from reconstruct.figures.tables.table import Placed, Table, placed
from reconstruct.files import written_whole

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

    def __init__(self, table: Placed, folder: Path, numbers: Iterator[int]) -> None:
        self.placed, self.folder, self.numbers = table, folder, numbers
        self.table: Table = table.table

    def latex(self) -> str:
        """The heading, and a tabular for each band, one below the other."""
        heading = [f"\\textbf{{{escaped(self.table.heading)}}}\\par"] if self.table.heading else []
        originals = [self._originals()] if self.table.originals else []
        return "\n\n".join([*heading, *originals, *(self._band(band) for band in self.placed.bands)])

    def _originals(self) -> str:
        labels, tiles = zip(*self.table.originals, strict=True)
        pictures = [self._picture(tile.picture, tile.problem, label) for label, tile in zip(labels, tiles, strict=True)]
        return _tabular("c" * len(labels), [" & ".join(self._box(label) for label in labels), " & ".join(pictures)])

    def _band(self, band: Sequence[int]) -> str:
        rows, columns = self.placed.row_labels, self.placed.column_labels
        lines = []
        if band[0] == 0 and self.placed.column_heading:
            span = f"\\multicolumn{{{len(band)}}}{{c}}{{{_one_line(self.placed.column_heading)}}}"
            lines.append(self._line("", [span]))
        if columns:
            corner = _one_line(self.placed.row_heading) if self.placed.row_heading else ""
            lines.append(self._line(corner, [self._box(columns[j].words) for j in band]))
        for i in range(self.placed.rows):
            name = self._box(rows[i].words, self.placed.labels, "\\raggedleft") if rows else ""
            lines.append(self._line(name, [self._tile(i, j) for j in band]))
            if any(self._said(i, j) for j in band):
                lines.append(self._line("", [self._errors(i, j) for j in band]))
        return _tabular(("r" if rows else "") + "c" * len(band), lines)

    def _line(self, first: str, others: Sequence[str]) -> str:
        return " & ".join([first, *others] if self.placed.row_labels else others)

    def _box(self, words: str, width: float | None = None, how: str = "\\centering") -> str:
        """A text that wraps in the width of a panel."""
        inches = self.placed.width if width is None else width
        return f"\\parbox[c]{{{inches:.3f}in}}{{{how} {escaped(words)}}}"

    def _tile(self, row: int, column: int) -> str:
        tile = self.table.tiles.get((row, column))
        if tile is None:
            return ""
        names = [of[k].words for of, k in ((self.placed.column_labels, column), (self.placed.row_labels, row)) if of]
        return self._picture(tile.picture, tile.problem, " ".join(names) or tile.name or "original")

    def _picture(self, picture: Image | None, problem: str, name: str) -> str:
        if picture is None:
            return escaped(problem)
        ascii_only = normalize("NFKD", name).encode("ascii", "ignore").decode()
        safe = re.sub(r"[^\w-]+", "_", ascii_only).strip("_")[:LONGEST]
        path = self.folder / f"{next(self.numbers):02d}_{safe or 'panel'}.png"
        with written_whole(path) as file:
            picture.save(file, format="PNG")
        return f"\\raisebox{{-0.5\\height}}{{\\includegraphics[width={self.placed.width:.3f}in]{{{path.name}}}}}"

    def _errors(self, row: int, column: int) -> str:
        return "\\footnotesize " + ", ".join(self._said(row, column))

    def _said(self, row: int, column: int) -> list[str]:
        """What stands below a panel: its numbers, and what is wrong with it."""
        tile = self.table.tiles.get((row, column))
        problem = [escaped(tile.problem.upper())] if tile and tile.picture and tile.problem else []
        return [*map(_one_line, self.placed.values.get((row, column), {}).values()), *problem]


def _one_line(words: Fitted) -> str:
    return escaped(words.words.replace("\n", " "))


def _tabular(columns: str, lines: Sequence[str]) -> str:
    rows = " \\\\\n".join(lines)
    return f"\\begin{{tabular}}{{{columns}}}\n{rows} \\\\\n\\end{{tabular}}\\par"
