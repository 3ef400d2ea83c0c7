"""Compare our lowering of ObjectFifos to what mlir-aie's own tests expect of theirs.

    python benchmarks/conformance_golden.py CHECKOUT [--show] [--only NAME]

CHECKOUT is a clone of github.com/Xilinx/mlir-aie. Every file of test/objectFifo-stateful-transform
says in its comments (FileCheck) which buffers, locks, flows, allocations and descriptor chains must
come out; what a comment leaves open is not compared, nor are the cores' bodies. A file that expects
an error agrees where we refuse it too. First-generation devices are passed over.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiec.codegen.dialects import parse
from aiec.codegen.dialects.structure import DeviceOp
from aiec.ir.errors import AiecError
from aiec.ir.target import Target
from aiec.runtime.sim.array.access import access
from aiec.runtime.sim.array.channels import Bd
from aiec.runtime.sim.array.engine import Engine
from aiec.runtime.sim.array.machine import Shared, SimMachine
from aiec.runtime.sim.array.pad import Padded
from aiec.runtime.sim.array.process import Process
from aiec.runtime.sim.array.stream import Ddr
from aiec.runtime.sim.array.tile_locks import LockUse
from aiec.runtime.sim.load import elaborate as elaboration
from aiec.runtime.sim.load.elaborate import elaborate
from aiec.runtime.sim.load.parameters import scratchpad_of
from aiec.runtime.sim.load.placement import chip_of
from aiec.runtime.sim.sim_array import SimArray

FOLDER = "test/objectFifo-stateful-transform"
OPEN = "?"
WIDEST = 40  # columns
ITEM_BYTES = {"i8": 1, "ui8": 1, "i16": 2, "bf16": 2, "i32": 4, "f32": 4, "i64": 8, "index": 4}


@dataclass(slots=True)
class Lowered:
    """What one device is lowered to, as sets and lists of plain strings; OPEN matches anything."""

    buffers: set[tuple[str, ...]] = field(default_factory=set)  # name, tile, type
    locks: set[tuple[str, ...]] = field(default_factory=set)  # name, tile, value
    flows: set[tuple[str, ...]] = field(default_factory=set)  # source, sink
    allocations: set[tuple[str, ...]] = field(default_factory=set)  # name, channel
    chains: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)  # by channel


# Ours


def wide(device: str) -> tuple[Target, int]:
    """The chip of `device`, as wide as the widest AIE-ML array that the tests name."""
    target, columns = chip_of(device)
    return target, max(columns, WIDEST)


class AnyKernel(dict[str, Any]):
    """Has a kernel for every symbol: nothing is run here."""

    def get(self, key: str, default: Any = None) -> Any:
        return lambda *_: None


def ours(text: str) -> Lowered:
    """Our lowering of the first device of `text`."""
    module = parse(text, "design")
    device = next(op for op in module.walk() if isinstance(op, DeviceOp))
    engine = Engine()
    shared = Shared(engine, Ddr(engine, 4.0), scratchpad_of(module))
    lowered = _lowered(elaborate(device, AnyKernel(), shared).machine)
    array = SimArray(module, AnyKernel(), device.sym_name.data, 0)  # and what its sequences refuse
    for name in array.main.sequences:
        array.main.program(name, Process(array.shared.engine, name))
    return lowered


def _lowered(machine: SimMachine) -> Lowered:
    out = Lowered()
    home = {id(tile.memory): str(tile) for tile in machine.tiles.values()}
    for name, buffer in machine.buffers.items():
        shape = "x".join(map(str, buffer.array.shape))
        out.buffers.add(
            (name, home.get(id(buffer.memory), "host"), f"{shape}x{buffer.array.dtype}")
        )
    for tile in machine.tiles.values():
        for lock in tile.locks.values():
            out.locks.add((_short(lock.name), str(tile), str(lock.value)))
    for port, end in (*machine.channels.items(), *machine.core_streams.items()):
        for sink, _ in getattr(end.route, "sinks", ()):
            if end.route.source is end:  # type: ignore[union-attr]
                out.flows.add((str(port), sink.name))
    for name, port in machine.allocations.items():
        if name.endswith("_shim_alloc"):
            out.allocations.add((name, str(port)))
    for port, task in machine.first_tasks:
        descriptors = machine.tile(port.column, port.row).descriptors
        out.chains[str(port)] = list(_chain(machine, descriptors, task.bd, task.repeat))
    return out


def _chain(
    machine: SimMachine, descriptors: dict[int, Bd], first: int, repeat: int
) -> Iterator[tuple[str, ...]]:
    seen, number = [], first
    while number is not None and number not in seen:
        seen.append(number)
        bd = descriptors[number]
        buffer = next(
            b
            for b in machine.buffers.values()
            if b.memory is bd.memory and b.address <= bd.address < b.address + b.nbytes
        )
        item = buffer.array.itemsize
        pads = bd.pattern.pads if isinstance(bd.pattern, Padded) else ()
        inner = bd.pattern.inner if isinstance(bd.pattern, Padded) else bd.pattern
        yield (
            _use(bd.acquire),
            buffer.name,
            str((bd.address - buffer.address) // item),
            str(bd.pattern.nbytes // item),
            str(inner.dims),  # type: ignore[attr-defined]
            str(tuple(pads)),
            _use(bd.release),
        )
        number = bd.next
    yield ("repeats" if repeat else "once", str(repeat), "" if number is None else "for ever")


def _use(use: LockUse | None) -> str:
    return "none" if use is None else f"{_short(use.lock.name)} {use.value}"


def _short(name: str) -> str:
    return name.split(" (")[0]


# Theirs


class Golden:
    """Reads the expectations of one file's section."""

    def __init__(self, text: str) -> None:
        self.out = Lowered()
        self.complete = False  # buffers are listed, so all are
        self._tiles: dict[str, str] = {}
        self._names: dict[str, str] = {}  # of buffers and locks, by SSA name
        self._constants: dict[str, str] = {}
        self._lines = list(_checks(text))
        for at, line in enumerate(self._lines):
            self._read(at, line)

    def _read(self, at: int, line: str) -> None:
        if m := re.search(r"%(\S+) = aie\.tile\((\d+), (\d+)\)", line):
            self._tiles[_bare(m[1])] = f"tile ({m[2]}, {m[3]})"
        elif m := re.search(r"%(\S+) = arith\.constant (-?\d+) : i32", line):
            self._constants[_bare(m[1])] = m[2]
        elif m := re.search(r"%(\S+) = aie\.buffer\(%([^)]+)\).*?: memref<([^>]+)>", line):
            name = _symbol(line) or OPEN
            self._names[_bare(m[1])] = name
            if "_buff_" in name:
                self.complete = True
            self.out.buffers.add((name, self._tile(m[2]), _numpy(m[3])))
        elif m := re.search(r"%(\S+) = aie\.external_buffer", line):
            self._names[_bare(m[1])] = _symbol(line) or OPEN
        elif m := re.search(r"%(\S+) = aie\.lock\(%([^,)]+)[^{]*\{init = (\d+)", line):
            name = _symbol(line) or OPEN
            self._names[_bare(m[1])] = name
            self.out.locks.add((name, self._tile(m[2]), m[3]))
        elif m := re.search(r"aie\.flow\(%(\S+), (\w+) : (\d+), %(\S+), (\w+) : (\d+)\)", line):
            source, sink = (
                _end(self._tile(m[1]), m[2], 0, m[3]),
                _end(self._tile(m[4]), m[5], 1, m[6]),
            )
            self.out.flows.add((source, sink))
        elif m := re.search(r"shim_dma_allocation @(\S+?) ?\(%(\S+), (S2MM|MM2S), (\d+)", line):
            self.out.allocations.add((m[1], f"{self._tile(m[2])} {m[3]} {m[4]}"))
        elif m := re.search(r"aie\.(mem|memtile_dma|shim_dma)\(%([^)]+)\)", line):
            self._region(at + 1, self._tile(m[2]))

    def _tile(self, name: str) -> str:
        bare = _bare(name)
        if bare in self._tiles:
            return self._tiles[bare]
        m = re.search(r"tile_(\d+)_(\d+)$", bare)
        return f"tile ({m[1]}, {m[2]})" if m else OPEN

    def _region(self, at: int, tile: str) -> None:
        """The chains of one tile's DMA region."""
        blocks: dict[str, list[str]] = {}
        label, starts = "", []
        for line in self._lines[at:]:
            if re.search(r"aie\.(mem|memtile_dma|shim_dma|core|device)\(|@", line):
                break
            if m := re.match(r"\^(\w+):", line):
                label = m[1]
            elif m := re.search(r"dma_start\((S2MM|MM2S), (\d+), \^(\S+?), [^)]*?\)", line):
                repeat = re.search(r"repeat_count = (\d+)", line)
                starts.append((f"{tile} {m[1]} {m[2]}", m[3], repeat[1] if repeat else "0"))
                label = ""
            else:
                blocks.setdefault(label, []).append(line)
        for channel, first, repeat in starts:
            if first in blocks:
                self.out.chains[channel] = list(self._walk(blocks, first, repeat))

    def _walk(
        self, blocks: dict[str, list[str]], first: str, repeat: str
    ) -> Iterator[tuple[str, ...]]:
        seen, label = [], first
        while label in blocks and label not in seen:
            seen.append(label)
            text = "\n".join(blocks[label])
            if "dma_bd" not in text:
                label = ""
                break
            yield self._descriptor(blocks[label])
            if "next_bd" not in text:
                return  # the rest is left open
            following = [*list(blocks)[list(blocks).index(label) + 1 :], ""]
            m = re.search(r"next_bd \^(\w+)", text)
            label = m[1] if m else following[0]
        yield ("repeats" if repeat != "0" else "once", repeat, "for ever" if label else "")

    def _descriptor(self, lines: list[str]) -> tuple[str, ...]:
        shown = any("use_lock" in line for line in lines)
        uses: dict[str, str] = {}
        uses |= dict.fromkeys(("Acquire", "Release"), "none" if shown else OPEN)
        row: tuple[str, ...] = (OPEN,) * 5
        for line in lines:
            if m := re.search(r"use_lock\(%(\S+), (Acquire|Release)\w*, %?([^,)]+)", line):
                lock = self._names.get(_bare(m[1]), OPEN)
                uses[m[2]] = f"{lock} {self._constants.get(_bare(m[3]), OPEN)}"
            elif m := re.search(r"dma_bd\(%(\S+) : memref<([^>]+)>(.*)", line):
                row = self._bd(self._names.get(_bare(m[1]), OPEN), m[2], m[3])
        return (uses["Acquire"], *row, uses["Release"])

    def _bd(self, name: str, kind: str, rest: str) -> tuple[str, ...]:
        def number(key: str) -> str:
            m = re.search(rf"{key} = (\d+)", rest)
            return m[1] if m else OPEN

        item = ITEM_BYTES.get(kind.split("x")[-1], 4)
        sizes, strides = (_list(rest, key) for key in ("sizes", "strides"))
        dims = OPEN
        if sizes and strides:
            dims = str(access(sizes, strides, item).dims)
        pads = re.findall(r"const_pad_before = (\d+), const_pad_after = (\d+)", rest)
        shown = str(tuple((int(a), int(b)) for a, b in pads)) if pads else OPEN
        return name, number("offset"), number("len"), dims, shown


def _checks(text: str) -> Iterator[str]:
    """The lines that FileCheck would look for, its patterns made plain."""
    for raw in text.splitlines():
        m = re.match(r"\s*//\s*(?:CHECK|ASSIGNED|UNROLL)(-DAG|-NEXT|-LABEL|-SAME)?:\s*(.*)", raw)
        if m is None:
            continue
        line = re.sub(r"@\[\[\w+(:[^\]]*)?\]\]", "@" + OPEN, m[2])
        line = re.sub(r"\[\[(\w+)(?::[^\]]*(?:\][^\]]*)*?)?\]\]", r"\1", line)
        line = line.replace(r"{{\[}}", "[").replace(r"{{\]}}", "]")
        yield re.sub(r"\{\{.*?\}\}", OPEN, line).strip()


def _end(tile: str, bundle: str, side: int, channel: str) -> str:
    """One end of a flow as the simulator calls it."""
    if bundle == "Core":
        return f"the core of {tile}, stream {('out', 'in')[side]} {channel}"
    return f"{tile} {('MM2S', 'S2MM')[side]} {channel}"


def _bare(name: str) -> str:
    return name.strip("%?,)(")


def _symbol(line: str) -> str | None:
    m = re.search(r'sym_name = "([^"]+)"', line)
    return m[1] if m else None


def _list(rest: str, key: str) -> tuple[int, ...]:
    m = re.search(rf"{key} = \[([\d, ]+)\]", rest)
    return tuple(map(int, m[1].split(","))) if m else ()


def _numpy(kind: str) -> str:
    *shape, element = kind.split(",")[0].split("x")
    if not re.fullmatch(r"\w+", element):
        return OPEN
    names = {"bf16": "bfloat16", "f32": "float32", "index": "int32"}
    bits = element.removeprefix("u").removeprefix("i")
    dtype = names.get(element, ("uint" if element[0] == "u" else "int") + bits)
    return f"{'x'.join(shape)}x{dtype}"


# Comparison


def fits(wanted: tuple[str, ...], came: tuple[str, ...]) -> bool:
    """Whether a row is as expected, where it is not left open."""
    if len(wanted) != len(came):
        return False
    return all(
        re.fullmatch(".*".join(map(re.escape, w.split(OPEN))), c)
        for w, c in zip(wanted, came, strict=True)
    )


def differences(wanted: Lowered, came: Lowered, complete: bool) -> Iterator[str]:
    """What is missing or too much in ours, one line each."""
    for kind in ("buffers", "locks", "flows", "allocations"):
        theirs, mine = getattr(wanted, kind), getattr(came, kind)
        for row in sorted(theirs):
            if not any(fits(row, other) for other in mine):
                yield f"{kind}: missing {row}"
        if theirs and complete:
            named = {row[1] for row in theirs}  # tiles, or sinks: others are left open
            for row in sorted(mine):
                if row[1] not in named or (kind == "buffers" and "_buff_" not in row[0]):
                    continue  # or the text's own
                if kind == "locks" and "_lock_" not in row[0]:
                    continue
                if not any(fits(other, row) for other in theirs):
                    yield f"{kind}: too much {row}"
    for channel, theirs in wanted.chains.items():
        mine = came.chains.get(channel)
        if mine is None:
            yield f"{channel}: no chain"
        elif len(mine) < len(theirs) or not all(map(fits, theirs, mine)):
            yield f"{channel}: {mine} instead of {theirs}"


def result(text: str) -> list[str]:
    """The differences of one file; 'first generation' where it is not for these arrays."""
    refused = re.search(r"RUN:\s*not ", text) is not None
    found: list[str] = []
    if "packet-sw-objFifos=true" in text:
        return ["asks for packet-switched ObjectFifos, an option that we do not have"]
    for section in re.split(r"^// -----.*$", text, flags=re.M):
        if not re.search(r"aie\.device", re.sub(r"//.*", "", section)):
            continue
        if re.search(r"aie\.device\((xcvc1902)\)", section):
            return ["first generation"]
        design = re.sub(r"aie\.device\(xcve\w+\)", "aie.device(npu2)", section)
        golden = Golden(section)
        error = refused or "expected-error" in section
        try:
            came = ours(design)
        except AiecError as wrong:
            if not error:
                found.append(f"refused: {wrong}")
            continue
        if error:
            found.append("not refused")
            continue
        found += differences(golden.out, came, golden.complete)
    return found


def main() -> int:
    """Compare and print."""
    elaboration.chip_of = wide
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--show", action="store_true", help="print all differences")
    parser.add_argument("--only", default="", help="files whose path contains this")
    arguments = parser.parse_args()
    folder = arguments.checkout / FOLDER
    counts: Counter[str] = Counter()
    for path in sorted(folder.rglob("*.mlir")):
        name = str(path.relative_to(folder))
        if arguments.only not in name:
            continue
        found = result(path.read_text())
        kind = "agrees" if not found else "differs"
        if found == ["first generation"]:
            kind = "first generation"
        counts[kind] += 1
        if kind == "differs":
            print(f"{name}: {len(found)} differences")
            for line in found if arguments.show else found[:2]:
                print(f"    {line[:300]}")
    print(", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())))
    return int(counts["differs"] > 0)


if __name__ == "__main__":
    sys.exit(main())
