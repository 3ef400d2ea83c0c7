"""Frozen records as JSON and back, by their types alone: what is written is what is read.

Used by `manifest.py`. A record is an object with the names of its fields; where a field may be one
of several records, "record" tells which. Reading refuses what is missing, of another type or
refused by the record itself, with a `DesignError` that names file and field.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from aiec.ir.errors import DesignError

TAG = "record"
_PLAIN = {int: "an integer", float: "a number", str: "a string", bool: "true or false"}


def written(value: Any) -> Any:
    """A record, or what is in one, as JSON's plain types."""
    if is_dataclass(value) and not isinstance(value, type):
        content = {f.name: written(getattr(value, f.name)) for f in fields(value)}
        return {TAG: type(value).__name__, **content}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [written(item) for item in value]
    return value


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a JSON file: `plan.blocks[0].steps[2].x`."""

    file: str
    path: str

    def field(self, name: str) -> Place:
        """A field of what stands here."""
        return Place(self.file, f"{self.path}.{name}" if self.path else name)

    def item(self, number: int) -> Place:
        """An item of the list that stands here."""
        return Place(self.file, f"{self.path}[{number}]")

    def damaged(self, what: str, expected: str) -> DesignError:
        """The error that says what stands here instead of what was expected."""
        return DesignError(
            f"damaged manifest: {self.path} {what}",
            where=self.file,
            expected=expected,
            todo="write the folder again with `aiec compile`",
        )

    def other(self, value: Any, expected: str) -> DesignError:
        """The error for a value of another kind."""
        return self.damaged(f"is {value!r}"[:80], expected)


def read(kind: Any, value: Any, place: Place) -> Any:
    """The value of a type that `written` made plain. Raises `DesignError`."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _one_of(get_args(kind), value, place)
    if origin is tuple:
        return _tuple(get_args(kind), value, place)
    if is_dataclass(kind):
        return _record(kind, value, place)
    if issubclass(kind, Enum):
        known = [member.value for member in kind]
        if value not in known:
            raise place.other(value, "one of " + ", ".join(map(str, known)))
        return kind(value)
    return _plain(kind, value, place)


def _tuple(kinds: Sequence[Any], value: Any, place: Place) -> tuple[Any, ...]:
    """A list of any length of one kind (`tuple[int, ...]`), or one item of each kind."""
    if not isinstance(value, list):
        raise place.other(value, "a list")
    if kinds[-1] is Ellipsis:
        kinds = [kinds[0]] * len(value)
    if len(kinds) != len(value):
        raise place.other(value, f"a list of {len(kinds)}")
    both = zip(kinds, value, strict=True)
    return tuple(read(kind, each, place.item(i)) for i, (kind, each) in enumerate(both))


def _plain(kind: type, value: Any, place: Place) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    # A bool is an int to Python, not to the reader of a manifest.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise place.other(value, _PLAIN[kind])
    return value


def _one_of(kinds: Sequence[Any], value: Any, place: Place) -> Any:
    """One of several records by its tag, or null where that is allowed."""
    if value is None and type(None) in kinds:
        return None
    kinds = [kind for kind in kinds if kind is not type(None)]
    if len(kinds) == 1:
        return read(kinds[0], value, place)
    tag = value.get(TAG) if isinstance(value, dict) else None
    for kind in kinds:
        if kind.__name__ == tag:
            return read(kind, value, place)
    names = ", ".join(kind.__name__ for kind in kinds)
    raise place.other(value, f"a record that is one of {names}")


def _record(kind: Any, value: Any, place: Place) -> Any:
    if not isinstance(value, dict):
        raise place.other(value, "an object")
    hints, read_fields = get_type_hints(kind), {}
    for field in fields(kind):
        if field.name not in value:
            raise place.field(field.name).damaged("is missing", "the field")
        at = place.field(field.name)
        read_fields[field.name] = read(hints[field.name], value[field.name], at)
    try:
        return kind(**read_fields)
    except AssertionError as error:
        raise place.other(value, f"a {kind.__name__} that can be") from error
