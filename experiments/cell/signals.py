"""Signals that ask a run to stop wait for the end of a step, so that its checkpoint is whole; a second Ctrl-C does not.

Ctrl-C and SIGTERM, and SIGUSR2, by which a cluster says that time is up. Where somebody listened for the signal before,
such as the launcher of a cluster's jobs, which has the job queued again or lets it run on, it gets the signal after the
checkpoint.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGUSR2] if hasattr(signal, "SIGUSR2") else [])]


@contextmanager
def deferred(save: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Gives a callable for between two steps: if a signal has come, it saves and passes the signal on.

    Raises:
        KeyboardInterrupt: from that callable or at the end, where nobody else listened.
    """
    received: list[signal.Signals] = []

    def note(number: int, frame: FrameType | None) -> None:
        received.append(signal.Signals(number))
        restore()
        if before.get(signal.SIGINT) is signal.default_int_handler:  # it would wait for torch, which takes its time
            signal.signal(signal.SIGINT, signal.SIG_DFL)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def pass_on() -> None:
        if not received:
            return
        save()
        number = received.pop()
        if before[number] in (signal.SIG_DFL, signal.default_int_handler):
            raise KeyboardInterrupt
        signal.raise_signal(number)
        for again in before:  # the run goes on, and another signal may come
            signal.signal(again, note)

    before = {}
    if threading.current_thread() is threading.main_thread():
        listened = {number: signal.getsignal(number) for number in SIGNALS}
        mine = [n for n, handler in listened.items() if n.name != "SIGUSR2" or callable(handler)]
        before = {number: signal.signal(number, note) for number in mine}
    try:
        yield pass_on
        pass_on()  # what came after the last step
    finally:
        restore()
