"""What is to be transcribed: files, standard input, and what folders hold.

Where it stands: between the command line and the batch. Refuses folders in which there is nothing
to transcribe; whatever is wrong with one file is found when it is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiec.ir.errors import AudioError
from aiec.speech.audio import STDIN

# Suffixes of what ffmpeg takes for sound or film; in folders, other files are passed over.
MEDIA = frozenset(
    {
        *("3g2", "3ga", "3gp", "aac", "ac3", "aif", "aifc", "aiff", "alac", "amr", "ape", "asf"),
        *("au", "avi", "caf", "divx", "dsf", "dts", "dv", "eac3", "f4v", "flac", "flv", "gsm"),
        *("m2ts", "m4a", "m4b", "m4v", "mka", "mkv", "mov", "mp2", "mp3", "mp4", "mpa", "mpc"),
        *("mpeg", "mpg", "mts", "mxf", "nut", "oga", "ogg", "ogm", "ogv", "ogx", "opus", "ra"),
        *("rf64", "rm", "rmvb", "snd", "spx", "tak", "tta", "ts", "voc", "vob", "w64", "wav"),
        *("weba", "webm", "wma", "wmv", "wv"),
    }
)


@dataclass(frozen=True, slots=True)
class Source:
    """One recording to be transcribed.

    Attributes:
        folder: where below the output folder its transcript goes: as it lay in the folder that was
            searched.
    """

    path: Path
    folder: Path = Path()

    @property
    def stem(self) -> str:
        """The name of its transcript without a suffix, as WhisperX has it."""
        return str(self.folder / ("stdin" if self.path == STDIN else self.path.stem))

    @property
    def name(self) -> str:
        """The same with the suffix of the recording."""
        return str(self.folder / ("stdin" if self.path == STDIN else self.path.name))


def find_sources(given: Sequence[Path], *, recursive: bool) -> tuple[Source, ...]:
    """What `given` names, in this order; with `recursive`, folders stand for the files in them.

    Hidden files and folders are passed over, as are files whose suffix is not one of `MEDIA`.

    Raises:
        AudioError: a folder cannot be read, or has no recording in it.
    """
    return tuple(source for path in given for source in _found(path, recursive))


def _found(path: Path, recursive: bool) -> Iterator[Source]:
    if not (recursive and path.is_dir()):
        yield Source(path)
        return
    inside = [Source(file, file.relative_to(path).parent) for file in _media(path)]
    if not inside:
        raise AudioError(f"{path} holds no recordings", expected="audio or video files in it")
    yield from inside


def _media(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if Path(name).suffix[1:].lower() in MEDIA and not name.startswith("."):
                yield Path(place, name)


def _refuse(error: OSError) -> None:
    raise AudioError(f"cannot read folder {error.filename}: {error.strerror}") from None
