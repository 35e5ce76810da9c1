"""Signals that ask a run to stop wait for the end of a step, so that its checkpoint is whole; a second Ctrl-C does not.

Ctrl-C and SIGTERM, and SIGUSR2, by which a cluster says that time is up. Whoever listened for the signal before, like
the launcher of a cluster's jobs, which has the job queued again, gets it after the checkpoint.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGUSR2] if hasattr(signal, "SIGUSR2") else [])]


@contextmanager
def deferred(save: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Gives a callable for between two steps: if a signal has come, it saves and passes the signal on.

    Raises:
        KeyboardInterrupt: from that callable or at the end, where nobody else listened.
    """
    signals = _Signals(save)
    try:
        yield signals.pass_on
        signals.pass_on()  # what came after the last step
    finally:
        signals.restore()


class _Signals:
    """Listens from the start, in the main thread; others cannot."""

    def __init__(self, save: Callable[[], None]) -> None:
        self._save = save
        self._received: list[signal.Signals] = []
        self._before: dict[signal.Signals, Any] = {}
        if threading.current_thread() is threading.main_thread():
            listened = {number: signal.getsignal(number) for number in SIGNALS}
            self._before = {n: h for n, h in listened.items() if n.name != "SIGUSR2" or callable(h)}
            self._listen()

    def _listen(self) -> None:
        for number in self._before:
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._received.append(signal.Signals(number))
        self.restore()
        if self._before.get(signal.SIGINT) is signal.default_int_handler:  # it would wait for torch
            signal.signal(signal.SIGINT, signal.SIG_DFL)

    def restore(self) -> None:
        """Those who listened before do so again."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def pass_on(self) -> None:
        """Save and pass a signal on, if one has come."""
        if not self._received:
            return
        self._save()
        number = self._received.pop()
        if self._before[number] in (signal.SIG_DFL, signal.default_int_handler):
            raise KeyboardInterrupt
        signal.raise_signal(number)
        self._listen()  # the run goes on, and another signal may come
