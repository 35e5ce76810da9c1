"""Signals wait for the end of a step, then go where they would have gone."""

import os
import signal
import subprocess
import sys

import pytest

from experiments.cell.signals import deferred


@pytest.mark.parametrize("steps_after", [0, 1])
def test_ctrl_c_saves_and_stops_at_the_end_of_the_step_even_of_the_last(steps_after):
    saved: list[bool] = []

    def stopped() -> None:
        with deferred(lambda: saved.append(True)) as pass_on:
            pass_on()
            os.kill(os.getpid(), signal.SIGINT)
            assert not saved  # the step goes on
            for _ in range(steps_after):
                pass_on()

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert saved == [True]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR2])
def test_who_listened_before_hears_the_signal_after_the_checkpoint(number):
    order: list[str] = []
    before = signal.signal(number, lambda *_: order.append("heard"))
    try:
        with deferred(lambda: order.append("saved")) as pass_on:
            os.kill(os.getpid(), number)
            pass_on()
            pass_on()
            os.kill(os.getpid(), number)
            assert order == ["saved", "heard"]
            pass_on()
    finally:
        signal.signal(number, before)
    assert order == ["saved", "heard"] * 2


IMPATIENT = """
import os, signal, subprocess
from experiments.cell.signals import deferred
signal.signal(signal.SIGINT, signal.default_int_handler)
with deferred(lambda: None):
    os.kill(os.getpid(), signal.SIGINT)
    subprocess.Popen(["sh", "-c", f"sleep 0.2; kill -INT {os.getpid()}"])
    sum(range(10**12))  # in C, like a step: Python itself would hear of no signal before the end of it
"""


def test_a_second_ctrl_c_stops_at_once_even_in_the_middle_of_a_long_computation():
    ended = subprocess.run([sys.executable, "-c", IMPATIENT], timeout=30, check=False)
    assert ended.returncode == -signal.SIGINT


def test_afterwards_everything_is_as_it_was():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR2)]
    with deferred(lambda: None):
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR2)] == before
