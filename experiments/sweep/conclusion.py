"""The end of a sweep: how it went, and its table, figure, film and page."""

from experiments.cell.run import UNFILMED
from experiments.drawing import outdated
from experiments.sweep.plan import named
from experiments.sweep.state import State, SweepStatus
from experiments.sweep.summary import write_table
from experiments.terminal.exits import mistakes_in
from experiments.terminal.progress import say
from reconstruct.errors import InputError, RunError
from reconstruct.runs import up_to_date
from reconstruct.runs.failures import Failure
from reconstruct.runs.results import FILM, differences
from reconstruct.runs.sweeps import Sweep, SweepCell

DRAWN_AT_MOST = 100  # cells, unasked; 500 take two minutes
PAGED_AT_MOST = 1000


def report(sweep: Sweep, status: SweepStatus, before: int) -> int:
    """Say how many cells are done, which failed and why; the exit code: 0, 1, or 2 if only input was wrong."""
    done, failed, count = status.of(State.done), status.of(State.failed), len(status.standings)
    say(f"{sweep.folder}: {len(done)} of {count} cells done{f', {before} of them before' if before else ''}")
    reasons: dict[str, list[SweepCell]] = {}
    for standing in failed:
        reasons.setdefault(standing.message, []).append(standing.cell)
    for message, cells in reasons.items():
        say(f"  {len(cells)} failed: {message} ({named(cells)})")
    if len(done) == count:
        return 0
    failures = [Failure.read(sweep.folder / standing.cell.folder) for standing in failed]
    if len(done) + len(failed) == count and all(each and each.is_input for each in failures):
        if done:
            say("  what is missing cannot be made with these settings; everything else is done")
        return 1 if done else 2
    say(f"  to run only what is missing: {sweep.command}")
    return 1


def conclude(sweep: Sweep, page: str, film: bool) -> int:
    """Leave table, figure, film and page of what is finished; 1 if that failed, else 0.

    `page` is auto, true or false; `film` whether films of cells were asked for.
    """
    write_table(sweep)
    for line in differences([result for _, result in sweep.results() if result]):
        say(f"{sweep.folder}: cells were {line}")
    try:
        if any(result for _, result in sweep.results()):
            _shown(sweep, page, film)
    except (InputError, RunError) as error:  # the cells are done all the same
        say(f"reconstruct: {error}; not drawn")
        return 1
    return 0


def _shown(sweep: Sweep, page: str, film: bool) -> None:
    try:
        if sweep.drawing != "none":
            _drawn(sweep, film)
    finally:  # a page needs no figure, but shows what an analysis has measured for its figures
        with mistakes_in(sweep.folder):
            _page(sweep, page)
            outdated.set_aside(sweep)


def _drawn(sweep: Sweep, film: bool) -> None:
    with mistakes_in(sweep.folder):
        if outdated.is_drawn(sweep):
            for path in outdated.own_figure(sweep):
                say(str(path))
        else:
            _draw(sweep)
        if not up_to_date.is_current(sweep, FILM):
            _film(sweep, film)


def _page(sweep: Sweep, wanted: str) -> None:
    if wanted == "true" or (wanted == "auto" and len(sweep.cells) <= PAGED_AT_MOST):
        from reconstruct.report.page.document import PAGE, write_page

        say(str(sweep.folder / PAGE if up_to_date.is_current(sweep, PAGE) else write_page([sweep])))


def _draw(sweep: Sweep) -> None:
    if sweep.drawing == "auto" and len(sweep.cells) > DRAWN_AT_MOST:
        say(f"{len(sweep.cells)} cells make a large table: reconstruct-figure {sweep.folder} draws it")
        return
    from experiments.drawing.figure import draw

    draw([sweep])


def _film(sweep: Sweep, wanted: bool) -> None:
    """Of the cells that have films, if there are any and they were asked for."""
    if wanted and any(result and FILM in result.files for _, result in sweep.results()):
        if len(sweep.cells) > DRAWN_AT_MOST:
            say(f"{len(sweep.cells)} cells make a long film: reconstruct-figure {sweep.folder} --kind film makes it")
            return
        from experiments.drawing.film import draw_film

        draw_film(sweep)
    elif wanted:
        say(f"{sweep.folder}: all cells are {UNFILMED}")
