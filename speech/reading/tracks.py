"""Which audio track of a file is heard: the one asked for, else the file's own default.

Where it stands: used by `decode.py`. Refuses files without sound, and tracks that are not there.
"""

from __future__ import annotations

import av
from av.container import InputContainer
from av.stream import Disposition

from aiec.ir.errors import AudioError


def choose_track(
    container: InputContainer, name: str, number: int | None
) -> tuple[av.AudioStream, tuple[str, ...]]:
    """Audio track `number`, from 1, or the default one, and a remark if that one had rivals.

    Of tracks without a mark, or with several, the first that can be decoded is the default.

    Raises:
        AudioError: there is no sound, no such track, or no decoder for it.
    """
    tracks = container.streams.audio
    if not tracks:
        raise AudioError(f"{name} holds no sound", expected="an audio or video file with sound")
    if number is not None and not 1 <= number <= len(tracks):
        raise AudioError(f"{name} has no audio track {number}", expected=f"1 to {len(tracks)}")
    chosen = tracks[number - 1] if number else _default(tracks)
    if chosen.codec_context is None:
        what = f"the sound of {name} is in a format that no decoder here reads"
        raise AudioError(what, expected="a codec of ffmpeg's", todo="convert it to wav or flac")
    if number or len(tracks) == 1:
        return chosen, ()
    listed = ", ".join(_described(i, track) for i, track in enumerate(tracks, start=1))
    heard = f"{name} has {len(tracks)} audio tracks ({listed})"
    return chosen, (f"{heard}; {tracks.index(chosen) + 1} is heard, --audio-track N takes another",)


def _default(tracks: tuple[av.AudioStream, ...]) -> av.AudioStream:
    readable = [track for track in tracks if track.codec_context is not None]
    marked = [track for track in readable if track.disposition & Disposition.default]
    return (marked or readable or list(tracks))[0]


def _described(number: int, track: av.AudioStream) -> str:
    words = [str(number), track.metadata.get("language", ""), track.metadata.get("title", "")]
    return " ".join(word for word in words if word and word != "und")
