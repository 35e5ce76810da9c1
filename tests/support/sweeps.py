"""Sweeps on disk, as presets and users leave them."""

import itertools
from dataclasses import replace

from support.records import configured, example, settings_of
from support.tiny import smooth_picture

from reconstruct import images
from reconstruct.runs.sweeps import Sweep, SweepCell

LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


def finished(folder, cells: dict[str, dict[str, str]], drawing: str) -> Sweep:
    """A sweep of cells with representation=both, as a preset or a user's own sweep leaves them."""
    listed = []
    for name, values in cells.items():
        (folder / name).mkdir()
        for picture in ("content.png", "style.png", "result.png"):
            images.save(smooth_picture(24, 32, len(name)), folder / name / picture)
        rows = "".join(f"{i},{i + 0.1},{1 / (i + 1)},0,0\n" for i in range(5))
        (folder / name / "trace.csv").write_text("step,seconds,total,content,gradient_norm\n" + rows)
        depth = int(values.get("depth", "1"))
        share = min(max(float(values.get("ratio", "1")), 1e-9), 1e9) ** 0.1
        pictures = {t: {"name": "x", "title": TITLES[t], "credit": ""} for t in ("content", "style")}
        made = replace(
            example(),
            fingerprint=f"{folder} {name}",
            relative_errors={"content": {"relu4_2": 0.2 / share}, "style": {"relu1_1": 0.3 * share}},
            losses={"content": 1.0, "style": 1.0},
            layers={"content": ["relu4_2"], "style": list(LAYERS[:depth])},
            pictures=pictures,
            config=configured(losses="relative", content={"layers": ["relu4_2"]}, style={"layers": None}),
        )
        made.write(folder / name)
        listed.append(SweepCell(name, values, settings=settings_of(values, made)))
    sweep = Sweep(folder, drawing, listed, "reconstruct")
    sweep.write()
    return sweep


TITLES = {"content": "Pagoda in China", "style": "Georges Seurat, Study for A Sunday on La Grande Jatte, 1884"}


SWEEPS = {
    "fig2": {"style.picture": ["a", "b", "c", "d", "e"]},
    "fig3": {"depth": ["1", "2", "3", "4", "5"], "ratio": ["0.001", "0.01", "0.1", "1", "10"]},
    "table": {"content.layers": ["[relu3_1]", "[relu4_1,relu4_2]"], "seed": ["0", "1", "2"]},
    "tables": {"seed": ["0", "1"], "canvas": ["pixels", "pyramid"], "losses": ["paper", "relative"]},
    "pair": {"ratio": ["0.1", "0.2"]},
}


def any_sweep(folder, name: str) -> Sweep:
    axes = SWEEPS[name]
    points = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    cells = {",".join(f"{key}={value}" for key, value in point.items()): point for point in points}
    return finished(folder, cells, name if name.startswith("fig") else "auto")
