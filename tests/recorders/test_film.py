import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from support.optimisations import made
from support.records import example
from support.sweeps import any_sweep
from support.tiny import smooth_picture

from experiments.drawing.film import draw_film
from reconstruct import images
from reconstruct.errors import InputError
from reconstruct.recorders import film
from reconstruct.recorders.film import MOST, SIDE, Film, FilmReader, Frame, distance
from reconstruct.recorders.recording import Checkpoint, saved
from reconstruct.report import figures
from reconstruct.report.figures.film import clock
from reconstruct.report.figures.film import film as frames_of
from reconstruct.report.figures.page.saving import pixels
from reconstruct.runs.results import FILM, Result
from reconstruct.runs.sweeps import Sweep, SweepCell
from reconstruct.synthesis import Step


def on_its_way(number: int, share: float, size: int = 32) -> Step:
    """A step whose picture is that share of the way from black to white."""
    picture = torch.full((1, 3, size, size), share)
    return Step(number, picture, 1.0, {"content": 1.0}, 1.0, 0.0, {"content": {"a": 1 - share, "b": 1 - share}})


def test_frames_are_as_far_apart_as_the_picture_changed_whatever_steps_lie_between():
    recorder = Film()
    for number in range(1000):
        recorder(on_its_way(number, 1 - 0.99**number))  # fast at first, hardly at all in the end
    apart = [distance(one, other) for one, other in itertools.pairwise(recorder.frames)]
    assert max(apart) < 2 * min(apart)
    between = np.diff([frame.step for frame in recorder.frames])
    assert between[0] < 5 < 50 < between[-1]


def test_frames_are_few_and_small_however_long_and_large_the_run_is():
    recorder = Film()
    for number in range(500):
        recorder(on_its_way(number, float(number % 2), size=400))  # every picture is far from the one before
    assert MOST / 2 <= len(recorder.frames) <= MOST
    assert all(frame.pixels.shape == (SIDE, SIDE, 3) for frame in recorder.frames)


def test_a_film_tells_steps_and_errors_of_its_frames_and_between_two_shows_the_earlier_one(tmp_path):
    recorder = Film()
    for number, share in ((0, 0.0), (2, 0.4), (5, 0.9)):
        recorder(on_its_way(number, share))
    recorder.finish(torch.ones(1, 3, 32, 32), replace(example(), evaluations=8), tmp_path / FILM)
    reel = FilmReader(tmp_path / FILM)
    assert reel.steps == [0, 2, 5, 8]
    frames = [reel.at(step) for step in reel.steps]
    assert [frame.pixels.mean() / 255 for frame in frames] == pytest.approx([0, 0.4, 0.9, 1], abs=0.02)
    assert [frame.errors["content"] for frame in frames] == pytest.approx([1, 0.6, 0.1, 0.0123])
    assert [FilmReader(tmp_path / FILM).at(step).step for step in (1, 4, 99)] == [0, 2, 8]


def test_frames_that_look_the_same_may_be_joined_and_every_step_still_shows_its_own(tmp_path):
    texture = np.random.default_rng(0).integers(60, 200, (32, 32, 3), np.uint8)
    pixels = [texture, texture + 1, texture // 2, texture // 2 + 1, texture // 4]
    film.write([Frame(step, p, {"content": 1.0 / (step + 1)}) for step, p in enumerate(pixels)], tmp_path / FILM)
    reel = FilmReader(tmp_path / FILM)
    assert len(list(FilmReader(tmp_path / FILM).pictures())) < len(reel.steps)
    for step, expected in enumerate(pixels):
        frame = reel.at(step)
        assert (frame.step, frame.errors["content"]) == (step, 1 / (step + 1))
        assert frame.pixels.mean() == pytest.approx(expected.mean(), abs=4)


def test_an_interrupted_film_has_no_gap(tmp_path):
    whole, parts = Film(), Film()
    for step in made():
        whole(step)
    synthesis = made()
    for step in synthesis:
        parts(step)
        if step.number == 20:
            break
    synthesis.done = 21
    Checkpoint(tmp_path, "x", synthesis, parts).save()
    again, rest = made(), Film()
    Checkpoint(tmp_path, "x", again, rest).resume(saved(tmp_path, "x"))
    for step in again:
        rest(step)
    assert [frame.step for frame in rest.frames] == [frame.step for frame in whole.frames]
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(rest.frames, whole.frames, strict=True))


@pytest.mark.parametrize("content", [b"RIFF, but no more", None])
def test_a_damaged_film_is_wrong_input(tmp_path, content):
    path = tmp_path / FILM
    path.write_bytes(content) if content else images.to_image(smooth_picture(8, 8)).save(path)
    with pytest.raises(InputError, match=r"film\.webp: expected a film that film=true made"):
        FilmReader(path)


def test_the_clock_ticks_where_pictures_change():
    assert clock([0, 1, 2] * 3 + [100]) == [0, 1, 2, 100]
    assert len(clock(range(1000))) == 60


def labelled(sweep: Sweep) -> Sweep:
    """As the command leaves it: what a cell is called is not the name of its folder."""
    return replace(sweep, cells=[replace(cell, label=f"cell {k}") for k, cell in enumerate(sweep.cells)])


def filmed(sweep: Sweep, cells: int) -> dict[str, FilmReader]:
    """Films of the first cells of a sweep, from black to their results."""
    films = {}
    for cell in sweep.cells[:cells]:
        folder = sweep.folder / cell.folder
        picture, result = np.asarray(images.to_image(images.load(folder / "result.png"))), Result.at(folder)
        last = Frame(4, picture, {"content": result.error("content")})
        film.write([Frame(0, np.zeros_like(picture), {"content": 1.0}), last], folder / FILM)
        result.write(folder)
        films[cell.folder] = FilmReader(folder / FILM)
    return films


def test_the_film_of_a_sweep_shows_all_cells_forming_and_their_errors_falling_and_ends_as_the_figure(tmp_path):
    sweep = labelled(any_sweep(tmp_path, "fig2"))
    films, cells = filmed(sweep, 99), figures.cells_of([sweep])
    (moving,), (still,) = (figures.grid(cells, figures.Look(title=f"paintings\nstep {step}")) for step in (0, 4))
    shown = [(frame, " ".join(text.get_text() for text in moving.texts)) for frame in frames_of(moving, films)]
    (_, first), *_, (frame, last) = shown
    assert ("paintings\nstep 0" in first, first.count("content error 100 %")) == (True, 5)
    assert ("paintings\nstep 4" in last, last.count("content error 20 %")) == (True, 5)
    with figures.house_style():
        difference = np.abs(frame.astype(int) - pixels(still, frame.shape[1] / still.get_figwidth()))
    assert (difference > 60).mean() < 0.002  # a film's frames are compressed


def test_the_film_of_a_cell_is_never_written_over(tmp_path):
    sweep = any_sweep(tmp_path, "pair")
    filmed(sweep, 1)
    with pytest.raises(InputError, match=r"is a cell, and film\.webp its own film; expected the folder of a sweep"):
        draw_film(replace(sweep, folder=tmp_path / sweep.cells[0].folder, cells=[SweepCell(".", {})]))


def test_a_cell_that_was_not_filmed_stands_still_and_is_named(tmp_path, capsys):
    sweep = any_sweep(tmp_path, "pair")
    with pytest.raises(InputError, match="expected cells that have a film"):
        draw_film(sweep)
    filmed(sweep, 1)
    draw_film(sweep)
    assert "1 of 2 cells were made without film=true and stand still (ratio=0.2)" in capsys.readouterr().err
    with Image.open(sweep.folder / FILM) as made:
        assert made.n_frames == 2
