"""One track of a file, decoded from end to end whatever is wrong on the way.

Where it stands: called by `audio.py`; frames go to `recorder.py`. Bad packets are passed over and
what they held is left out as silence. Refuses only what cannot be opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import InputContainer

from aiec.ir.errors import AudioError
from aiec.speech.reading.clock import Clock
from aiec.speech.reading.declared import declared_seconds, lacks_index
from aiec.speech.reading.losses import Losses
from aiec.speech.reading.recorder import Recorder
from aiec.speech.reading.sound import Hole
from aiec.speech.reading.tracks import choose_track

# Formats whose packets carry the time they were recorded at. All others have only an order, and the
# stamps that libavformat makes up for them pass over what is missing.
STAMPED = frozenset(
    {"matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2", "mpegts", "mpeg", "ogg", "flv", "asf", "nut"}
    | {"mxf", "rm", "hls", "wtv", "live_flv", "dash", "rtsp"}
)
# In these, ffmpeg takes a longer leap for another recording (its option dts_delta_threshold).
JOINABLE = {"mpegts": 10.0, "mpeg": 10.0, "ogg": 10.0, "hls": 10.0}  # seconds
LONGEST_GAP_S = 3600.0  # where the file does not say how long it is
# Formats that are packets and nothing else: bytes between two packets are packets that were lost.
BARE = frozenset({"aac", "ac3", "dts", "eac3", "flac", "mp3"})
DEMUX_ERRORS = 100  # in a row that are passed over; each read after an error looks further on
LOWEST_RATE = 1000  # Hz; below, no speech can be heard, and a damaged header would last for years


@dataclass(frozen=True, slots=True)
class Track:
    """What was found.

    Attributes:
        samples: float32 in [-1, 1), mono, 16 kHz, (samples,), from the recording's beginning.
        declared_s: how long the file says that it is, where it says so itself; else 0.
        damaged: whether packets of it could not be decoded.
        ends_damaged: whether the last packet is one of them.
        starts_s: how long after the recording's beginning its own first frame is.
    """

    samples: np.ndarray
    holes: tuple[Hole, ...]
    declared_s: float
    damaged: bool
    ends_damaged: bool
    starts_s: float
    cancelled_s: float
    jumps_s: tuple[float, ...]
    remarks: tuple[str, ...]


def decode(file: Path, name: str, number: int | None) -> Track:
    """Audio track `number` of `file`, which the user knows by `name`.

    Raises:
        AudioError: nothing in it can be opened, or no such track.
    """
    try:
        container = av.open(f"file:{file}", metadata_errors="ignore")
    except (av.error.FFmpegError, ValueError) as error:
        what = f"{name} is not audio, or is damaged at its beginning"
        if lacks_index(file):
            what = f"{name} was cut off while it was recorded: its index (moov) is missing"
        raise AudioError(what, expected="an audio or video file with sound") from error
    with container, file.open("rb") as raw:
        stream, remarks = choose_track(container, name, number)
        losses = Losses(raw if container.format.name in BARE else None)
        decoding = _Decoding(container, stream, losses)
        decoding.run()
        return decoding.result(declared_seconds(container, stream, file), remarks)


class _Decoding:
    """The decoding of one track."""

    def __init__(self, container: InputContainer, stream: av.AudioStream, losses: Losses) -> None:
        kind = container.format.name
        whole_s = (container.duration or 0) / av.time_base or LONGEST_GAP_S
        self.container, self.stream, self.losses = container, stream, losses
        self.stamped = kind in STAMPED
        self.longest_gap_s = min(whole_s, JOINABLE.get(kind, whole_s))
        self.recorder = Recorder(Clock(whole_s, whole_s))
        self.origin_s = (container.start_time or 0) / av.time_base
        self.starts_s: float | None = None

    def run(self) -> None:
        """Decode everything."""
        for packet in self._packets():
            self.losses.take(packet)
            self._decode(packet)
        self._decode(None)

    def result(self, declared_s: float, remarks: tuple[str, ...]) -> Track:
        """What was found."""
        samples, holes = self.recorder.finish(self.losses.bytes_per_s)
        return Track(
            samples=samples,
            holes=holes,
            declared_s=declared_s,
            damaged=self.losses.any,
            ends_damaged=self.losses.pending,
            starts_s=self.starts_s or 0.0,
            cancelled_s=self.recorder.cancelled_s,
            jumps_s=tuple(self.recorder.jumps_s),
            remarks=remarks,
        )

    def _packets(self) -> Iterator[av.Packet]:
        """All packets of the track; what the demuxer cannot read is passed over."""
        errors = 0
        while errors < DEMUX_ERRORS:
            try:
                for packet in self.container.demux(self.stream):
                    errors = 0
                    if packet.size:
                        yield packet
                return
            except IndexError:  # PyAV's, at the end, if tracks came up that no header spoke of
                return
            except (av.error.FFmpegError, ValueError):
                errors += 1
                self.losses.lose()

    def _decode(self, packet: av.Packet | None) -> None:
        """One packet, or what the decoder kept back."""
        try:
            frames = self.stream.codec_context.decode(packet)
        except (av.error.FFmpegError, ValueError):
            if packet:
                self.losses.lose(bytes(packet))
            return
        for frame in frames:
            if frame.samples and frame.sample_rate >= LOWEST_RATE:
                self._record(frame)
        self.losses.hear(packet, frames)

    def _record(self, frame: av.AudioFrame) -> None:
        after_loss = self.losses.pending
        lost_bytes = self.losses.settle()
        if lost_bytes and not self.stamped:
            self.recorder.lose(lost_bytes)
        stamp_s = self._stamp_s(frame)
        believed = self.stamped or (self.starts_s is None and not lost_bytes)
        if self.starts_s is None:
            self.starts_s = stamp_s if believed else 0.0
        self.recorder.add(frame, stamp_s if believed else None, after_loss=after_loss)
        self.recorder.clock.longest_gap_s = self.longest_gap_s  # but any file may begin late

    def _stamp_s(self, frame: av.AudioFrame) -> float | None:
        """When the frame is heard, from the recording's beginning, as far as it says so."""
        if frame.pts is None or frame.time_base is None:
            return None
        return float(frame.pts * frame.time_base) - self.origin_s
