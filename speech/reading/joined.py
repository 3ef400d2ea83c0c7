"""Files that are several recordings one behind the other, as `cat a.ogg b.ogg` makes them.

Where it stands: used by `audio.py`. Of formats in which libavformat hears only the first recording
or stumbles over what changes in the second, the places are found where another begins: chained Ogg
(RFC 3533, section 4), WAV and MP4. All other formats are decoded as one.
"""

from __future__ import annotations

import mmap
import re
import struct
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

OGG_PAGE = re.compile(rb"OggS\0([\0-\7])", re.DOTALL)  # a page's head with its flags
OGG_BEGINS = 2  # the flag of a page that begins a stream


def recordings(file: Path) -> Iterator[Path]:
    """Each recording of `file` as a file of its own; `file` itself if it is one."""
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        ends = [*_beginnings(data), len(data)]
        if len(ends) == 2:
            yield file
            return
        for start, end in pairwise(ends):
            with tempfile.NamedTemporaryFile(prefix="aiec-", suffix=file.suffix) as copy:
                copy.write(data[start:end])
                copy.flush()
                yield Path(copy.name)


def _beginnings(data: mmap.mmap) -> list[int]:
    """Where recordings begin; the first one at 0."""
    kind = data[4:8] if data[4:8] == b"ftyp" else data[:4]
    found = {b"OggS": _in_ogg, b"RIFF": _in_riff, b"ftyp": _in_mp4}.get(kind)
    return [0, *(found(data) if found else ())]


def _in_ogg(data: mmap.mmap) -> Iterator[int]:
    """First pages that come after pages with sound; first pages of several tracks lie together."""
    begun = True
    for page in OGG_PAGE.finditer(data):
        begins = bool(page[1][0] & OGG_BEGINS)
        if begins and not begun:
            yield page.start()
        begun = begins


def _in_riff(data: mmap.mmap) -> Iterator[int]:
    at = 0
    while len(head := data[at : at + 8]) == 8:
        at += 8 + struct.unpack("<4xI", head)[0]
        if data[at : at + 4] != b"RIFF" or data[at + 8 : at + 12] != b"WAVE":
            return
        yield at


def _in_mp4(data: mmap.mmap) -> Iterator[int]:
    """Boxes `ftyp` behind an index; ISO 14496-12, section 4.2."""
    at, indexed = 0, False
    while len(head := data[at : at + 8]) == 8:
        size, kind = struct.unpack(">I4s", head)
        if kind == b"ftyp" and indexed:
            yield at
            indexed = False
        indexed |= kind == b"moov"
        if size == 1 and len(data) >= at + 16:  # 64 bits follow
            size = struct.unpack(">Q", data[at + 8 : at + 16])[0]
        if size < 8:
            return
        at += size
