"""What `object_limits.py` reads of an ELF file: sections, symbols and relocations with addends.

Little-endian, 32 or 64 bit. Source of the layout: the ELF specification (gABI). Refuses others.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aiec.ir.errors import CodegenError

_SYMTAB, _RELA, _REL, _NOBITS = 2, 4, 9, 8  # sh_type
_EXECUTABLE = 0x4  # SHF_EXECINSTR
_FUNCTION = 2  # STT_FUNC


@dataclass(frozen=True, slots=True)
class Section:
    """A section: `info` is what its relocations are for, `link` its table of names."""

    index: int
    name: str
    kind: int
    executable: bool
    nbytes: int
    link: int
    info: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol at `value` of a section; section 0: it is defined elsewhere."""

    name: str
    section: int
    value: int
    nbytes: int
    is_function: bool


@dataclass(frozen=True, slots=True)
class Relocation:
    """A place in a section that refers to a symbol by number."""

    section: int
    offset: int
    symbol: int
    addend: int


@dataclass(frozen=True, slots=True)
class Elf:
    """A file, read; `word_bytes` an address."""

    word_bytes: int
    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...]
    relocations: tuple[Relocation, ...]


def read_elf(path: Path) -> Elf:
    """Read an object or a linked program. Raises `CodegenError`."""
    try:
        return parse_elf(path.read_bytes())
    except (OSError, struct.error, ValueError, IndexError) as error:
        raise CodegenError(
            f"cannot read {path.name}: {getattr(error, 'strerror', None) or error}",
            where=str(path),
            expected="an ELF file, as Peano writes it",
        ) from error


def parse_elf(content: bytes) -> Elf:
    """`read_elf` of a file's bytes; `ValueError` if they are none."""
    if content[:4] != b"\x7fELF" or content[5] != 1:
        raise ValueError("it is no little-endian ELF file")
    wide = content[4] == 2
    sections = tuple(_sections(content, wide))
    symbols = tuple(
        symbol
        for table in sections
        if table.kind == _SYMTAB
        for symbol in _symbols(table, sections[table.link].content, wide)
    )
    relocations = tuple(
        r for s in sections if s.kind in (_RELA, _REL) for r in _relocations(s, wide)
    )
    return Elf(8 if wide else 4, sections, symbols, relocations)


def _sections(content: bytes, wide: bool) -> Iterator[Section]:
    start = struct.unpack_from("<Q" if wide else "<I", content, 40 if wide else 32)[0]
    size, count, names = struct.unpack_from("<HHH", content, 58 if wide else 46)
    layout = "<IIQQQQIIQQ" if wide else "<IIIIIIIIII"
    raw = [struct.unpack_from(layout, content, start + i * size) for i in range(count)]
    table = content[raw[names][4] :]
    for index, (name, kind, flags, _, offset, nbytes, link, info, _, _) in enumerate(raw):
        inside = b"" if kind == _NOBITS else content[offset : offset + nbytes]
        executable = bool(flags & _EXECUTABLE)
        yield Section(index, _text(table, name), kind, executable, nbytes, link, info, inside)


def _symbols(table: Section, names: bytes, wide: bool) -> Iterator[Symbol]:
    for entry in struct.iter_unpack("<IBBHQQ" if wide else "<IIIBBH", table.content):
        if wide:
            name, info, _, section, value, nbytes = entry
        else:
            name, value, nbytes, info, _, section = entry
        yield Symbol(_text(names, name), section, value, nbytes, info & 0xF == _FUNCTION)


def _relocations(section: Section, wide: bool) -> Iterator[Relocation]:
    has_addend = section.kind == _RELA
    layout = ("<QQ" if wide else "<II") + (("q" if wide else "i") if has_addend else "")
    for offset, info, *addend in struct.iter_unpack(layout, section.content):
        symbol = info >> (32 if wide else 8)
        yield Relocation(section.info, offset, symbol, addend[0] if addend else 0)


def _text(names: bytes, start: int) -> str:
    return names[start : names.index(b"\0", start)].decode()
