"""Pools of buffers as rings of descriptors, and the layouts that mem tiles put between.

Between `encoder_chains.py`, which says what runs where, and `dma_blocks.py`, which writes it.
Every pool is a ring: its descriptors follow one another and the last leads to the first.
"""

from __future__ import annotations

from xdsl.ir import SSAValue

from aiec.codegen.dma_blocks import LINEAR, Chain, Descriptor, Layout
from aiec.codegen.streams import MEM_OUT_CHANNEL, LockPair
from aiec.ir.design import GemmTiling
from aiec.ir.errors import CodegenError
from aiec.ir.target import Target


def x_blocking(tiling: GemmTiling) -> Layout:
    """Scatter of x into the order of the cores' objects, [k/s][m/r][r][s].

    The stream brings m rows of k_l2; element (row, column) of it goes to
    column/s * (m*s) + row/r * (r*s) + row%r * s + column%s, so that objects of k columns lie one
    after another. In a row-major walk that is four dimensions.
    """
    m, r, s = tiling.m, tiling.r, tiling.s
    return Layout((m // r, r, tiling.k_l2 // s, s), (r * s, s, m * s, 1))


def out_unblocking(tiling: GemmTiling) -> Layout:
    """Gather of an output object [m/r][n/t][r][t] as m rows of n."""
    m, n, r, t = tiling.m, tiling.n, tiling.r, tiling.t
    return Layout((m // r, r, n // t, t), (r * n, t, r * t, 1))


def check_chains(chains: tuple[Chain, ...], tile: str, target: Target) -> None:
    """Raise `CodegenError` if a mem tile's chains take more descriptors than a channel can reach.

    Even channels reach the lower half of the descriptors, odd ones the upper. Source: hardware.md
    1.4 (TM isBdChannelAccessible).
    """
    for parity, name in enumerate(("even", "odd")):
        needed = sum(len(c.ring) for c in chains if c.channel % 2 == parity)
        if needed > target.mem.bds // 2:
            raise CodegenError(
                f"{needed} buffer descriptors on the {name} channels",
                where=tile,
                expected=f"at most {target.mem.bds // 2}",
            )


def out_chains(
    buffers: tuple[SSAValue, ...], locks_of_rows: tuple[LockPair, ...], tiling: GemmTiling
) -> tuple[Chain, ...]:
    """Outputs of a column's cores joined in a mem tile, then row by row to the shim."""
    part = tiling.m * tiling.n
    joined = tuple(
        Chain(
            "S2MM",
            MEM_OUT_CHANNEL + row,
            tuple(Descriptor(b, row * part, part, locks.empty, locks.full) for b in buffers),
        )
        for row, locks in enumerate(locks_of_rows)
    )
    # Each part has locks of its own, so that the first row leaves while the others still come.
    leaving = tuple(
        Descriptor(b, row * part, part, locks.full, locks.empty, out_unblocking(tiling))
        for b in buffers
        for row, locks in enumerate(locks_of_rows)
    )
    return (*joined, Chain("MM2S", MEM_OUT_CHANNEL, leaving))


def into(
    channel: int,
    buffers: tuple[SSAValue, ...],
    length: int,
    locks: LockPair,
    layout: Layout = LINEAR,
) -> Chain:
    """A channel that fills a pool of buffers in turn."""
    ring = (Descriptor(b, 0, length, locks.empty, locks.full, layout) for b in buffers)
    return Chain("S2MM", channel, tuple(ring))


def out_of(channel: int, buffers: tuple[SSAValue, ...], length: int, locks: LockPair) -> Chain:
    """A channel that empties a pool of buffers in turn."""
    ring = (Descriptor(b, 0, length, locks.full, locks.empty) for b in buffers)
    return Chain("MM2S", channel, tuple(ring))
