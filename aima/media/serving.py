"""What the contained child does for the parent. Everything it needs is imported here, before the files are gone."""

from __future__ import annotations

import dataclasses
import encodings.idna
import encodings.latin_1
import encodings.utf_16  # noqa: F401
import importlib
import io
import pkgutil
import socket
from typing import NoReturn

import av
import cv2
import numpy as np
from PIL import ExifTags, Image, ImageChops, ImagePalette  # noqa: F401

from aima.domain.media import MediaInfo
from aima.errors import AimaError, DecoderDied
from aima.media import ring, sniff
from aima.media.contained import sandbox, wire
from aima.media.delivery import Delivery
from aima.media.image import ImageSource
from aima.media.listening_plan import ListenPlan, Span
from aima.media.plan import ReadPlan, plan_reading
from aima.media.probe import probe
from aima.media.sound import listen
from aima.media.source import Problems, Source
from aima.media.video import VideoSource


def prepare() -> None:
    """Load what would otherwise be loaded from files later. Starts no thread: the process will be forked."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith("__main__"):  # PyAV imports its stream types when it meets them
            importlib.import_module(module.name)
    cv2.setNumThreads(1)
    av.logging.set_level(av.logging.ERROR)
    Image.init()
    sniff.signatures()


def prepare_decord() -> None:
    """The same for that decoder, which few children need."""
    importlib.import_module("aima.media.decord_video")


class Server:
    """Answers requests about the one medium of this child, which is its standard input."""

    def __init__(self, channel: socket.socket, ring_fd: int, memory_mb: int) -> None:
        self._channel = channel
        self._memory = ring.attach(ring_fd) if ring_fd >= 0 else None
        self._memory_mb = memory_mb
        self._medium = io.FileIO(0, closefd=False)
        self._plan: ReadPlan | None = None
        self._ring: ring.Ring | None = None
        self._source: Source | None = None

    def serve(self) -> NoReturn:
        """Answer until the parent closes the channel.

        Raises:
            Gone: it has closed.
        """
        while True:
            request = wire.receive(self._channel)
            try:
                self._answer(request)
            except AimaError as error:
                self._complain(error)
            except MemoryError:
                self._complain(DecoderDied(f"the decoder needed more than {self._memory_mb} MB of memory"))
            except wire.Gone:
                raise
            except Exception as error:
                self._complain(DecoderDied(f"the decoder failed ({type(error).__name__}: {error})"))

    def _complain(self, error: AimaError) -> None:
        remedy = error.remedy or "the file may be damaged or made to do harm"
        wire.send(self._channel, {"error": {**error.as_dict(), "remedy": remedy}})

    def _answer(self, request: wire.Message) -> None:
        if "cpu_s" in request:
            sandbox.allow_cpu(request["cpu_s"])
        match request.get("op"):
            case "inspect":
                info = probe(self._medium, request["caps"])
                wire.send(self._channel, {"info": dataclasses.asdict(info)})
            case "open":
                self._open(request)
            case "listen":
                self._listen(ListenPlan(**request["plan"]), Span(**request["span"]))
            case "read":
                self._read(request["start_us"], request["end_us"], request["frames_per_chunk"])
            case _:  # a slot that came back after its segment was done
                pass

    def _open(self, request: wire.Message) -> None:
        info = MediaInfo(**{**request["info"], "keyframes_us": tuple(request["info"]["keyframes_us"])})
        plan = plan_reading(info, request["caps"], request["decoder"])
        self._plan = plan
        if self._memory is not None:
            self._ring = ring.Ring(self._memory, plan.ring_shape(request["frames_per_chunk"]))
        if plan.picture:
            self._source = ImageSource(self._medium, plan, request["caps"]["max_frames"])
        elif plan.through_decord:
            from aima.media.decord_video import DecordSource

            self._source = DecordSource(self._medium, plan)
        else:
            self._source = VideoSource(self._medium, plan)

    def _listen(self, plan: ListenPlan, span: Span) -> None:
        if self._memory is None:
            raise DecoderDied("the decoder was asked to listen without memory to write to")
        out = np.frombuffer(self._memory, np.float32, span.stop - span.first)
        wire.send(self._channel, {"heard": listen(self._medium, plan, span, out)})

    def _read(self, start_us: int, end_us: int, most: int) -> None:
        if self._source is None or self._plan is None or self._ring is None:
            raise DecoderDied("the decoder was asked to read before it was opened")
        problems = Problems()
        delivery = Delivery(self._ring, self._channel, self._plan, problems, most)
        for shot in self._source.shots(start_us, end_us, problems):
            delivery.add(shot)
        delivery.finish()
