"""One cell from configuration to run folder, in plain Python. Finished cells are found without torch."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from experiments.cell.invocation import Invocation, Verbosity
from experiments.cell.locks import held
from experiments.settings.fingerprint import Provenance
from experiments.settings.schema import Config
from experiments.terminal.exits import ELSEWHERE, SMALLER, is_out_of_memory, os_error_message
from experiments.terminal.progress import say
from reconstruct.errors import InputError, RunError, one_line
from reconstruct.files import remove_stale_parts
from reconstruct.runs.failures import Failure
from reconstruct.runs.results import CHECKPOINT, FILM, HALF, PICTURE, Result, damage, suffix
from reconstruct.runs.sentences import sentence

UNFILMED = "already finished without a film; films are recorded while optimising: use name=OTHER film=true"


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
    if not provenance.fingerprint.startswith(suffix(folder)):
        raise InputError(f"{folder}: an input has changed since this was planned; run the same command again")
    with _explaining_system(), _explaining_classes(provenance):
        result = None if config.fresh else _finished(folder, provenance.fingerprint)
        message = already_finished(folder, config.film)
        if result is None:
            with held(folder):
                result = _made(provenance, folder, invocation)
            message = f"{sentence(result)}\n{folder.name}: {result.summary}\n{folder / PICTURE}"
    if invocation.verbosity is Verbosity.alone:
        say(message)
    return result


def already_finished(folder: Path, film: bool) -> str:
    """A line about a finished cell that is asked for again, with a film or not."""
    result = Result.at(folder)
    unfilmed = film and result is not None and FILM not in result.files
    return f"{folder} is {UNFILMED if unfilmed else 'already finished'}\n{folder / PICTURE}"


def _finished(folder: Path, fingerprint: str) -> Result | None:
    """The finished cell in `folder`; raises `InputError` if it is another one."""
    result = Result.at(folder)
    if result is not None and result.fingerprint != fingerprint:
        raise InputError(f"{folder}: holds another cell, of other settings or files; choose another folder")
    return result


def _made(provenance: Provenance, folder: Path, invocation: Invocation) -> Result:
    """The cell, made now by whoever holds its lock, unless another process has finished it meanwhile."""
    remove_stale_parts(folder)
    result = _finished(folder, provenance.fingerprint)
    if result is None or provenance.config.fresh:
        if line := damage(folder):
            say(f"{line}; the cell is computed again")
        if result or line:
            (folder / CHECKPOINT).unlink(missing_ok=True)
        result = _reconstructed(provenance, folder, invocation)
    (folder / CHECKPOINT).unlink(missing_ok=True)
    Failure.clear(folder)
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
                what = one_line(repr(error))
                raise InputError(f"{named}: fails in line {where[-1]} of {file.name} ({what})") from error
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


def _reconstructed(provenance: Provenance, folder: Path, invocation: Invocation) -> Result:
    from experiments.cell.reconstruction import reconstruction  # torch; a finished cell does without

    if provenance.config.start == HALF:
        fresh = provenance.config.fresh and not (folder / CHECKPOINT).exists()
        try:
            run(replace(provenance.config.halved(), fresh=fresh), folder / HALF, invocation)
        except InputError as error:
            raise InputError(f"start=half: {error}") from error
    return reconstruction(provenance, folder, invocation)
