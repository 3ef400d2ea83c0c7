"""Damaged designs: what typing errors, bad generators and truncated files make of good ones.

Deterministic for a given `random.Random`, so that a failure can be had again from its seed.
"""

import re
from collections.abc import Callable, Iterator
from random import Random

_TOKEN = re.compile(r'"[^"\n]*"|[%@^#!]?[\w.$-]+|\s+|.')
_NUMBER = re.compile(r"-?\d+(?=$|x)")
_EXTREME = (0, -1, 1, 2, 63, 64, 255, 256, 1023, 1 << 16, (1 << 31) - 1, 1 << 31, 1 << 32,
            1 << 40, (1 << 63) - 1, 1 << 63, 10**30, -(1 << 31), -(1 << 63))  # fmt: skip
Change = Callable[[list[str], Random], None]


def mutant(text: str, chance: Random) -> str:
    """`text` with one to three changes of one to three kinds."""
    tokens = _TOKEN.findall(text)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        chance.choice(_CHANGES)(tokens, chance)
    return "".join(tokens)


def truncations(text: str) -> Iterator[str]:
    """`text` cut off before each of its lines, and after the first word of every other."""
    for number, line in enumerate(re.finditer(r"\n\s*\S+", text.rstrip())):
        yield text[: line.start() + 1]
        if number % 2 and line.end() < len(text.rstrip()):
            yield text[: line.end()]


def _places(tokens: list[str], kind: str) -> list[int]:
    return [i for i, token in enumerate(tokens) if re.match(kind, token)] or [0]


def _number(tokens: list[str], chance: Random) -> None:
    """Another number: an extreme one, or one beside it."""
    place = chance.choice(_places(tokens, _NUMBER.pattern))
    near = (lambda n: n - 1, lambda n: n + 1, lambda n: 2 * n, lambda n: -n)

    def other(match: re.Match[str]) -> str:
        if chance.random() < 0.5:
            return str(chance.choice(_EXTREME))
        return str(chance.choice(near)(int(match[0])))

    tokens[place] = _NUMBER.sub(other, tokens[place], count=1)


def _same_kind(tokens: list[str], chance: Random) -> None:
    """A name for another of its kind: value, symbol, block, operation or keyword."""
    places = _places(tokens, chance.choice((r"%", r"@", r"\^", r"[a-z]+\.[a-z]", r"[A-Z]")))
    tokens[chance.choice(places)] = tokens[chance.choice(places)]


def _delete(tokens: list[str], chance: Random) -> None:
    del tokens[chance.randrange(len(tokens))]
    tokens += [] if tokens else [" "]


def _double(tokens: list[str], chance: Random) -> None:
    place = chance.randrange(len(tokens))
    tokens.insert(place, tokens[place])


def _any_other(tokens: list[str], chance: Random) -> None:
    tokens[chance.randrange(len(tokens))] = chance.choice(tokens)


def _line(tokens: list[str], chance: Random) -> None:
    """A line taken out, or put elsewhere as well."""
    lines = "".join(tokens).splitlines(keepends=True)
    place = chance.randrange(len(lines))
    if chance.random() < 0.5:
        lines.insert(chance.randrange(len(lines)), lines[place])
    else:
        del lines[place]
    tokens[:] = _TOKEN.findall("".join(lines)) or [" "]


_CHANGES: tuple[Change, ...] = (
    _number, _number, _number, _same_kind, _same_kind, _line, _line, _delete, _double, _any_other,
)  # fmt: skip
