"""What runs here and would hang, or compute something else, on hardware.

Beside the machine: whoever sees such a thing tells it here, once a place. The report lists them as
warnings; with `strict` the first is an error. docs/hardware_hazards.md explains each.
"""

from __future__ import annotations

from aiec.ir.errors import SimulationError


class Hazards:
    """The warnings of one simulated array, in the order in which they were seen."""

    def __init__(self, strict: bool = False) -> None:
        self._strict = strict
        self._told: dict[str, None] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """One sentence each."""
        return tuple(self._told)

    def tell(self, what: str, where: str, todo: str) -> None:
        """Note a hazard, or refuse it."""
        if self._strict:
            raise SimulationError(f"on hardware, {what}", where=where, todo=todo)
        self._told[f"on hardware, {what}; at {where}; {todo}"] = None
