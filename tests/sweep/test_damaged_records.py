"""Records of another form are noticed and told in a line, whatever stands in them.

`RECONSTRUCT_EXAMPLES=all pytest tests/sweep/test_damaged_records.py` lets every command meet every damage.
"""

import copy
import json
import os
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.sweeps import any_sweep

from reconstruct.errors import InputError
from reconstruct.runs.failures import FAILURE, Failure
from reconstruct.runs.results import RESULT, Result, damage
from reconstruct.runs.sweeps import SWEEP, Sweep
from reconstruct.runs.up_to_date import DRAWN

EXAMPLES = os.environ.get("RECONSTRUCT_EXAMPLES", "5")
TAKEN_AWAY = object()
VALUES = [None, True, "text", "x" * 10_000, 7, 1e308, 10**30, float("nan"), [1], {"a": {"b": [None]}}, TAKEN_AWAY]
FIGURE = ("reconstruct-figure", "--dpi", "30")
COMMANDS = [FIGURE, ("reconstruct-page",), ("reconstruct-status",), ("reconstruct-figure", "--kind", "summary")]


def places(record: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to all values of a record."""
    items = record.items() if isinstance(record, dict) else enumerate(record) if isinstance(record, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def damages(record: Any) -> Iterator[tuple[str, Any]]:
    """A name and the damaged record for every value that is replaced by every other."""
    for path in places(record):
        for number, value in enumerate(VALUES):
            changed = copy.deepcopy(record)
            *above, last = path
            node = changed
            for key in above:
                node = node[key]
            if value is TAKEN_AWAY:
                del node[last]
            elif type(node[last]) is type(value) and node[last] == value:
                continue
            else:
                node[last] = value
            yield f"{'.'.join(map(str, path))} {number}", changed


@pytest.fixture
def sweep(tmp_path) -> Sweep:
    """Three cells, the last of which failed."""
    made = any_sweep(tmp_path, "table")
    cells = made.cells[:3]
    made = Sweep(tmp_path, "auto", cells, "reconstruct -m seed=0,1,2")
    made.write()
    (tmp_path / cells[2].folder / RESULT).unlink()
    Failure.of(InputError("no such layer")).write(tmp_path / cells[2].folder)
    return made


def test_every_changed_value_of_a_result_is_noticed(sweep):
    cell = sweep.folder / sweep.cells[0].folder
    path, count = cell / RESULT, 0
    for name, record in damages(json.loads(path.read_text())):
        path.write_text(json.dumps(record))
        try:
            assert Result.at(cell) is None, name
            told = damage(cell)
        except InputError as error:  # another format
            told = str(error)
        assert told.startswith(str(path)), name
        assert told.isprintable(), name
        count += 1
    assert count > 700


def test_a_sweeps_list_of_another_form_is_damaged(sweep):
    path = sweep.folder / SWEEP
    for name, record in damages(json.loads(path.read_text())):
        path.write_text(json.dumps(record))
        told = ""
        try:
            assert Sweep.at(sweep.folder) is not None, name
        except InputError as error:
            told = str(error)
        assert told.startswith(str(path)) or not told, name


def damaged_files(sweep: Sweep) -> Iterator[tuple[str, Path, str]]:
    first, _, failed = (sweep.folder / cell.folder for cell in sweep.cells)
    for path in (first / RESULT, sweep.folder / SWEEP, sweep.folder / DRAWN, failed / FAILURE):
        text = path.read_text()
        for name, record in damages(json.loads(text)):
            yield f"{path.name} {name}", path, json.dumps(record)
        for cut in (text[:-20], "", "\ud800", "[" * 100_000, "[]"):
            yield f"{path.name} {cut[:2]}", path, cut


def test_no_command_stumbles_over_a_record(sweep, called):
    """It ends with a code and in lines, without a traceback and without a mistake of its own."""
    called(*FIGURE, str(sweep.folder))
    every = list(damaged_files(sweep))
    chosen = every if EXAMPLES == "all" else random.Random(0).sample(every, int(EXAMPLES))
    for number, (name, path, text) in enumerate(chosen):
        before = path.read_bytes()
        path.write_bytes(text.encode(errors="surrogatepass"))
        for command in COMMANDS:
            try:
                _, *said = called(*command, str(sweep.folder))
            except Exception as error:
                raise AssertionError(f"{command}: {name}") from error
            assert not re.search("Traceback|mistake of the program", "".join(said)), (command, name)
        path.write_bytes(before)
        if number % 100 == 99:
            print(f"{number + 1} of {len(chosen)}", file=sys.__stderr__)


def test_a_sweep_goes_on_over_whatever_stands_in_its_records(command):
    """What is damaged is made again, and the list of cells is written again."""
    asked = ("-m", "seed=0,1", "name=grid", "figure=none", "page=false")
    assert command(*asked)[0] == 0
    (first, _), listed = sorted(Path("runs/grid").glob(f"*/{RESULT}")), Path("runs/grid", SWEEP)
    for path in (first, listed):
        every = list(damages(json.loads(path.read_text())))
        for name, record in random.Random(1).sample(every, int(EXAMPLES) if EXAMPLES != "all" else 40):
            if name.startswith("format"):
                continue
            path.write_text(json.dumps(record))
            code, said = command(*asked)
            assert (code, "Traceback" in said) == (0, False), name
            assert "2 of 2 cells done" in said
