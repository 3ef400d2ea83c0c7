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
    """One BD: take `acquire`, move `length` elements from `offset`, give `release`.

    `take` and `give` say how many.
    """

    buffer: SSAValue
    offset: int
    length: int
    acquire: SSAValue
    release: SSAValue
    layout: Layout = LINEAR
    take: int = 1
    give: int = 1


@dataclass(frozen=True, slots=True)
class Chain:
    """The ring of descriptors of one channel. `direction` is S2MM (into memory) or MM2S.

    Their numbers begin at `first_bd`; None leaves them to upstream's allocation.
    """

    direction: str
    channel: int
    ring: tuple[Descriptor, ...]
    first_bd: int | None = None


def core_dma(of: SSAValue, chains: Sequence[Chain]) -> None:
    """The DMA program of a core."""
    structure.MemOp(of, _dma_blocks(chains))


def mem_tile_dma(of: SSAValue, chains: Sequence[Chain]) -> None:
    """The DMA program of a mem tile."""
    structure.MemTileDmaOp(of, _dma_blocks(chains))


def configure_task(of: SSAValue, chain: Chain) -> SSAValue:
    """Write the descriptors of a chain that ends, from a runtime sequence."""
    blocks = [Block() for _ in chain.ring]
    for number, (descriptor, block) in enumerate(zip(chain.ring, blocks, strict=True)):
        succeeding = blocks[number + 1] if number + 1 < len(blocks) else None
        _fill(block, descriptor, succeeding, chain, number)
    return ops.configure_task(of, chain.direction, chain.channel, Region(blocks))


def _dma_blocks(chains: Sequence[Chain]) -> Region:
    """Per chain a block that starts the channel and one a descriptor; `aie.end` at last."""
    starts = [Block() for _ in chains]
    end = Block()
    blocks: list[Block] = []
    for chain, start, following in zip(chains, starts, [*starts[1:], end], strict=True):
        ring = [Block() for _ in chain.ring]
        with ImplicitBuilder(start):
            dma.DmaStartOp(DmaDirection(chain.direction), chain.channel, ring[0], following)
        following_bds = zip(chain.ring, ring, [*ring[1:], ring[0]], strict=True)
        for number, (descriptor, block, succeeding) in enumerate(following_bds):
            _fill(block, descriptor, succeeding, chain, number)
        blocks += [start, *ring]
    with ImplicitBuilder(end):
        structure.EndOp()
    return Region([*blocks, end])


def _fill(
    block: Block, descriptor: Descriptor, succeeding: Block | None, chain: Chain, number: int
) -> None:
    d = descriptor
    with ImplicitBuilder(block):
        with ops.held(d.acquire, d.release, d.take, d.give):
            dma.DmaBdOp(
                d.buffer,
                d.offset,
                d.length,
                tuple(zip(d.layout.sizes, d.layout.strides, strict=True)),
                bd_id=None if chain.first_bd is None else chain.first_bd + number,
            )
        if succeeding is None:
            structure.EndOp()
        else:
            dma.NextBdOp(succeeding)
