"""One cell from configuration to run folder, in plain Python."""

import shlex
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.fingerprint import fingerprint, plain
from experiments.interrupts import deferred
from experiments.progress import Bars, Place, say, summary
from experiments.schema import Config
from reconstruct.results import PICTURE, RESULT, Result, Sweep

if TYPE_CHECKING:
    from experiments.build import Cell
    from reconstruct.synthesis import Step

PACKAGES = ("reconstruct", "torch", "torchvision", "numpy", "pillow")


def run(config: Config, folder: Path, overrides: list[str] | None = None) -> Result:
    """Make one reconstruction, or give the finished one, or go on with the unfinished one.

    Raises:
        InputError: the configuration or an input file is wrong.
        RunError: weights or pictures could not be had, or the optimisation diverged.
        KeyboardInterrupt: the user stopped it; the checkpoint is on disk.
    """
    key = fingerprint(config)
    _swap(folder, key)
    finished = Result.read(folder)
    if finished is not None and (folder / PICTURE).exists():
        say(f"{folder} is already finished")
        return finished
    from experiments import build  # torch; a finished cell does without

    cell = build.cell(config)
    folder.mkdir(parents=True, exist_ok=True)
    result = _reconstruct(config, cell, folder, key, overrides or [])
    say(summary(folder, result, _place(folder)))
    return result


def _swap(folder: Path, key: str) -> None:
    """Set aside what was made from other input files or settings, and take up again what was set aside for these."""
    present = Result.read(folder)
    if present is not None and present.fingerprint != key:
        _move(folder, folder / "earlier" / present.fingerprint)
    if present is None or present.fingerprint != key:
        _move(folder / "earlier" / key, folder)


def _move(start: Path, end: Path) -> None:
    """All files but the log, which is open; the result last, so that no half of a move looks finished."""
    files = [path for path in start.glob("*") if path.is_file() and path.suffix != ".log"]
    if files:
        end.mkdir(parents=True, exist_ok=True)
    for file in sorted(files, key=lambda path: path.name == RESULT):
        file.replace(end / file.name)


def _reconstruct(config: Config, cell: "Cell", folder: Path, key: str, overrides: list[str]) -> Result:
    from reconstruct import images
    from reconstruct.recording import Board, Checkpoint, Trace

    checkpoint = Checkpoint(folder, f"{key} {cell.dtype}", cell.synthesis)
    checkpoint.resume()
    done = cell.synthesis.done
    if done:
        say(f"{folder.name}: going on at step {done} of {config.steps}")
    for term, original in cell.originals.items():
        images.save(original, folder / f"{term}.png")
    with ExitStack() as stack:
        trace = stack.enter_context(closing(Trace(folder / "trace.csv", list(cell.originals), done)))
        board = stack.enter_context(closing(Board(folder, done)))
        bars = stack.enter_context(closing(Bars(folder.name, config.steps, done, _place(folder))))
        if not done:
            board.originals(cell.originals)
        try:
            _loop(cell, [trace, board, bars, checkpoint], checkpoint.save)
        finally:
            images.save(cell.synthesis.best.picture, folder / PICTURE)
        result = _judged(config, cell, folder, key, overrides)
        board.finish(cell.synthesis.best.picture, config.steps, _settings(config), _metrics(result))
    result.write(folder)
    checkpoint.remove()
    return result


def _loop(cell: "Cell", recorders: "list[Callable[[Step], None]]", save: Callable[[], None]) -> None:
    with deferred() as stopped:
        for step in cell.synthesis:
            for record in recorders:
                record(step)
            if stopped():
                save()
                raise KeyboardInterrupt


def _judged(config: Config, cell: "Cell", folder: Path, key: str, overrides: list[str]) -> Result:
    import torch

    from experiments import build
    from reconstruct import images, measures

    saved = images.load(folder / PICTURE).to(cell.device)
    with torch.no_grad():
        evaluation = cell.judge(saved)
    original = cell.originals.get("content")
    return Result(
        fingerprint=key,
        total=float(evaluation.total),
        losses={term: float(loss) for term, loss in evaluation.terms.items()},
        relative_errors=cell.judge.relative_errors(saved),
        layers={term: config.layers(term) for term in config.active()},
        psnr=None if original is None else measures.psnr(saved, original),
        ssim=None if original is None else measures.ssim(saved, original),
        steps=config.steps,
        evaluations=cell.synthesis.done,
        best_step=cell.synthesis.best.number,
        seconds=cell.synthesis.seconds,
        seed=config.seed,
        precision=str(cell.dtype).removeprefix("torch."),
        device=str(cell.device),
        threads=torch.get_num_threads(),
        versions={package: version(package) for package in PACKAGES},
        pictures=build.credits(config),
        overrides=overrides,
        command=command(),
        config=plain(config),
    )


def command() -> str:
    """What the user typed."""
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])


def _place(folder: Path) -> Place | None:
    sweep = Sweep.read(folder.parent)
    return Place.of(sweep) if sweep and any(cell.folder == folder.name for cell in sweep.cells) else None


def _settings(config: Config) -> dict[str, Any]:
    """One column each in TensorBoard's HParams table."""
    terms = {
        f"{term}.{key}": value
        for term in config.active()
        for key, value in (("picture", getattr(config, term).picture), ("layers", " ".join(config.layers(term))))
    }
    names = ("representation", "depth", "ratio", "losses", "size", "steps", "seed", "precision")
    plainly = {name: plain(getattr(config, name)) for name in names}
    kinds = {"canvas": type(config.canvas).__name__, "optimizer": type(config.optimizer).__name__}
    network = {"network": f"{config.network.architecture} {config.network.weights}"}
    return terms | {name: value for name, value in plainly.items() if value is not None} | kinds | network


def _metrics(result: Result) -> dict[str, float]:
    errors = {f"{term}_error": result.error(term) for term in result.relative_errors}
    quality = {"psnr": result.psnr, "ssim": result.ssim}
    return errors | {"total": result.total} | {name: value for name, value in quality.items() if value is not None}
