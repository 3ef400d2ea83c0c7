"""Arbiters of the stream switches: each serves one packet at a time, from header to last word.

Packets of several sources that share an arbiter wait for one another, also where they leave
through different ports: a request that holds an arbiter while its answer waits for the same one
never ends. Source: AM020, packet-switched streams; AM025, switch configuration.
"""

from __future__ import annotations

from typing import Protocol


class Holder(Protocol):
    """A source of packets, as far as arbiters know it."""

    @property
    def holds(self) -> str: ...


class Arbiter:
    """One arbiter, the source whose packet it serves, and those that wait."""

    __slots__ = ("name", "owner", "waiting")

    def __init__(self, name: str) -> None:
        self.name = name
        self.owner: Holder | None = None
        self.waiting: list[Holder] = []

    def clear(self) -> None:
        """Serve nobody, as after a load."""
        self.owner = None
        self.waiting = []
