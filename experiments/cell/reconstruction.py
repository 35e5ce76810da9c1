"""The heavy part of a cell: objects, loop, recorders, result."""

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from experiments.cell import descriptions
from experiments.cell.architectures import table_to_deepest
from experiments.cell.build import Cell, cell
from experiments.cell.invocation import Invocation, Verbosity, command
from experiments.cell.signals import deferred
from experiments.settings.effective import plain, spelled
from experiments.settings.fingerprint import Provenance
from experiments.settings.overrides import as_typed, typed
from experiments.terminal.progress import Bars, say
from reconstruct import images, measures
from reconstruct.hardware import processor
from reconstruct.recorders.board import Board
from reconstruct.recorders.events import plainly
from reconstruct.recorders.film import Film
from reconstruct.recorders.recording import Checkpoint, Trace, saved
from reconstruct.recorders.snapshots import Snapshots
from reconstruct.runs.naming import TERMS
from reconstruct.runs.results import EVENTS, FILM, HALF, PICTURE, RESULT, SNAPSHOTS, TRACE, Result, suffix
from reconstruct.runs.trace import problem, read
from reconstruct.synthesis import Diverged, Step

log = logging.getLogger(__name__)
PACKAGES = ("reconstruct", "torch", "torchvision", "numpy", "pillow")


def reconstruction(provenance: Provenance, folder: Path, invocation: Invocation) -> Result:
    """Optimise from where the checkpoint in `folder` stands, and write everything but checkpoint and failure.

    `Diverged` if no step had a finite loss; after a `KeyboardInterrupt` the checkpoint is on disk.
    """
    state, label = saved(folder, provenance.fingerprint), _label(folder)
    made = cell(provenance.config, provenance.inputs, state.get("plan"), _start(provenance, folder))
    provenance.inputs.check_unchanged()
    _clear(folder, goes_on=bool(state))
    film = _film(provenance.config.film, state, label)
    checkpoint = Checkpoint(folder, provenance.fingerprint, made.synthesis, film, plan=made.record)
    checkpoint.resume(state)
    log.info("%s", made.plan.reason)
    for name, picture in made.pictures.items():
        images.save(picture, folder / f"{name}.png")
    with ExitStack() as stack:
        board = stack.enter_context(closing(_board(made, provenance, folder, invocation)))
        others: list[Callable[[Step], None]] = [board, *([film] if film else [])]
        if invocation.verbosity is not Verbosity.nothing:
            others.append(stack.enter_context(closing(_bar(made, label, invocation.verbosity))))
        snapshots = Snapshots(folder, provenance.config.snapshots, made.synthesis.done)
        trace = stack.enter_context(closing(_trace(made, folder, label)))
        _optimise(made, folder / PICTURE, [trace, *others, snapshots, checkpoint], checkpoint.save)
        trace.close()  # what it holds is read for the result
        result = replace(_result(made, provenance, folder, invocation), layer_table=table_to_deepest(provenance.config))
        best = made.synthesis.best.picture
        board.finish(best, result)
        if film:
            film.finish(best, result, folder / FILM)
    return result.write(folder)


def _film(wanted: bool, state: Mapping[str, Any], label: str) -> Film | None:
    if wanted and state and not state.get("film"):  # half a film would pass for a whole one
        say(f"{label} was started without a film and resumes without one; name=OTHER film=true makes one")
        return None
    return Film() if wanted else None


def _label(folder: Path) -> str:
    """What a cell is called while it is computed; at half the size, as the whole one."""
    if folder.name == HALF:
        return f"{_label(folder.parent)}, half its size"
    return folder.name.removesuffix(f"-{suffix(folder)}")


def _clear(folder: Path, goes_on: bool) -> None:
    """From here on nothing in `folder` counts as finished; trace and snapshots are kept for a cell that goes on."""
    patterns = (RESULT, FILM) if goes_on else (RESULT, FILM, PICTURE, TRACE, SNAPSHOTS, EVENTS)
    for path in [path for pattern in patterns for path in folder.glob(pattern)]:
        path.unlink(missing_ok=True)


def _start(provenance: Provenance, folder: Path) -> Tensor | None:
    """The picture to begin with, about as large as the result."""
    config, given = provenance.config, provenance.inputs.start
    if config.start == HALF:
        return images.load(folder / HALF / PICTURE, config.size)
    return given.picture(*config.result_scale) if given else None


def _board(made: Cell, provenance: Provenance, folder: Path, invocation: Invocation) -> Board:
    alone = invocation.verbosity is Verbosity.alone
    texts = descriptions.texts(plain(provenance.config), provenance.inputs.credits, command() if alone else "")
    texts |= {"computed": plainly(made.plan.reason), "layers": descriptions.layers(provenance.config)}
    given = typed(invocation.overrides)
    shown = {*given, *(f"{term}.layers" for term in TERMS if "depth" in given)}
    known = spelled(provenance.config, given)
    columns = descriptions.columns({key: value for key, value in known.items() if key in shown})
    return Board(folder, made.synthesis.done, made.originals, columns, texts)


def _bar(made: Cell, label: str, verbosity: Verbosity) -> Bars:
    return Bars(label, made.synthesis.steps, made.synthesis.done, int(verbosity is Verbosity.in_sweep))


def _trace(made: Cell, folder: Path, label: str) -> Trace:
    done, steps = made.synthesis.done, made.synthesis.steps
    layers = {term.name: term.representation.layers * term.has_errors for term in made.reference.terms}
    trace = Trace(folder / TRACE, layers, done)
    if done or trace.repeated:
        say(f"{label}: resuming at step {done} of {steps} ({trace.repeated} steps recomputed)")
    return trace


def _optimise(made: Cell, picture: Path, recorders: list[Callable[[Step], None]], save: Callable[[], None]) -> None:
    """All steps; the best picture is saved, whatever ends them."""
    try:
        with deferred(save) as pass_on:
            for step in made.synthesis:
                for record in recorders:
                    record(step)
                pass_on()
    except Diverged:
        if made.synthesis.best.number < 0:
            raise  # there never was a picture with a loss
    finally:
        images.save(made.synthesis.best.picture, picture)


def _result(made: Cell, provenance: Provenance, folder: Path, invocation: Invocation) -> Result:
    """What is reported is measured on the very picture that was saved."""
    config, synthesis, original = provenance.config, made.synthesis, made.originals.get("content")
    saved = images.load(folder / PICTURE).to(made.plan.device)
    evaluation = made.reference.evaluate(saved)
    note = problem(read(folder / TRACE), made.reference.deciding)
    return Result(
        fingerprint=provenance.fingerprint,
        total=float(evaluation.total),
        losses={term: float(loss) for term, loss in evaluation.terms.items()},
        relative_errors={term: {k: float(e) for k, e in layers.items()} for term, layers in evaluation.errors.items()},
        layers={term: config.layers(term) for term in config.active()},
        psnr=None if original is None else measures.psnr(saved, original),
        ssim=None if original is None else measures.ssim(saved, original),
        start={} if made.start is None else _since(made.start, saved, folder if config.start == HALF else None),
        steps=config.steps,
        evaluations=synthesis.done,
        best_step=synthesis.best.number,
        seconds=synthesis.seconds,
        seed=config.seed,
        precision=made.plan.precision,
        plan={**made.record, "reason": made.plan.reason},
        processor=processor.name(made.plan.device),
        device=str(made.plan.device),
        threads=torch.get_num_threads(),
        versions={package: version(package) for package in PACKAGES},
        pictures=provenance.inputs.credits,
        overrides=list(map(as_typed, invocation.overrides)),
        command=command(),
        config=plain(provenance.config),
        inputs=[given.record for given in provenance.inputs],
        converged=not note,
        note=note,
        settings=spelled(config, typed(invocation.overrides)),
    )


def _since(start: Tensor, picture: Tensor, folder: Path | None) -> dict[str, float | None]:
    """How far an optimisation has come from its start, and how long that took to make, if it is in `folder`."""
    start = start.to(picture.device)
    small = Result.at(folder / HALF) if folder else None
    made = {"seconds": small.seconds} if small else {}
    return {"psnr": measures.psnr(picture, start), "ssim": measures.ssim(picture, start), **made}
