"""refuse_chip: what the design of steps needs of a chip, each need as one sentence.

Asked before a plan is searched, so that a chip that cannot run it is refused by a `CodegenError`
and never by a deadlock. The needs come of the placement (`encoder_array.py`) and of the core's
program (`encoder_core.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from aiec.codegen.core_memory import STACK_BYTES, core_bytes
from aiec.codegen.streams import MEM_OUT_CHANNEL
from aiec.ir.errors import CodegenError
from aiec.ir.target import Target

# A DMA sees three mem tiles through windows of this size: the western one, its own, the eastern
# one. Registers follow. Source: AM025, memory tile: DMA_BD0_0 and the address map.
MEM_WINDOW_BYTES = 0x80000


def refuse_chip(target: Target) -> None:
    """Raise `CodegenError` for a chip on which the design cannot run."""
    for holds, what, expected in _needs(target):
        if not holds:
            raise CodegenError(f"{target.name}: {what}", expected=expected)


def _needs(target: Target) -> Iterator[tuple[bool, str, str]]:
    """Whether the chip has what is needed, what it has, what is needed and why."""
    rows, columns = target.core_rows, target.columns
    most_rows = target.mem.channels - MEM_OUT_CHANNEL
    core, mem = target.core_memory_bytes, target.mem_tile_bytes
    needed = core_bytes()
    yield (
        rows % 2 == 0 and rows <= most_rows,
        f"an array with core_rows={rows}",
        f"an even number up to {most_rows}: each row's outputs take a channel of the mem tile",
    )
    yield (
        columns % 2 == 0,
        f"an array with columns={columns}",
        "an even number: a core takes residuals, one a column, in pairs",
    )
    yield (
        columns >= rows,
        f"an array of {columns} columns and {rows} rows of cores",
        f"at least {rows} columns: every row of cores gets x through a column of its own",
    )
    yield (
        core >= needed,
        f"cores with {core} bytes of memory",
        f"at least {needed} bytes: objects of x and weights twice, sums, results, "
        f"a stack of {STACK_BYTES}",
    )
    yield (
        mem <= MEM_WINDOW_BYTES,
        f"mem tiles with {mem} bytes",
        f"at most {MEM_WINDOW_BYTES} bytes: what lies beyond is the next tile's for a DMA",
    )
