"""Built objects against what a core has: frames against the stack, code against program memory.

`build_xclbin.py` asks after the vendor's tools: of each kernel's object how deep its calls can go,
of each linked core how much code it has. Sizes of frames are the compiler's own, from the section
that `-fstack-size-section` adds; calls are the object's relocations. Refuses what would overflow,
with both numbers; also an object without that section, a frame of unknown size, and recursion:
nothing could be said of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiec.codegen.core_memory import STACK_BYTES
from aiec.codegen.toolchain.elf import Elf, Symbol, read_elf
from aiec.ir.design import Design
from aiec.ir.errors import CodegenError
from aiec.ir.target import Target

# What of a core's stack its own program takes, above the kernels it calls: return address and what
# it keeps in registers. Our estimate.
CORE_FRAME_BYTES = 256
_STACK_SIZES = ".stack_sizes"


@dataclass(slots=True)
class Frame:
    """What a function puts on the stack, and which functions it may call."""

    nbytes: int
    calls: set[str] = field(default_factory=set)


def check_built(design: Design, directory: Path) -> list[str]:
    """Check all that the vendor's tools left in a folder; return what a person should know of it.

    Raises `CodegenError` for what overflows.
    """
    for kernel in design.kernels:
        check_object(directory / kernel.object)
    cores = sorted(directory.rglob("*.elf"))
    for core in cores:
        check_core(core, design.plan.target)
    return [] if cores else ["aiecc left no linked core, so the size of its program is not known"]


def check_object(path: Path) -> int:
    """Return the deepest stack, in bytes, that calls into a kernel's object need.

    Raises:
        CodegenError: it is deeper than a core's stack, or cannot be known.
    """
    frames = frames_of(read_elf(path), path.name)
    deepest = max((depth(name, frames, path.name) for name in frames), default=0)
    if deepest + CORE_FRAME_BYTES > STACK_BYTES:
        raise CodegenError(
            f"calls into {path.name} take {deepest} bytes of stack, the core's own program "
            f"{CORE_FRAME_BYTES}",
            where=str(path),
            expected=f"at most {STACK_BYTES} bytes: what is beyond overwrites the next buffer",
            todo="spill less (fewer live accumulators), or give cores more stack",
        )
    return deepest


def check_core(path: Path, target: Target) -> int:
    """Return the bytes of code of a linked core.

    Raises:
        CodegenError: they are more than its program memory.
    """
    code = sum(section.nbytes for section in read_elf(path).sections if section.executable)
    if code > target.core_program_bytes:
        raise CodegenError(
            f"the program of {path.name} takes {code} bytes",
            where=str(path),
            expected=f"at most {target.core_program_bytes} bytes of program memory",
            todo="unroll less, or split the kernels over two configurations",
        )
    return code


def frames_of(elf: Elf, name: str) -> dict[str, Frame]:
    """The functions of an object by symbol."""
    functions = {(s.section, s.value): s for s in elf.symbols if s.is_function}
    frames: dict[str, Frame] = {}
    for symbol, nbytes in _stack_sizes(elf, functions, name):
        frames[symbol.name] = Frame(nbytes)
    for symbol in functions.values():
        if symbol.name not in frames:
            raise CodegenError(
                f"the frame of {symbol.name} in {name} is unknown",
                expected=f"its size in section {_STACK_SIZES}",
                todo="compile with -fstack-size-section",
            )
    for caller, callee in _calls(elf, functions):
        frames[caller].calls.add(callee)
    return frames


def depth(symbol: str, frames: Mapping[str, Frame], name: str, above: tuple[str, ...] = ()) -> int:
    """Bytes from a function's entry to the deepest of its calls; an outside function counts 0."""
    if symbol in above:
        raise CodegenError(
            f"{symbol} in {name} calls itself, by {' and '.join(above)}",
            expected="functions whose stack has a bound",
        )
    frame = frames.get(symbol)
    if frame is None:
        return 0
    below = (depth(callee, frames, name, (*above, symbol)) for callee in frame.calls)
    return frame.nbytes + max(below, default=0)


def _stack_sizes(
    elf: Elf, functions: Mapping[tuple[int, int], Symbol], name: str
) -> Iterator[tuple[Symbol, int]]:
    """Entries of the section: an address, relocated to a function, then a size as ULEB128."""
    for section in elf.sections:
        if section.name != _STACK_SIZES:
            continue
        targets = {r.offset: r for r in elf.relocations if r.section == section.index}
        at, content = 0, section.content
        while at < len(content):
            relocation = targets.get(at)
            if relocation is None:
                raise CodegenError(f"{_STACK_SIZES} of {name} has no function at byte {at}")
            at += elf.word_bytes
            size, at = _uleb128(content, at)
            home = elf.symbols[relocation.symbol]
            place = (home.section, home.value + relocation.addend)
            if place in functions:
                yield functions[place], size


def _uleb128(content: bytes, at: int) -> tuple[int, int]:
    """An unsigned number in groups of seven bits, lowest first, and where the next byte is."""
    value = shift = 0
    while True:
        byte = content[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _calls(elf: Elf, functions: Mapping[tuple[int, int], Symbol]) -> Iterator[tuple[str, str]]:
    """Pairs of a function and one that its code refers to."""
    spans = [(s.section, s.value, s.value + s.nbytes, s.name) for s in functions.values()]
    for relocation in elf.relocations:
        target = elf.symbols[relocation.symbol]
        place = (target.section, target.value + (relocation.addend if not target.name else 0))
        callee = target if target.is_function or target.section == 0 else functions.get(place)
        if callee is None or not callee.name:
            continue
        for section, begin, end, caller in spans:
            if section == relocation.section and begin <= relocation.offset < end:
                yield caller, callee.name
