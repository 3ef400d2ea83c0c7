"""What runs here and would hang, or compute something else, on hardware.

Beside the machine: whoever sees such a thing tells it here. The report lists each kind once, with
its first place, as a warning; with `strict` the first is an error. docs/hardware_hazards.md
explains each.
"""

from __future__ import annotations

import re

from aiec.ir.errors import SimulationError


class Hazards:
    """The warnings of one simulated array, in the order in which they were seen."""

    def __init__(self, strict: bool = False) -> None:
        self._strict = strict
        self._told: dict[str, tuple[str, set[str]]] = {}  # by kind: the first, and all places

    @property
    def warnings(self) -> tuple[str, ...]:
        """One sentence a kind; what differs in numbers alone is one kind."""
        return tuple(
            first + (f" (and {len(places) - 1} more like it)" if len(places) > 1 else "")
            for first, places in self._told.values()
        )

    def tell(self, what: str, where: str, todo: str) -> None:
        """Note a hazard, or refuse it."""
        if self._strict:
            raise SimulationError(f"on hardware, {what}", where=where, todo=todo)
        first = f"on hardware, {what}; at {where}; {todo}"
        _, places = self._told.setdefault(re.sub(r"\d+", "0", what), (first, set()))
        places.add(where)
