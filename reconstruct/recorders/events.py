"""TensorBoard's event files. The one door to tensorboard.

Every event is on its way to the disk when `EventFile.write` returns: nothing that precedes a checkpoint is lost with a
killed process, and no thread of TensorBoard's own has to be looked after.
"""

import io
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from PIL.Image import Image
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import DATA_CLASS_TENSOR, Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.custom_scalar import metadata as custom_scalar
from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2
from tensorboard.plugins.hparams import metadata as hparams
from tensorboard.plugins.text import metadata as texts
from tensorboard.summary.writer.record_writer import RecordWriter

Value: TypeAlias = Any  # a Summary.Value; protobuf's classes have no types
HParam = bool | int | float | str
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
        """All that is said of one step."""
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
    """An 8-bit RGB image, as JPEG: a quarter of a PNG's size, and no difference that one could see."""
    shown = Summary.Image(width=image.width, height=image.height, colorspace=3, encoded_image_string=_jpeg(image))
    return Summary.Value(tag=tag, image=shown)


def _jpeg(image: Image) -> bytes:
    """An image in a quarter of a PNG's bytes; colours keep the full resolution, which texture needs."""
    whole = io.BytesIO()
    image.save(whole, "JPEG", quality=90, subsampling=0)
    return whole.getvalue()


def text(tag: str, markdown: str) -> Value:
    """A page of the Text tab; see `plainly` and `verbatim` for words that come from elsewhere."""
    return Summary.Value(tag=tag, metadata=texts.create_summary_metadata(None, None), tensor=_string(markdown.encode()))


def layout(charts: Charts) -> Value:
    """The Custom Scalars tab. TensorBoard shows equal layouts of several runs once."""
    categories = [
        layout_pb2.Category(title=heading, chart=[_chart(title, tags) for title, tags in group.items()])
        for heading, group in charts.items()
    ]
    content = layout_pb2.Layout(category=categories).SerializeToString()
    metadata = custom_scalar.create_summary_metadata()
    metadata.data_class = DATA_CLASS_TENSOR
    return Summary.Value(tag=custom_scalar.CONFIG_SUMMARY_TAG, metadata=metadata, tensor=_string(content))


def _chart(title: str, tags: str) -> layout_pb2.Chart:
    return layout_pb2.Chart(title=title, multiline=layout_pb2.MultilineChartContent(tag=[tags]))


def session(settings: Mapping[str, HParam]) -> Value:
    """A row of the HParams table.

    No list of columns is written: TensorBoard takes the first that it finds, and drops what other runs have besides.
    Left alone it collects those of all runs and puts first what differs, and for metrics the first tags in
    alphabetical order.

    Args:
        settings: column -> value.
    """
    started = plugin_data_pb2.SessionStartInfo(start_time_secs=time.time())
    for key, value in settings.items():
        kind = {bool: "bool_value", str: "string_value"}.get(type(value), "number_value")
        setattr(started.hparams[key], kind, value)
    return _hparams(hparams.SESSION_START_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_start_info=started))


def session_end() -> Value:
    """The row is complete."""
    ended = plugin_data_pb2.SessionEndInfo(status=api_pb2.STATUS_SUCCESS, end_time_secs=time.time())
    return _hparams(hparams.SESSION_END_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_end_info=ended))


def _hparams(tag: str, content: plugin_data_pb2.HParamsPluginData) -> Value:
    return Summary.Value(tag=tag, metadata=hparams.create_summary_metadata(content), tensor=hparams.NULL_TENSOR)


def _string(content: bytes) -> TensorProto:
    return TensorProto(dtype=DT_STRING, string_val=[content], tensor_shape=TensorShapeProto())


def verbatim(words: str) -> str:
    """Markdown that shows `words` as they are, line by line: an indented block, which nothing in it can end."""
    return "".join(f"    {line}\n" for line in words.splitlines())


def plainly(words: str) -> str:
    """`words` within a line of Markdown, every mark of it (and of HTML) spelled out."""
    return "".join(c if c.isalnum() or c in " ," else f"&#{ord(c)};" for c in " ".join(words.split()))
