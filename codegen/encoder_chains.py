"""The buffer descriptors that the tiles of an encoder design run for ever, as chains by channel.

Between `encoder_array.py` and `dma_blocks.py`, like `dma_chains.py` for a GEMM design, whose
layouts these are. Weights are not here: the runtime sequences drive them (`encoder_panels.py`).
"""

from __future__ import annotations

from dataclasses import replace

from xdsl.ir import SSAValue

from aiec.codegen.dma_blocks import LINEAR, Chain, Descriptor, Layout
from aiec.codegen.dma_chains import into, out_chains, out_of, x_blocking
from aiec.codegen.encoder_array import EncoderCore, EncoderMemTile
from aiec.codegen.streams import (
    CORE_OUT_CHANNEL,
    DEPTH,
    MEM_OUT_CHANNEL,
    WEIGHT_CHANNEL,
    X_CHANNEL,
    LockPair,
)
from aiec.ir.encoder import OBJECT_ELEMS, TILE_ELEMS, EncoderPlan
from aiec.kernels.encoder import tiling_for

FIRST_ODD_BD = 24  # Source: TM isBdChannelAccessible; even channels reach those below


def core_chains(core: EncoderCore) -> tuple[Chain, ...]:
    """A core's DMA: x and weight objects in, outputs out."""
    return (
        into(X_CHANNEL, core.x, TILE_ELEMS, core.x_locks),
        into(WEIGHT_CHANNEL, core.w, OBJECT_ELEMS, core.w_locks),
        out_of(CORE_OUT_CHANNEL, (core.out,), TILE_ELEMS, core.out_locks),
    )


def mem_tile_chains(mem: EncoderMemTile, plan: EncoderPlan) -> tuple[Chain, ...]:
    """What a mem tile's DMA does for ever: x blocked, outputs joined and put in rows.

    Descriptors have numbers, as those of the weights that the sequences write need others: x and
    outputs take the even channels' from 0 and the odd channels' from `FIRST_ODD_BD`.
    """
    tiling = tiling_for(plan.target)
    chains = out_chains(mem.out, mem.out_locks, tiling)
    if mem.x is not None and mem.x_locks is not None:
        offsets = [TILE_ELEMS * i for i in range(plan.mem.x_depth)]
        filled = tuple(_x_object(mem.x, o, mem.x_locks, x_blocking(tiling)) for o in offsets)
        drained = tuple(
            _x_object(mem.x, o, LockPair(mem.x_locks.full, mem.x_locks.empty), LINEAR)
            for o in offsets
        )
        chains += Chain("S2MM", X_CHANNEL, filled), Chain("MM2S", X_CHANNEL, drained)
    return _numbered(chains)


def odd_descriptors(plan: EncoderPlan) -> int:
    """Descriptors of a mem tile's odd channels that its chains take for ever."""
    return DEPTH * sum((MEM_OUT_CHANNEL + row) % 2 for row in range(plan.rows))


def _x_object(buffer: SSAValue, offset: int, locks: LockPair, layout: Layout) -> Descriptor:
    return Descriptor(buffer, offset, TILE_ELEMS, locks.empty, locks.full, layout)


def _numbered(chains: tuple[Chain, ...]) -> tuple[Chain, ...]:
    following = [0, FIRST_ODD_BD]
    numbered = []
    for chain in chains:
        numbered.append(replace(chain, first_bd=following[chain.channel % 2]))
        following[chain.channel % 2] += len(chain.ring)
    return tuple(numbered)
