"""Sequences of commands over one folder of runs: no finished cell ever lies, and nothing is made twice.

`RECONSTRUCT_EXAMPLES=100 pytest tests/sweep/test_sequences.py` is the long form.
"""

import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, suppress
from functools import cache
from hashlib import sha256
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from support.tiny import TINY, examples, exit_code, smooth_picture, stopping_at

from reconstruct import images
from reconstruct.recorders.film import FilmReader
from reconstruct.runs import trace
from reconstruct.runs.records import Damaged
from reconstruct.runs.results import FILM, PICTURE, RESULT, SUFFIX, TRACE, Result, suffix
from reconstruct.runs.sweeps import SWEEP, Sweep
from reconstruct.synthesis import Synthesis

STEPS = 3
ALWAYS = [
    "content.picture=photo.png", "content.layers=[relu1_1]", *TINY, "size=16", f"steps={STEPS}", "page=false",
    "figure=none",
]  # fmt: skip
NAMES, SEEDS, VERSIONS = ("one", "two"), (0, 1), (0, 1)
NAME, SEED, FLAG = st.sampled_from(NAMES), st.sampled_from(SEEDS), st.booleans()
Cell = tuple[int, int]
"""Seed, and version of the photograph: all that tells cells apart."""


class Runs(RuleBasedStateMachine):
    """One folder of runs, to which commands and people do what they do."""

    def __init__(self) -> None:
        super().__init__()
        self._expected, self._digests = truth()
        self._home, self._temporary = Path.cwd(), TemporaryDirectory()
        os.chdir(self._temporary.name)
        self._version = show(0)

    def teardown(self) -> None:
        os.chdir(self._home)
        self._temporary.cleanup()

    @rule(version=st.sampled_from(VERSIONS))
    def another_photograph_under_the_same_name(self, version: int) -> None:
        self._version = show(version)

    @rule(name=NAME, seed=SEED, film=FLAG, fresh=FLAG, other_words=FLAG)
    def make(self, name: str, seed: int, film: bool, fresh: bool, other_words: bool) -> None:
        words = ["losses=relative", "crop=none", f"seed='{seed}'"] if other_words else [f"seed={seed}"]
        self._asked([f"name={name}", *words], name, [seed], film, fresh)

    @rule(name=NAME, film=FLAG, fresh=FLAG)
    def grow(self, name: str, film: bool, fresh: bool) -> None:
        self._asked(["-m", f"name={name}", f"seed={','.join(map(str, SEEDS))}"], name, SEEDS, film, fresh)

    def _asked(self, words: list[str], name: str, seeds: Sequence[int], film: bool, fresh: bool) -> None:
        missing = len(seeds) if fresh else sum(not self._is_there(name, seed, film) for seed in seeds)
        with counted_cells() as made:
            assert run(*words, f"film={film}", f"fresh={fresh}") == 0
        assert made[0] == missing
        for seed in seeds:
            assert any(found == (seed, self._version) for _, found, _ in self._finished(name))

    @rule(name=NAME, seed=SEED, step=st.integers(0, STEPS - 1), how=st.sampled_from(["Ctrl-C", "kill"]))
    def stop(self, name: str, seed: int, step: int, how: str) -> None:
        if how == "kill":
            os.waitpid(start(step, f"name={name}", f"seed={seed}"), 0)
            return
        with stopping_at(step):
            assert run(f"name={name}", f"seed={seed}") in (0, 130)

    @rule(names=st.tuples(NAME, NAME), seed=SEED)
    def two_at_once(self, names: tuple[str, str], seed: int) -> None:
        others = [start(None, f"name={name}", f"seed={seed}") for name in names]
        assert [os.waitstatus_to_exitcode(os.waitpid(each, 0)[1]) for each in others] == [0, 0]
        for name in names:
            assert any(found == (seed, self._version) for _, found, _ in self._finished(name))

    @precondition(lambda self: self._folders())
    @rule(data=st.data(), moves=FLAG)
    def copy_or_move_a_sweep(self, data: st.DataObject, moves: bool) -> None:
        source, target = data.draw(st.sampled_from(sorted(Path("runs").iterdir()))), Path("runs", data.draw(NAME))
        if moves and not target.exists():
            source.rename(target)
        elif source != target:
            shutil.copytree(source, target, dirs_exist_ok=True)

    @precondition(lambda self: self._folders())
    @rule(data=st.data())
    def put_a_cell_in_the_place_of_another(self, data: st.DataObject) -> None:
        one, other = (data.draw(st.sampled_from(self._folders())) for _ in range(2))
        if one != other:
            shutil.rmtree(other)
            shutil.copytree(one, other)

    @precondition(lambda self: self._folders())
    @rule(data=st.data())
    def delete_a_cell(self, data: st.DataObject) -> None:
        shutil.rmtree(data.draw(st.sampled_from(self._folders())))

    @precondition(lambda self: self._folders())
    @rule(data=st.data(), damage=st.sampled_from(["delete", "cut", "swap"]))
    def damage_a_file(self, data: st.DataObject, damage: str) -> None:
        files = [path for folder in self._folders() for path in sorted(folder.iterdir()) if path.is_file()]
        files += sorted(Path("runs").glob(f"*/{SWEEP}"))
        if not files:
            return
        path = data.draw(st.sampled_from(files))
        if damage == "delete":
            path.unlink()
        elif damage == "cut":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        else:
            other = data.draw(st.sampled_from([each for each in files if each.name == path.name]))
            path.write_bytes(other.read_bytes())

    @invariant()
    def no_finished_cell_lies(self) -> None:
        for folder, cell, film in self._finished():
            assert cell in self._expected
            assert (folder / PICTURE).read_bytes() == self._expected[cell]
            assert [int(row["step"]) for row in trace.read(folder / TRACE)] == list(range(STEPS))
            assert suffix(folder) == Result.at(folder).fingerprint[:SUFFIX]
            assert not film or FilmReader(folder / FILM).steps[-1] == STEPS

    @invariant()
    def what_is_listed_can_be_read(self) -> None:
        for folder in Path("runs").glob("*/"):
            if (folder / SWEEP).exists():
                with suppress(Damaged):
                    Sweep.at(folder)

    def _folders(self) -> list[Path]:
        return sorted(path for path in Path("runs").glob("*/*/") if suffix(path))

    def _finished(self, name: str = "*") -> list[tuple[Path, Cell, bool]]:
        found = ((path.parent, Result.at(path.parent)) for path in sorted(Path("runs").glob(f"{name}/*/{RESULT}")))
        return [(folder, self._cell(result), FILM in result.files) for folder, result in found if result]

    def _cell(self, result: Result) -> Cell:
        digests = [each["digest"] for each in result.inputs if each["key"] == "content.picture"]
        return result.seed, self._digests.index(digests[0])

    def _is_there(self, name: str, seed: int, film: bool) -> bool:
        """Under its own name a finished cell serves with or without a film, under another only with what is wanted."""
        wanted = seed, self._version
        own = any(cell == wanted for _, cell, _ in self._finished(name))
        return own or any(cell == wanted and (filmed or not film) for _, cell, filmed in self._finished())


def show(version: int) -> int:
    """Another photograph under the same name."""
    images.save(smooth_picture(20, 24, version), Path("photo.png"))
    return version


@cache
def truth() -> tuple[dict[Cell, bytes], list[str]]:
    """What every cell's picture is when nothing disturbs its making, and the digests of the photographs."""
    home, pictures, digests = Path.cwd(), {}, []
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        for version in VERSIONS:
            digests.append(sha256((show(version), Path("photo.png").read_bytes())[1]).hexdigest())
            for seed in SEEDS:
                assert run(f"name={version}{seed}", f"seed={seed}") == 0
                (picture,) = Path(f"runs/{version}{seed}").glob(f"*/{PICTURE}")
                pictures[seed, version] = picture.read_bytes()
        os.chdir(home)
    assert len(set(pictures.values())) == len(pictures)
    return pictures, digests


def run(*arguments: str) -> int:
    """The command's exit code."""
    with redirect_stderr(StringIO()):
        return exit_code("reconstruct", *ALWAYS, *arguments)


@contextmanager
def counted_cells() -> Iterator[list[int]]:
    """How many cells are optimised to their end."""
    iterate, made = Synthesis.__iter__, [0]

    def counting(self: Synthesis) -> Iterator[object]:
        yield from iterate(self)
        made[0] += 1

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Synthesis, "__iter__", counting)
        yield made


def start(kill_at: int | None, *arguments: str) -> int:
    """The command in a process of its own, which is killed at a step; its number."""
    process = os.fork()
    if process:
        return process
    code = 70
    try:
        with stopping_at(kill_at, lambda: os.kill(os.getpid(), signal.SIGKILL)):
            code = run(*arguments)
    finally:
        os._exit(code)


@pytest.mark.filterwarnings("ignore")  # of a process with threads that forks
def test_no_sequence_of_commands_makes_a_cell_lie_or_makes_it_twice():
    torch.set_num_threads(1)
    machine = Runs.TestCase
    machine.settings = settings(examples(5), stateful_step_count=12, suppress_health_check=list(HealthCheck))
    machine("runTest").runTest()
