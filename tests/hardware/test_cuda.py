"""What a GPU does: the same pictures every time, in one go, within the estimated memory. `pytest -m cuda`."""

import shutil
from itertools import islice

import pytest
import torch
from support.tiny import composed, smooth_picture

from experiments.cell import build, memory_estimate
from experiments.settings import schema
from experiments.settings.fingerprint import Provenance
from experiments.settings.inputs import inputs
from reconstruct import layers
from reconstruct.hardware.algorithm_choice import measure, vgg_task
from reconstruct.hardware.algorithms import ConvAlgorithm
from reconstruct.images import to_image
from reconstruct.recorders.recording import Checkpoint, saved

if not torch.cuda.is_available():
    pytest.skip("no GPU", allow_module_level=True)

pytestmark = [pytest.mark.cuda, pytest.mark.filterwarnings("default")]  # of torch's other versions

CASES = {
    "content": ["representation=content", "content.layers=[relu3_1]"],
    "style": ["representation=style", "style.layers=[relu1_1,relu3_1]"],
    "both": ["representation=both", "content.layers=[relu3_1]", "style.layers=[relu1_1,relu2_1]"],
}
SMALL = ["network=vgg11_untrained", "network.normalize_over=[]", "size=64", "device=cuda", "steps=60"]


@pytest.fixture(autouse=True)
def _pictures(elsewhere) -> None:
    for seed, name in enumerate(("photo.png", "painting.png")):
        to_image(smooth_picture(96, 80, seed)).save(name)


def config(case: str, *overrides: str) -> schema.Config:
    return composed(*CASES[case], *SMALL, "content.picture=photo.png", "style.picture=painting.png", *overrides)


def made(case: str, *overrides: str, begun: dict | None = None) -> build.Cell:
    settings = config(case, *overrides)
    return build.cell(settings, inputs(settings), begun)


def totals(cell: build.Cell, count: int = 60) -> list[float]:
    return [step.total for step in islice(cell.synthesis, count)]


WAYS = [["precision=float32"], ["precision=bfloat16"], ["canvas=pixels"], ["canvas=fourier"], ["optimizer=adam"]]
WAYS += [["network.pooling=max"], ["checkpointing=true"]]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[0])
@pytest.mark.parametrize("case", CASES)
def test_the_same_settings_give_the_same_steps(case, way):
    assert totals(made(case, *way)) == totals(made(case, *way))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[0])
def test_a_step_is_repeated_by_the_gpu_itself_and_is_the_same(way):
    repeated, asked = made("both", *way), made("both", *way)
    asked.synthesis._repeated = asked.synthesis._step
    assert totals(repeated) == totals(asked)
    assert repeated.synthesis._repeated._graph is not None
    assert min(totals(made("both", *way))) < 0.9 * totals(made("both", *way), 1)[0]


def test_going_on_from_a_checkpoint_is_bit_for_bit_the_same_without_the_timings(tmp_path):
    whole, first = made("both"), made("both")
    losses = totals(whole)
    assert totals(first, 30) == losses[:30]
    fingerprint = Provenance.of(config("both")).fingerprint
    Checkpoint(tmp_path, fingerprint, first.synthesis, plan=first.record).save()
    shutil.rmtree("empty-cache")
    state = saved(tmp_path, fingerprint)
    rest = made("both", begun=state["plan"])
    Checkpoint(tmp_path, fingerprint, rest.synthesis).resume(state)
    assert rest.plan.algorithm is first.plan.algorithm
    assert totals(rest) == losses[30:]


def test_no_task_of_a_step_waits_for_the_gpu():
    synthesis = made("both").synthesis
    synthesis._step()
    torch.cuda.set_sync_debug_mode("error")
    try:
        synthesis._step()
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_bfloat16_comes_as_near_as_float32():
    errors = {}
    for precision in ("float32", "bfloat16"):
        cell = made("content", f"precision={precision}")
        *_, last = cell.synthesis
        errors[precision] = float(cell.reference.evaluate(cell.synthesis.best.picture).total)
        assert last.number == 59
    assert errors["bfloat16"] < 3 * errors["float32"]  # both are below a thousandth of a percent of the first


@pytest.mark.parametrize("way", [["precision=float32"], ["precision=bfloat16"], ["checkpointing=true"]])
def test_the_estimate_of_memory_is_enough_and_not_far_off(way):
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    settings = config("both", "size=1024", "crop=square", "network=vgg19_untrained", *way)
    cell = build.cell(settings, inputs(settings))
    totals(cell, 6)
    cell.synthesis._repeated.release()  # as at the end of all steps
    cell.reference.evaluate(cell.synthesis.best.picture)
    used = torch.cuda.max_memory_reserved()
    estimated = memory_estimate.needed(settings, 1024**2, cell.plan.algorithm.dtype.itemsize, on_gpu=True)
    assert used < estimated < 3 * used, (used, estimated)


def test_algorithms_are_timed_on_a_gpu_too():
    algorithms = [ConvAlgorithm.float32, ConvAlgorithm.bfloat16]
    times = measure(vgg_task(layers.convolutions("vgg11", ["relu3_1"])), (64, 64), algorithms, torch.device("cuda"))
    assert list(times) == algorithms
    assert all(1e-7 < seconds < 1 for seconds in times.values())


def test_what_is_reported_is_float32s_own_on_a_gpu():
    cell = made("content")
    picture = cell.synthesis.canvas().detach().cpu()
    ours = cell.reference.evaluate(picture.to("cuda"))
    network = cell.reference.network.to("cpu")
    by_hand = network(picture, ["relu3_1"])["relu3_1"]
    cell.reference.network.to("cuda")
    target = cell.reference.terms[0].target["relu3_1"].cpu()
    assert float(ours.total) == pytest.approx(float(((by_hand - target) ** 2).sum() / 2), rel=1e-4)
