"""TensorBoard's event files. The one door to tensorboard.

Every event is on its way to the disk when `EventFile.write` returns: nothing that precedes a checkpoint is lost with a
killed process. (torch's `SummaryWriter` writes from a thread of its own, has PNG for pictures, four times as large as
JPEG, and names files by the second, so that the files of two sessions may be read in the wrong order.)
"""

import io
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from PIL.Image import Image
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.metadata import NULL_TENSOR
from tensorboard.summary.writer.record_writer import RecordWriter
from torch.utils.tensorboard import summary

Value: TypeAlias = Any  # a Summary.Value; protobuf's classes have no types
HParam = int | float | str
Charts = Mapping[str, Mapping[str, str]]  # heading -> title of a chart -> regular expression of its tags


class EventFile:
    """A new event file in `folder`; TensorBoard shows it under the folder's name.

    Args:
        done: what earlier files of the folder have from this step on is hidden.
    """

    def __init__(self, folder: Path, done: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # TensorBoard reads the files of a folder in the order of their names.
        path = folder / f"events.out.tfevents.{time.time():017.6f}"
        self._records = RecordWriter(path.open("xb", buffering=0))
        self._add(Event(file_version="brain.Event:2"))
        self._add(Event(step=done, session_log=SessionLog(status=SessionLog.START)))

    def write(self, step: int, *values: Value) -> None:
        """Write the values of one step."""
        self._add(Event(step=step, summary=Summary(value=values)))

    def _add(self, event: Event) -> None:
        event.wall_time = time.time()
        self._records.write(event.SerializeToString())

    def close(self) -> None:
        """Write what is left and close the file."""
        self._records.close()


def scalar(tag: str, number: float) -> Value:
    """A point of a curve."""
    return Summary.Value(tag=tag, simple_value=number)


def picture(tag: str, image: Image) -> Value:
    """An 8-bit RGB image, as JPEG; colours keep the full resolution, which texture needs."""
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=90, subsampling=0)
    shown = Summary.Image(width=image.width, height=image.height, colorspace=3, encoded_image_string=encoded.getvalue())
    return Summary.Value(tag=tag, image=shown)


def text(tag: str, markdown: str) -> Value:
    """A page of the Text tab; see `plainly` and `verbatim` for words that come from elsewhere."""
    (value,) = summary.text(tag, markdown).value
    value.tag = tag
    return value


def layout(charts: Charts) -> Value:
    """The Custom Scalars tab. TensorBoard shows equal layouts of several runs once."""
    grouped = {h: {title: ["Multiline", [tags]] for title, tags in group.items()} for h, group in charts.items()}
    return summary.custom_scalars(grouped).value[0]


def session(settings: Mapping[str, HParam]) -> Value:
    """A row of the HParams table: column -> value.

    No list of columns is written: TensorBoard takes the first that it finds, and drops what other runs have besides.
    Left alone it collects those of all runs and puts first what differs, and for metrics the first tags in
    alphabetical order.
    """
    _, start, _ = summary.hparams(dict(settings), {})
    return _with_tensor(start.value[0])


def session_end() -> Value:
    """The row is complete."""
    _, _, end = summary.hparams({}, {})
    return _with_tensor(end.value[0])


def _with_tensor(value: Value) -> Value:
    value.tensor.CopyFrom(NULL_TENSOR)  # without one, TensorBoard takes it for a file of an old version
    return value


def verbatim(words: str) -> str:
    """Markdown that shows `words` as they are, line by line: an indented block, which nothing in it can end."""
    return "".join(f"    {line}\n" for line in words.splitlines())


def plainly(words: str) -> str:
    """`words` within a line of Markdown, every mark of it (and of HTML) spelled out."""
    return "".join(c if c.isalnum() or c in " ," else f"&#{ord(c)};" for c in " ".join(words.split()))
