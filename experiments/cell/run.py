"""One cell from configuration to run folder, in plain Python. Finished cells are found without torch."""

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from experiments.cell.failures import Failure
from experiments.cell.invocation import Invocation, Provenance, Verbosity
from experiments.cell.known import SET_ASIDE, mark
from experiments.cell.locks import LOCK, held
from experiments.settings.folders import words
from experiments.settings.overrides import chosen
from experiments.settings.schema import Config
from experiments.terminal.exits import ELSEWHERE, SMALLER, is_out_of_memory, os_error_message
from experiments.terminal.progress import say
from reconstruct.errors import InputError, RunError, one_line
from reconstruct.explorer.sentences import sentence
from reconstruct.files import remove_stale_parts
from reconstruct.results import CHECKPOINT, FILM, HALF, PICTURE, RESULT, Result

UNFILMED = "finished without a film, which only the making gives; film=true under another name= makes it again"


def run(config: Config, folder: Path, invocation: Invocation | None = None) -> Result:
    """Make one reconstruction, or give the finished one, or go on with the unfinished one.

    Raises:
        InputError: the configuration or an input file is wrong.
        RunError: weights or pictures could not be had, the disk is full, or the optimisation diverged.
        Busy: another process is making this very cell.
        KeyboardInterrupt: the user stopped it; the checkpoint is on disk.
    """
    invocation = invocation or Invocation()
    provenance = Provenance.of(config)
    with (
        _explaining_system(),
        _explaining_classes(provenance),
        held(folder, {"steps": config.steps, "process": os.getpid()}),
    ):
        remove_stale_parts(folder)
        _swap(folder, provenance)
        mark(folder, provenance.fingerprint, words(chosen(invocation.overrides)))
        result, told = Result.read(folder), f"{folder} is already finished"
        if config.film and not (folder / FILM).exists():
            told = f"{folder} was {UNFILMED}"
        if result is None or not (folder / PICTURE).exists():
            result = _reconstructed(provenance, folder, invocation)
            told = f"{sentence(result)}\n{folder.name}: {result.summary}\n{folder / PICTURE}"
        (folder / CHECKPOINT).unlink(missing_ok=True)
        Failure.clear(folder)  # of another process, while this one waited
    if invocation.verbosity is Verbosity.alone:
        say(told)
    return result


@contextmanager
def _explaining_classes(provenance: Provenance) -> Iterator[None]:
    """What fails in a class of the user's is wrong input, and is told with its line."""
    files = {f"{given.key}={given.name}": given.file for given in provenance.inputs.classes.values()}
    try:
        yield
    except (InputError, RunError):
        raise
    except Exception as error:
        lines = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
        for named, file in files.items():
            if (where := [line for name, line in lines if Path(name) == file]) and not is_out_of_memory(error):
                told = one_line(repr(error))
                raise InputError(f"{named}: fails in line {where[-1]} of {file.name} ({told})") from error
        raise


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


def _swap(folder: Path, provenance: Provenance) -> None:
    """Set aside what was made from other input files or settings, and take up again what was set aside for these."""
    present = Result.read(folder)
    if present is not None and present.fingerprint == provenance.fingerprint:
        return
    if present is not None:
        _move(folder, folder / SET_ASIDE / present.fingerprint)
    _move(folder / SET_ASIDE / provenance.fingerprint, folder)


def _move(start: Path, end: Path) -> None:
    """All files but the log and the lock, which are in use; the result last: no half of a move looks finished."""
    files = [path for path in start.glob("*") if path.is_file() and path.suffix != ".log" and path.name != LOCK]
    if files:
        end.mkdir(parents=True, exist_ok=True)
    for file in sorted(files, key=lambda path: path.name == RESULT):
        file.replace(end / file.name)


def _reconstructed(provenance: Provenance, folder: Path, invocation: Invocation) -> Result:
    from experiments.cell.reconstruction import reconstruction  # torch; a finished cell does without

    if provenance.config.start == HALF:
        small = replace(invocation, label=f"{invocation.label or folder.name}, half its size", request="")
        try:
            run(provenance.config.halved(), folder / HALF, small)
        except InputError as error:
            raise InputError(f"start=half: {error}") from error
    return reconstruction(provenance, folder, invocation)
