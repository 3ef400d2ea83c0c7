"""Losses: how many bytes of a track could not be decoded, and how many of these were ever sound.

Where it stands: used by `decode.py`. In formats without time stamps, lost bytes are all that tells
how long the silence has to be that stands in for them.
"""

from __future__ import annotations

from typing import BinaryIO

import av

from aiec.speech.reading.declared import id3_bytes

# What decoders refuse though no sound is lost: heads and tags of joined files, an encoder's notes.
TAGS = (b"fLaC", b"APETAGEX", b"TAG", b"Xing", b"Info", b"LAME", b"VBRI")
SEARCHED = 1 << 20  # bytes behind a packet in which the next one is looked for
HEAD = 64  # bytes of a frame beside its samples, at most


class Losses:
    """Counts bytes while a track is decoded.

    Args:
        bare: the file, if its format is packets and nothing else, so that all between them is lost.
    """

    def __init__(self, bare: BinaryIO | None) -> None:
        self.bare = bare
        self.any = False  # whether anything was lost at all
        self.pending = False  # and since the last frame that was heard
        self._heard_bytes = self._lost_bytes = self._tag_bytes = 0
        self._heard_s = 0.0
        self._position: int | None = None  # behind the last packet

    @property
    def bytes_per_s(self) -> float:
        """Of what was heard."""
        return self._heard_bytes / self._heard_s if self._heard_s else 0.0

    def take(self, packet: av.Packet) -> None:
        """A packet comes: whatever lies between it and the one before is lost.

        Where it lies is looked up in the file, since demuxers count on from the packet before.
        """
        if self.bare is None or packet.pos is None:
            return
        if self._position is None:
            self._position = packet.pos
        data = bytes(packet)
        self.bare.seek(self._position)
        there = self.bare.read(packet.size)
        if there != data:
            there += self.bare.read(SEARCHED)
            skipped = there.find(data)
            if skipped < 0:
                return
            self.lose(there[:skipped])
            self._position += skipped
        self._position += packet.size

    def lose(self, data: bytes = b"") -> None:
        """These bytes could not be decoded, or the file could not be read."""
        if not self._is_tag(data):
            self.any = self.pending = True
            self._lost_bytes += len(data)
        self._tag_bytes -= len(data)

    def hear(self, packet: av.Packet | None, frames: list[av.AudioFrame]) -> None:
        """A packet was decoded, or the decoder gave what it had kept back.

        One that is longer than what came out of it has swallowed damaged ones behind it.
        """
        nbytes = packet.size if packet else 0
        seconds = sum(frame.samples / max(frame.sample_rate, 1) for frame in frames)
        usual = int(self.bytes_per_s * seconds)
        self._tag_bytes -= nbytes
        self._heard_s += seconds
        longest = max(usual, sum(map(_uncompressed_bytes, frames))) + HEAD
        if self.bare and usual and nbytes > longest:
            self.any = self.pending = True
            self._lost_bytes += nbytes - usual
            nbytes = usual
        self._heard_bytes += nbytes

    def settle(self) -> int:
        """The bytes that were lost before the frame that is heard now."""
        lost, self._lost_bytes, self.pending = self._lost_bytes, 0, False
        return lost

    def _is_tag(self, data: bytes) -> bool:
        tag = data.find(b"ID3")
        if tag >= 0 and len(data) >= tag + 10:
            self._tag_bytes = tag + id3_bytes(data[tag:])  # its pictures go on for many packets
        return self._tag_bytes > 0 or any(mark in data for mark in TAGS)


def _uncompressed_bytes(frame: av.AudioFrame) -> int:
    return frame.samples * frame.layout.nb_channels * frame.format.bytes
