"""DMA programs of a tile: rings of descriptors by channel, written as blocks.

Below `dma_chains.py`, which says what the rings of a GEMM are. Each channel is a block that starts
it, and one block a descriptor; the last leads to the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.builder import ImplicitBuilder
from xdsl.ir import Block, Region, SSAValue

from aiec.codegen import ops
from aiec.codegen.dialects import dma, structure
from aiec.codegen.dialects.attributes import DmaDirection


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes and strides of a buffer's side of a transfer, in elements, outermost first."""

    sizes: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()


LINEAR = Layout()


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One BD: take `acquire`, move `length` elements from `offset`, give `release`."""

    buffer: SSAValue
    offset: int
    length: int
    acquire: SSAValue
    release: SSAValue
    layout: Layout = LINEAR


@dataclass(frozen=True, slots=True)
class Chain:
    """The ring of descriptors of one channel. `direction` is S2MM (into memory) or MM2S."""

    direction: str
    channel: int
    ring: tuple[Descriptor, ...]


def core_dma(of: SSAValue, chains: Sequence[Chain]) -> None:
    """The DMA program of a core."""
    structure.MemOp(of, _dma_blocks(chains))


def mem_tile_dma(of: SSAValue, chains: Sequence[Chain]) -> None:
    """The DMA program of a mem tile."""
    structure.MemTileDmaOp(of, _dma_blocks(chains))


def _dma_blocks(chains: Sequence[Chain]) -> Region:
    """Per chain a block that starts the channel and one a descriptor; `aie.end` at last."""
    starts = [Block() for _ in chains]
    end = Block()
    blocks: list[Block] = []
    for chain, start, following in zip(chains, starts, [*starts[1:], end], strict=True):
        ring = [Block() for _ in chain.ring]
        with ImplicitBuilder(start):
            dma.DmaStartOp(DmaDirection(chain.direction), chain.channel, ring[0], following)
        for descriptor, block, succeeding in zip(
            chain.ring, ring, [*ring[1:], ring[0]], strict=True
        ):
            _fill(block, descriptor, succeeding)
        blocks += [start, *ring]
    with ImplicitBuilder(end):
        structure.EndOp()
    return Region([*blocks, end])


def _fill(block: Block, descriptor: Descriptor, succeeding: Block) -> None:
    layout = descriptor.layout
    with ImplicitBuilder(block):
        with ops.held(descriptor.acquire, descriptor.release):
            dma.DmaBdOp(
                descriptor.buffer,
                descriptor.offset,
                descriptor.length,
                tuple(zip(layout.sizes, layout.strides, strict=True)),
            )
        dma.NextBdOp(succeeding)
