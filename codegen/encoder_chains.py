"""The buffer descriptors that the tiles of an encoder design run for ever, as chains by channel.

Between `encoder_array.py` and `dma_blocks.py`, like `dma_chains.py` for a GEMM design, whose
layouts these are. A mem tile's x and weights are rings of objects in one buffer each.
"""

from __future__ import annotations

from xdsl.ir import SSAValue

from aiec.codegen.array import CORE_OUT_CHANNEL, WEIGHT_CHANNEL, X_CHANNEL, LockPair
from aiec.codegen.dma_blocks import LINEAR, Chain, Descriptor, Layout
from aiec.codegen.dma_chains import into, out_chains, out_of, x_blocking
from aiec.codegen.encoder_array import W_DEPTH, X_DEPTH, EncoderCore, EncoderMemTile
from aiec.ir.design import GemmTiling
from aiec.ir.encoder import OBJECT_ELEMS, TILE_ELEMS


def core_chains(core: EncoderCore) -> tuple[Chain, ...]:
    """A core's DMA: x and weight objects in, outputs out."""
    return (
        into(X_CHANNEL, core.x, TILE_ELEMS, core.x_locks),
        into(WEIGHT_CHANNEL, core.w, OBJECT_ELEMS, core.w_locks),
        out_of(CORE_OUT_CHANNEL, (core.out,), TILE_ELEMS, core.out_locks),
    )


def mem_tile_chains(mem: EncoderMemTile, tiling: GemmTiling) -> tuple[Chain, ...]:
    """A mem tile's DMA: x blocked, weight objects as they are, outputs joined and put in rows."""
    chains = out_chains(mem.out, mem.out_locks, tiling)
    chains += _ring(WEIGHT_CHANNEL, mem.w, (W_DEPTH, OBJECT_ELEMS), mem.w_locks)
    if mem.x is not None and mem.x_locks is not None:
        ring = (X_DEPTH, TILE_ELEMS)
        chains += _ring(X_CHANNEL, mem.x, ring, mem.x_locks, x_blocking(tiling))
    return chains


def _ring(
    channel: int,
    buffer: SSAValue,
    ring: tuple[int, int],
    locks: LockPair,
    arriving: Layout = LINEAR,
) -> tuple[Chain, Chain]:
    """Both directions of a channel over a ring: number of objects, elements of one."""
    depth, elems = ring
    offsets = [elems * i for i in range(depth)]
    filled = (Descriptor(buffer, o, elems, locks.empty, locks.full, arriving) for o in offsets)
    drained = (Descriptor(buffer, o, elems, locks.full, locks.empty) for o in offsets)
    return Chain("S2MM", channel, tuple(filled)), Chain("MM2S", channel, tuple(drained))
