"""Work that a GPU repeats by itself.

A step of a reconstruction is some 450 small tasks for a GPU. At 256 pixels it computes for 2 of the 10 ms that it takes
a processor to ask for them one by one (H100). Recorded once, as a CUDA graph, they are asked for together.
"""

import gc
import logging
from collections.abc import Callable
from typing import Generic, TypeVar

import torch

T = TypeVar("T")

WARMUP_CALLS = 3  # in which libraries choose their algorithms, before the tasks are recorded
log = logging.getLogger(__name__)


class CudaGraph(Generic[T]):
    """A function of no arguments that a GPU repeats by itself after a few calls; on other devices the function itself.

    It asks for the same tasks on the same memory every time, none of which waits for the GPU. The next call overwrites
    what it returned.
    """

    def __init__(self, function: Callable[[], T], device: torch.device) -> None:
        self._function, self._device = function, device
        self._calls = 0
        self._graph: torch.cuda.CUDAGraph | None = None
        self._output: T | None = None

    def __call__(self) -> T:
        """What the function returns."""
        if self._device.type != "cuda" or self._calls < 0:
            return self._function()
        if self._graph is None:
            self._calls += 1
            if self._calls <= WARMUP_CALLS:
                return self._function()
            self._record()
        if self._graph is None or self._output is None:
            return self._function()
        self._graph.replay()
        return self._output

    def release(self) -> None:
        """Let go of the recorded tasks and their memory."""
        if self._graph is not None:
            self._graph, self._output, self._calls = None, None, 0
            torch.cuda.empty_cache()

    def _record(self) -> None:
        """Record the tasks, which computes nothing; if that fails, every call runs them one by one."""
        gc.collect()
        torch.cuda.synchronize(self._device)
        torch.cuda.empty_cache()  # the recorded tasks have memory of their own
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.device(self._device), torch.cuda.graph(graph):
                self._output = self._function()
            self._graph = graph
        except RuntimeError as error:
            self._calls = -1
            log.warning("recording a CUDA graph failed (%s); continuing without", str(error).split("\n")[0])
            torch.cuda.synchronize(self._device)
