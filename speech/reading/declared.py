"""What files say of their own length, and whether that is more than they hold.

Where it stands: used by `decode.py` and `audio.py`. A length that libavformat estimates from the
bit rate says nothing: only formats that write it down are believed.
"""

from __future__ import annotations

import struct
from pathlib import Path

import av
from av.container import InputContainer

# Formats with their length in a header or an index. In mp3 it is in the first frame, if anywhere.
WRITTEN = frozenset(
    {"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "flac", "aiff", "caf", "w64", "avi", "au"}
    | {"ape", "tta", "wv", "tak", "mpc8", "dsf", "voc", "rm", "mp3", "wav", "flv"}
)
MP3_FRAME = 1441  # bytes, the longest: 320 kbit/s at 32 kHz, padded; ISO 11172-3, 2.4.3.1
TAG_SLACK = 2 * MP3_FRAME  # what may be cut without any loss that can be heard
OGG_PAGE_MAX = 65307  # bytes; RFC 3533, section 6
# Data sizes of WAV headers whose writers could not seek back to fill them in: 0, sox and espeak's
# 0x7FFFF000, arecord's 0x80000000, ffmpeg's 0xFFFFFFFF, less what headers take of them.
OPEN_ENDED = 0x7FFF0000


def declared_seconds(container: InputContainer, stream: av.AudioStream, file: Path) -> float:
    """How long the file says its sound is; 0 where it does not say."""
    name = container.format.name
    if name not in WRITTEN or (name == "mp3" and not _mp3_is_cut(file)):
        return 0.0
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    alone = len(container.streams) == 1  # else the picture may be what lasts so long
    return (container.duration or 0) / av.time_base if alone else 0.0


def is_open_ended(file: Path) -> bool:
    """Whether a WAV header says nothing of its length, since it was written to a pipe."""
    nbytes, there = _wav_data(file)
    return nbytes is not None and (nbytes == 0 or nbytes >= OPEN_ENDED) and nbytes != there


def is_cut(file: Path) -> bool:
    """Whether a WAV file has less data than its header says, or an Ogg file ends within a page."""
    nbytes, there = _wav_data(file)
    return (nbytes is not None and there < nbytes < OPEN_ENDED) or _ogg_is_cut(file)


def lacks_index(file: Path) -> bool:
    """Whether an MP4 file has no `moov` box, which is written last; ISO 14496-12, section 4.2."""
    kinds = []
    with file.open("rb") as opened:
        while len(head := opened.read(8)) == 8:
            size, kind = struct.unpack(">I4s", head)
            kinds.append(kind)
            if size == 1:  # 64 bits follow
                size = struct.unpack(">Q", opened.read(8).rjust(8, b"\0"))[0] - 8
            if size < 8 or kinds[0] != b"ftyp":
                break
            opened.seek(size - 8, 1)
    return kinds[:1] == [b"ftyp"] and b"moov" not in kinds


def _mp3_is_cut(file: Path) -> bool:
    """Whether an MP3 file is shorter than the first frame says, which VBR encoders leave silent.

    Of files that are longer, libavformat takes the estimate.
    """
    with file.open("rb") as opened:
        while (head := opened.read(10))[:3] == b"ID3" and len(head) == 10:
            opened.seek(id3_bytes(head) - 10, 1)
        start = opened.tell() - len(head)
        first = head + opened.read(2 * MP3_FRAME)  # a tag may be padded
    mark = next((found for name in (b"Xing", b"Info") if (found := first.find(name)) >= 0), -1)
    if mark < 0 or len(first) < mark + 16:
        return False
    flags, *fields = struct.unpack_from(">III", first, mark + 4)
    has_frames, has_bytes = flags & 1, flags & 2  # each one field, in this order; LAME's tag
    size = fields[1 if has_frames else 0] if has_bytes else 0
    return size > file.stat().st_size - start + TAG_SLACK


def id3_bytes(head: bytes) -> int:
    """Length of an ID3v2 tag whose first ten bytes these are; id3.org, ID3v2.4.0, section 3.1."""
    size = 0
    for byte in head[6:10]:  # seven bits each
        size = size << 7 | byte & 0x7F
    return size + 10


def _wav_data(file: Path) -> tuple[int | None, int]:
    """The size of a RIFF file's data chunk as its header says, and the bytes that are there."""
    total = file.stat().st_size
    with file.open("rb") as opened:
        if opened.read(4) != b"RIFF":
            return None, 0
        opened.seek(12)
        while len(head := opened.read(8)) == 8:
            kind, nbytes = struct.unpack("<4sI", head)
            if kind == b"data":
                return nbytes, total - opened.tell()
            opened.seek(nbytes + nbytes % 2, 1)
    return None, 0


def _ogg_is_cut(file: Path) -> bool:
    total = file.stat().st_size
    with file.open("rb") as opened:
        if opened.read(4) != b"OggS":
            return False
        opened.seek(max(0, total - OGG_PAGE_MAX))
        tail = opened.read()
    page = tail[tail.rfind(b"OggS\0") :]
    segments = page[26] if len(page) > 26 else 255
    return len(page) < 27 + segments + sum(page[27 : 27 + segments])
