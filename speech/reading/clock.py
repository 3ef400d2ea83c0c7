"""Clock: when each decoded frame is to be heard, from time stamps that may be wrong.

Where it stands: used by `recorder.py`. A stamp is believed where it could be true: a leap forward
is sound that is missing, unless it leads past the file's end; a leap backward is another recording,
joined behind the first. A clock that leaps and comes back was damaged.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

# Stamps are rounded and jitter with the device that recorded: below this, frames follow each other.
# The bound of ffmpeg's own aresample filter (min_hard_comp, libswresample/options.c).
JITTER_S = 0.1
JITTER_AFTER_LOSS_S = 0.02  # a frame is known to be missing there, so its gap is no jitter
OVERLAP_S = 1.0  # a shorter step back is sound that is there twice, not another recording


class Leap(Enum):
    """How a frame stands to the one before it."""

    NONE = auto()  # it follows at once
    GAP = auto()  # something is missing between
    OVERLAP = auto()  # it begins before the end of the other
    TAKEN_BACK = auto()  # the last gap was a fault of the clock: nothing is missing there
    JUMP = auto()  # it follows at once, though its stamp says otherwise


@dataclass(slots=True)
class Clock:
    """Follows the stamps of one track.

    Attributes:
        whole_s: how long the recording may be; a stamp behind its end is a fault of the clock.
        longest_gap_s: so is a longer leap forward.
        end_s: where the sound ends that was placed so far.
    """

    whole_s: float
    longest_gap_s: float
    end_s: float = 0.0
    _shift_s: float = 0.0  # from stamps to times
    _shift_before_s: float = 0.0  # the same before the last jump
    _last_gap_s: float = 0.0
    _began_s: float = 0.0  # where the last recording of several began

    def follow(self, stamp_s: float, *, after_loss: bool) -> tuple[Leap, float]:
        """How a frame with that stamp is to be placed, and the seconds of the leap.

        `end_s` is moved to where the frame begins.
        """
        leap, seconds = self._judge(stamp_s + self._shift_s - self.end_s, after_loss)
        if leap is Leap.JUMP:
            back = self._shift_s - self._shift_before_s
            self._shift_before_s = self._shift_s
            if seconds < 0 and stamp_s <= OVERLAP_S:  # a clock that begins anew
                self._began_s = self.end_s
            self._shift_s -= back if abs(seconds - back) <= JITTER_S else seconds
            return leap, 0.0
        self._last_gap_s = {Leap.GAP: seconds, Leap.TAKEN_BACK: 0.0}.get(leap, self._last_gap_s)
        self.end_s += seconds
        return leap, seconds

    def _judge(self, gap_s: float, after_loss: bool) -> tuple[Leap, float]:
        if abs(gap_s) <= (JITTER_AFTER_LOSS_S if after_loss else JITTER_S):
            return Leap.NONE, 0.0
        came_back = abs(gap_s - (self._shift_s - self._shift_before_s)) <= JITTER_S
        if self._shift_s != self._shift_before_s and came_back:
            return Leap.JUMP, gap_s
        if self._last_gap_s and abs(gap_s + self._last_gap_s) <= JITTER_S:
            return Leap.TAKEN_BACK, -self._last_gap_s
        latest_s = self._began_s + self.whole_s + JITTER_S
        if 0 < gap_s <= self.longest_gap_s and self.end_s + gap_s <= latest_s:
            return Leap.GAP, gap_s
        return (Leap.OVERLAP if -OVERLAP_S <= gap_s < 0 else Leap.JUMP), gap_s
