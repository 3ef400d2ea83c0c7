"""From a segment's text to the tokens that an acoustic model should show, and whose they are.

Where it stands: before `trellis.py`. Characters are looked up as WhisperX does it: all but the
white space at either end have a token, wildcards where the model does not know the character.
Phones come from a pronunciation model, word by word, with a boundary for each space.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aiec.speech.align.hama_g2p import Phone
from aiec.speech.align.trellis import WILDCARD

WITHOUT_SPACES = ("ja", "zh")  # whisperx/utils.py, LANGUAGES_WITHOUT_SPACES
SPACE = "|"  # how wav2vec2's vocabularies write the space between words

Pronounce = Callable[[Sequence[str]], Sequence[Sequence[Phone]]]


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a text.

    Attributes:
        id: a column of the emission, or WILDCARD.
        char: index of the character of the text that it stands for.
    """

    id: int
    char: int


def spell_characters(
    text: str, dictionary: Mapping[str, int], *, spaced: bool
) -> tuple[Token, ...]:
    """The tokens of `text` by the characters (in lower case) of `dictionary`."""
    first, last = len(text) - len(text.lstrip()), len(text.rstrip())
    tokens = []
    for at in range(first, last):
        char = text[at].lower()
        if spaced and char == " ":
            char = SPACE
        if char in dictionary:
            tokens.append(Token(dictionary[char], at))
        elif char not in (" ", SPACE):
            tokens.append(Token(WILDCARD, at))
    return tuple(tokens)


def spell_phones(
    texts: Sequence[str], pronounce: Pronounce, boundary: int
) -> list[tuple[Token, ...]]:
    """The tokens of every text of `texts`; all their words are pronounced in one call."""
    words = [list(_words(text)) for text in texts]
    spoken = iter(pronounce([word for row in words for word, _ in row]))
    return [tuple(_joined(row, spoken, boundary)) for row in words]


def _words(text: str) -> Iterator[tuple[str, int]]:
    """What stands between the spaces of `text`, each with its place."""
    at = 0
    for word in text.split(" "):
        if word.strip():
            yield word, at
        at += len(word) + 1


def _joined(
    words: list[tuple[str, int]], spoken: Iterator[Sequence[Phone]], boundary: int
) -> Iterator[Token]:
    for i, (word, at) in enumerate(words):
        if i:
            yield Token(boundary, at - 1)
        phones = next(spoken)
        for phone in phones:
            yield Token(phone.id, at + phone.letter)
        if not phones:
            yield from (Token(WILDCARD, at + k) for k, c in enumerate(word) if not c.isspace())
