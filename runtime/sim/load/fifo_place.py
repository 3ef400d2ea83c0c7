"""Which memory every buffer of the lowered ObjectFifos lies in, and in which order they are made.

Between `fifo_plan.py`, which decides the pools, and `fifo_build.py`, which takes addresses and
locks in this order. A mem tile's pools are placed largest first; a buffer that its tile has no room
for goes to the neighbouring mem tile with more room. Tiles then number their locks and lay out
their buffers from the last pool to the first: mlir-aie inserts each pool's text above the earlier
ones.
Source: mlir-aie AIEObjectFifoStatefulTransform.cpp, 14 Aug 2026.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from aiec.ir.errors import DesignError
from aiec.ir.registers import MEM_ROW
from aiec.runtime.sim.load.fifo_plan import Fifo, Place, Pool
from aiec.runtime.sim.load.plain_values import describe
from aiec.runtime.sim.program.types import dtype_of, element_of, shape_of


@dataclass(frozen=True, slots=True, eq=False)
class PlacedPool:
    """A pool with the tile of each buffer. `where`: the fifo it belongs to, for messages."""

    pool: Pool
    places: tuple[Place, ...]
    where: str

    @property
    def crosses(self) -> bool:
        """Whether its DMA must reach into a neighbour."""
        return any(place != self.pool.place for place in self.places)


_TILES_IN_REACH = 3  # a mem tile and its two neighbours


def place_pools(fifos: tuple[Fifo, ...], columns: int, capacity: int) -> tuple[PlacedPool, ...]:
    """All pools in the order of their locks and addresses. `capacity`: bytes of a mem tile."""
    pools = _in_order_of_making(fifos)
    pools.sort(key=lambda item: -_nbytes(item[0]) if item[0].place[1] == MEM_ROW else 1)
    used: Counter[Place] = Counter()
    placed = []
    for pool, where in pools:
        nbytes, places = _nbytes(pool), []
        if pool.depth * max(nbytes, 1) > _TILES_IN_REACH * capacity:
            raise DesignError(
                f"a pool of {pool.depth} objects of {nbytes} bytes fits no tile and its neighbours",
                where=where,
                expected=f"at most {_TILES_IN_REACH * capacity} bytes",
            )
        for _ in range(pool.depth):
            places.append(_tile_with_room(pool.place, nbytes, used, columns, capacity))
            used[places[-1]] += nbytes
        placed.append(PlacedPool(pool, tuple(places), where))
    return tuple(reversed(placed))


def _in_order_of_making(fifos: tuple[Fifo, ...]) -> list[tuple[Pool, str]]:
    """Fifo by fifo, the producer's pool first, then the consumers' from the last; a link's once."""
    order = []
    for fifo in fifos:
        producer, *consumers = zip(fifo.pool_names, fifo.ends, strict=True)
        for name, end in (producer, *reversed(consumers)):
            if end.pool is not None and end.pool.name == name:
                order.append((end.pool, describe(fifo.op)))
    return order


def _tile_with_room(
    home: Place, nbytes: int, used: Counter[Place], columns: int, capacity: int
) -> Place:
    """Its own tile if there is room (or nowhere else is)."""
    if home[1] != MEM_ROW or used[home] + nbytes <= capacity:
        return home
    near = [(home[0] + step, MEM_ROW) for step in (-1, 1) if 0 <= home[0] + step < columns]
    near.sort(key=lambda place: used[place])
    return next((place for place in near if used[place] + nbytes <= capacity), home)


def _nbytes(pool: Pool) -> int:
    return dtype_of(element_of(pool.kind)).itemsize * math.prod(shape_of(pool.kind))
