"""One cell from configuration to run folder, in plain Python."""

import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.cell.failures import Failure
from experiments.cell.locks import LOCK, held
from experiments.cell.signals import deferred
from experiments.settings.fingerprint import fingerprint, inputs, plain
from experiments.settings.schema import Config
from experiments.terminal.exits import ELSEWHERE, SMALLER, is_out_of_memory, os_error_message
from experiments.terminal.progress import Bars, NoProgress, say
from reconstruct.errors import RunError
from reconstruct.files import remove_stale_parts
from reconstruct.results import CHECKPOINT, FILM, PICTURE, RESULT, TRACE, Result

if TYPE_CHECKING:
    from experiments.cell.build import Cell
    from reconstruct.recorders.board import Board
    from reconstruct.synthesis import Step

UNFILMED = "finished without a film, which only the making gives; another name= makes it again"
PACKAGES = ("reconstruct", "torch", "torchvision", "numpy", "pillow")


class Verbosity(Enum):
    """What is said about a cell while it is made."""

    alone = "its bar, and in the end how it went"
    in_sweep = "its bar, below that of the sweep"
    nothing = "others do"


@dataclass(frozen=True)
class Invocation:
    """How a cell was asked for: overrides, the digest of the whole request, what is to be said meanwhile."""

    overrides: list[str] = field(default_factory=list)
    request: str = ""
    verbosity: Verbosity = Verbosity.alone


@dataclass(frozen=True)
class Provenance:
    """What a cell is made from, as it was at the beginning: the fingerprint and the files that went into it."""

    fingerprint: str
    inputs: list[Mapping[str, str]]


def run(config: Config, folder: Path, invocation: Invocation | None = None) -> Result:
    """Make one reconstruction, or give the finished one, or go on with the unfinished one.

    Raises:
        InputError: the configuration or an input file is wrong.
        RunError: weights or pictures could not be had, the disk is full, or the optimisation diverged.
        Busy: another process is making this very cell.
        KeyboardInterrupt: the user stopped it; the checkpoint is on disk.
    """
    invocation = invocation or Invocation()
    provenance = Provenance(fingerprint(config), inputs(config))
    with _explaining_system(), held(folder, {"steps": config.steps, "process": os.getpid()}):
        remove_stale_parts(folder)
        _swap(folder, provenance.fingerprint)
        result, told = Result.read(folder), f"{folder} is already finished"
        if config.film and not (folder / FILM).exists():
            told = f"{folder} was {UNFILMED}"
        if result is None or not (folder / PICTURE).exists():
            result = _made(config, folder, provenance, invocation)
            told = f"{folder.name}: {result.summary}\n{folder / PICTURE}"
        elif result.request != invocation.request:  # asked for in other words; next time they are known
            replace(result, request=invocation.request, inputs=provenance.inputs).write(folder)
        (folder / CHECKPOINT).unlink(missing_ok=True)
        Failure.clear(folder)  # of another process, while this one waited
    if invocation.verbosity is Verbosity.alone:
        say(told)
    return result


@contextmanager
def _explaining_system() -> Iterator[None]:
    """What the disk, the memory or the system refuses is a `RunError`."""
    try:
        yield
    except OSError as error:
        raise RunError(os_error_message(error, ELSEWHERE)) from error
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise RunError(f"out of memory; {SMALLER}") from error


def _swap(folder: Path, key: str) -> None:
    """Set aside what was made from other input files or settings, and take up again what was set aside for these."""
    present = Result.read(folder)
    if present is not None and present.fingerprint != key:
        _move(folder, folder / "earlier" / present.fingerprint)
    if present is None or present.fingerprint != key:
        _move(folder / "earlier" / key, folder)


def _move(start: Path, end: Path) -> None:
    """All files but the log and the lock, which are in use; the result last: no half of a move looks finished."""
    files = [path for path in start.glob("*") if path.is_file() and path.suffix != ".log" and path.name != LOCK]
    if files:
        end.mkdir(parents=True, exist_ok=True)
    for file in sorted(files, key=lambda path: path.name == RESULT):
        file.replace(end / file.name)


def _made(config: Config, folder: Path, provenance: Provenance, invocation: Invocation) -> Result:
    from experiments.cell import build  # torch; a finished cell does without
    from reconstruct import images
    from reconstruct.recorders.film import Film
    from reconstruct.recorders.recording import Checkpoint, Trace
    from reconstruct.recorders.snapshots import Snapshots
    from reconstruct.synthesis import Diverged

    cell = build.cell(config)
    films = {"film": Film()} if config.film else {}
    checkpoint = Checkpoint(folder, f"{provenance.fingerprint} {cell.dtype} {cell.winograd}", cell.synthesis, films)
    checkpoint.resume()
    done = cell.synthesis.done
    if done and films and not films["film"].frames:  # half a film would pass for a whole one
        films.clear()
        say(f"{folder.name} was begun without a film and goes on so; another name= makes it with one")
    for term, original in cell.originals.items():
        images.save(original, folder / f"{term}.png")
    with ExitStack() as stack:
        trace = stack.enter_context(closing(Trace(folder / TRACE, list(cell.originals), done)))
        board = stack.enter_context(closing(_board(config, cell, folder, invocation)))
        bars = stack.enter_context(closing(_bars(folder.name, config.steps, done, invocation.verbosity)))
        if done or trace.repeated:
            say(f"{folder.name}: going on at step {done} of {config.steps}, {trace.repeated} made again")
        try:
            snapshots = Snapshots(folder, config.snapshots, done)
            _loop(cell, [trace, board, *films.values(), bars, snapshots, checkpoint], checkpoint.save)
        except Diverged:
            if cell.synthesis.best.number < 0:
                raise  # there never was a picture with a loss
        finally:
            images.save(cell.synthesis.best.picture, folder / PICTURE)
        result = _evaluated(config, cell, folder, provenance, invocation)
        best = cell.synthesis.best.picture
        board.finish(best, result)
        for film in films.values():
            film.finish(best, result, folder / FILM)
    result.write(folder)
    return result


def _board(config: Config, cell: "Cell", folder: Path, invocation: Invocation) -> "Board":
    from experiments.cell import build, descriptions
    from reconstruct.recorders.board import Board

    texts = descriptions.texts(config, build.credits(config), command())
    return Board(folder, cell.synthesis.done, cell.originals, descriptions.columns(config, invocation.overrides), texts)


def _bars(label: str, steps: int, done: int, verbosity: Verbosity) -> Bars | NoProgress:
    return (
        NoProgress()
        if verbosity is Verbosity.nothing
        else Bars(label, steps, done, int(verbosity is Verbosity.in_sweep))
    )


def _loop(cell: "Cell", recorders: "list[Callable[[Step], None]]", save: Callable[[], None]) -> None:
    with deferred(save) as pass_on:
        for step in cell.synthesis:
            for record in recorders:
                record(step)
            pass_on()


def _evaluated(config: Config, cell: "Cell", folder: Path, provenance: Provenance, invocation: Invocation) -> Result:
    import torch

    from experiments.cell import build
    from reconstruct import convergence, images, measures

    saved = images.load(folder / PICTURE).to(cell.device)
    evaluation = cell.judge.evaluate(saved)
    original = cell.originals.get("content")
    note = convergence.problem(convergence.history(folder / TRACE, list(cell.originals)))
    return Result(
        fingerprint=provenance.fingerprint,
        total=float(evaluation.total),
        losses={term: float(loss) for term, loss in evaluation.terms.items()},
        relative_errors={term: {k: float(e) for k, e in layers.items()} for term, layers in evaluation.errors.items()},
        layers={term: config.layers(term) for term in config.active()},
        psnr=None if original is None else measures.psnr(saved, original),
        ssim=None if original is None else measures.ssim(saved, original),
        steps=config.steps,
        evaluations=cell.synthesis.done,
        best_step=cell.synthesis.best.number,
        seconds=cell.synthesis.seconds,
        seed=config.seed,
        precision=str(cell.dtype).removeprefix("torch."),
        winograd=cell.winograd,
        device=str(cell.device),
        threads=torch.get_num_threads(),
        versions={package: version(package) for package in PACKAGES},
        pictures=build.credits(config),
        overrides=invocation.overrides,
        command=command(),
        config=plain(config),
        request=invocation.request,
        inputs=provenance.inputs,
        converged=not note,
        note=note,
    )


def command() -> str:
    """What the user typed."""
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
