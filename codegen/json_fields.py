"""Reading JSON with a word for every damage: the file, the field, what was expected, what is there.

Used by `manifest.py`; refuses with a `DesignError`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from aiec.ir.errors import DesignError


@dataclass(frozen=True, slots=True)
class Fields:
    """An object of a JSON file, with the path that leads to it (`sequences[0].gemm`)."""

    content: Any
    file: str
    path: str

    def error(self, name: str, expected: str) -> DesignError:
        """The error that says field `name` is not what was expected."""
        what = f"is {self.content[name]!r}"[:80] if self.has(name) else "is missing"
        return DesignError(
            f"damaged manifest: {self._path(name)} {what}",
            where=self.file,
            expected=expected,
            todo="write the folder again with `aiec compile`",
        )

    def has(self, name: str) -> bool:
        """Whether the field is there."""
        return isinstance(self.content, dict) and name in self.content

    def integer(self, name: str) -> int:
        """A positive integer."""
        value = self._get(name)
        # A bool is an int to Python, not to the reader of a manifest.
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise self.error(name, "a positive integer")
        return value

    def boolean(self, name: str) -> bool:
        """true or false."""
        value = self._get(name)
        if not isinstance(value, bool):
            raise self.error(name, "true or false")
        return value

    def string(self, name: str) -> str:
        """A string."""
        value = self._get(name)
        if not isinstance(value, str):
            raise self.error(name, "a string")
        return value

    def one_of(self, name: str, known: Iterable[str]) -> str:
        """One of the `known` strings."""
        names = [str(k) for k in known]
        value = self._get(name)
        if value not in names:
            raise self.error(name, "one of " + ", ".join(names))
        return str(value)

    def strings(self, name: str) -> tuple[str, ...]:
        """A list of strings."""
        value = self._get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(name, "a list of strings")
        return tuple(value)

    def string_pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """An object whose values are strings, in order."""
        value = self._get(name)
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise self.error(name, "an object of strings")
        return tuple(value.items())

    def child(self, name: str) -> Fields:
        """An object."""
        value = self._get(name)
        if not isinstance(value, dict):
            raise self.error(name, "an object")
        return Fields(value, self.file, self._path(name))

    def children(self, name: str) -> Iterator[Fields]:
        """A list of objects."""
        value = self._get(name)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(name, "a list of objects")
        for index, item in enumerate(value):
            yield Fields(item, self.file, f"{self._path(name)}[{index}]")

    def _get(self, name: str) -> Any:
        if not self.has(name):
            raise self.error(name, "the field")
        return self.content[name]

    def _path(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name
