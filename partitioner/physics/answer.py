"""An answer of the model: a time with its work, which any unit can be made of."""

from __future__ import annotations

from dataclasses import dataclass


class UnansweredError(Exception):
    """The model has no answer to a measurement; the text says why. Caught by `predict.ask`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model says of one measurement. `kind` names the family whose error bar holds."""

    kind: str
    us: float
    clock_hz: float
    macs: float = 0.0
    nbytes: float = 0.0

    @property
    def cycles(self) -> float:
        """The time in cycles of the array."""
        return self.us * self.clock_hz * 1e-6

    def in_unit(self, unit: str) -> float | None:
        """The quantity that a unit asks for; None for a unit that this answer has nothing for."""
        known = _UNITS.get(unit.lower())
        if known is None or self.us <= 0:
            return None
        numerator, scale, rate = known
        if not rate:
            return (self.cycles if numerator == "cycles" else self.us) * scale
        work = {"flop": 2 * self.macs, "macs": self.macs, "bytes": self.nbytes}[numerator]
        if work <= 0:
            return None
        return work / self.cycles if scale == 0 else work / self.us * scale


# unit: (what it counts, factor from microseconds or from work a microsecond, is it a rate)
_UNITS: dict[str, tuple[str, float, bool]] = {
    "us": ("us", 1.0, False),
    "µs": ("us", 1.0, False),
    "ms": ("us", 1e-3, False),
    "s": ("us", 1e-6, False),
    "ns": ("us", 1e3, False),
    "cycles": ("cycles", 1.0, False),
    "tops": ("flop", 1e-6, True),
    "tflops": ("flop", 1e-6, True),
    "tflop/s": ("flop", 1e-6, True),
    "gops": ("flop", 1e-3, True),
    "gflops": ("flop", 1e-3, True),
    "gflop/s": ("flop", 1e-3, True),
    "gb/s": ("bytes", 1e-3, True),
    "mac/cycle": ("macs", 0.0, True),
    "macs/cycle": ("macs", 0.0, True),
}


def is_rate(unit: str) -> bool:
    """Whether more of a unit is faster."""
    return _UNITS.get(unit.lower(), ("", 0.0, False))[2]
