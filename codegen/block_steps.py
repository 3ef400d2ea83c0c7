"""What blocks are made of: steps on an array whose mem tiles are used by a choice, and matrices.

Below `encoder_blocks.py` and `linear_block.py`, which say what a block's steps are, and
`plan_steps.py`, which chooses. All is in 64x64 tiles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypedDict

from aiec.ir.encoder import (
    OBJECT_ELEMS,
    TILE,
    TILE_ELEMS,
    Access,
    AttentionStep,
    BlockKind,
    BlockSequence,
    GemmStep,
    HeadRun,
    HostBuffer,
    KPart,
    Matrix,
    MemTileSizes,
    Step,
)
from aiec.ir.graph import Activation, Gemm


@dataclass(frozen=True, slots=True)
class Choice:
    """What a plan is free to choose.

    Attributes:
        mem: how a mem tile's memory is used.
        resident: whether panels of weights stay for all row blocks where they fit.
        twice: whether a panel moves in beside the one that is sent, where two fit.
        fc2_parts: GEMMs that fc2 is split into, along k; the sums between them are bf16.
    """

    mem: MemTileSizes
    resident: bool = True
    twice: bool = True
    fc2_parts: int = 1


@dataclass(frozen=True, slots=True)
class Room:
    """An array of rows x columns whose mem tiles are used by a choice."""

    rows: int
    columns: int
    choice: Choice

    def residence(self, k_tiles: int, row_blocks: int, alone: bool = False) -> Residence:
        """How the weights of a column tile lie in the slots.

        All of them twice, all once, as many as stay beside those that are streamed, or a fraction.
        `alone`: no other panel moves in, so that fewer and longer parts are as good.
        """
        choice, mem = self.choice, self.choice.mem
        turns = math.gcd(row_blocks, mem.turns)
        stays = choice.resident and k_tiles <= mem.panel_objects
        if not stays and (shared := _shared(mem, k_tiles)):
            parts, pieces = shared
            return {"parts": parts, "turns": turns, "pieces": pieces, "sets": 1}
        twice = choice.twice and row_blocks == turns
        twice = twice and stays and 2 * k_tiles <= mem.panel_objects
        slots = mem.slots[: len(mem.slots) // 2] if twice else mem.slots
        fractions = (k_tiles // n for n in range(1, k_tiles + 1) if k_tiles % n == 0)
        fitting = next(f for f in fractions if f <= sum(slots))
        alone = alone and stays and turns == row_blocks
        return {
            "parts": _filled(fitting, slots) if alone else _spread(fitting, slots),
            "turns": turns if stays else 1,
            "pieces": 1,
            "sets": 2 if twice else 1,
        }


class Residence(TypedDict):
    """Fields of a GEMM step."""

    parts: tuple[int, ...]
    turns: int
    pieces: int
    sets: int


def _spread(objects: int, slots: tuple[int, ...]) -> tuple[int, ...]:
    """Objects by slot, as equal as the slots' sizes allow; slots that stay empty are left out."""
    parts = [0] * len(slots)
    for _ in range(objects):
        number = min((n for n, size in enumerate(slots) if parts[n] < size), key=parts.__getitem__)
        parts[number] += 1
    return tuple(part for part in parts if part)


def _filled(objects: int, slots: tuple[int, ...]) -> tuple[int, ...]:
    """Objects by slot, each filled before the next: the fewest descriptors."""
    parts = []
    for size in slots:
        parts.append(min(size, objects - sum(parts)))
    return tuple(part for part in parts if part)


def _shared(mem: MemTileSizes, k_tiles: int) -> tuple[tuple[int, ...], int] | None:
    """Parts and pieces of which as many tiles as possible stay; None if the slots are not for it.

    Example: 80 k tiles in slots of 20, 4, 20 and 4 are ten times 2 that stay, 2 that are streamed,
    again 2 that stay and 2 that are streamed; 40 of the 80 stay.
    """
    wide, narrow = mem.slots[:2]
    found: list[tuple[int, tuple[int, ...], int]] = []
    for pieces in range(2, mem.pieces + 1):
        if mem.pieces % pieces == 0 and k_tiles % (2 * pieces) == 0:
            half = k_tiles // (2 * pieces)
            staying = min(wide // pieces, half - 1)
            if staying and half - staying <= narrow:
                found.append((pieces * staying, (staying, half - staying) * 2, pieces))
    return max(found)[1:] if found else None


def tiled(buffer: str, col_tiles: int, offset: int = 0) -> Matrix:
    """A matrix of contiguous tiles, `col_tiles` in a row."""
    return Matrix(buffer, offset, col_tiles * TILE_ELEMS, TILE_ELEMS, TILE)


def row_major(buffer: str, step: int, offset: int = 0) -> Matrix:
    """A matrix of rows `step` elements apart; they overlap if they are longer."""
    return Matrix(buffer, offset, TILE * step, TILE, step)


class Steps:
    """Collects the steps of a block, whose weights lie one after another."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._steps: list[Step] = []
        self._weights = 0  # elements

    def gemm(
        self,
        name: str,
        features: tuple[int, int],
        *,
        x: Matrix,
        out: Matrix,
        row_blocks: int,
        k_tiles: int | None = None,
        runs: int = 1,
        width: int = 0,
        activation: Activation = Activation.NONE,
        transpose: bool = False,
        residuals: tuple[Matrix, ...] = (),
        part: KPart | None = None,
        alone: bool = False,
    ) -> None:
        """Add a GEMM of `features` (n, k). By default k is padded to an even number of tiles.

        `alone` says that the block has no other step.
        """
        n, k = features
        room = self._room
        k_tiles = k_tiles or round_up(tiles_of(k), 2)
        column_tiles = -(-n // (TILE * room.columns))
        step = GemmStep(
            name,
            n,
            k,
            row_blocks,
            column_tiles=column_tiles,
            k_tiles=k_tiles,
            **room.residence(k_tiles, row_blocks, alone and column_tiles == 1),
            weights=self._weights,
            x=x,
            out=out,
            runs=runs,
            width=width,
            activation=activation,
            transpose=transpose,
            residuals=residuals,
            part=part,
        )
        self._add(step)

    def attention(
        self,
        name: str,
        heads: int,
        frames: int,
        runs: tuple[HeadRun, ...],
        *,
        query_blocks: int,
        q: Matrix,
        kv: Matrix,
        out: Matrix,
    ) -> None:
        """Add the attention of all heads over so many frames."""
        step = AttentionStep(
            name,
            head_blocks=-(-heads // self._room.rows),
            query_blocks=query_blocks,
            runs=runs,
            key_tiles=tiles_of(frames),
            last_keys=(frames - 1) % TILE + 1,
            weights=self._weights,
            q=q,
            kv=kv,
            out=out,
        )
        self._add(step)

    def _add(self, step: Step) -> None:
        self._steps.append(step)
        self._weights += self._room.columns * step.objects * OBJECT_ELEMS

    def block(
        self,
        symbol: str,
        kind: BlockKind,
        buffers: dict[str, tuple[int, Access]],
        macs: int,
        gemm: Gemm | None = None,
    ) -> BlockSequence:
        """The finished block; sizes of its other buffers in elements."""
        sizes = {**buffers, "weights": (self._weights, Access.RESIDENT)}
        arguments = tuple(HostBuffer(role, 2 * n, access) for role, (n, access) in sizes.items())
        return BlockSequence(symbol, kind, tuple(self._steps), arguments, macs, gemm)


def tiles_of(elements: int) -> int:
    """Tiles that hold so many elements."""
    return -(-elements // TILE)


def round_up(value: int, multiple: int) -> int:
    """The least multiple that is not less."""
    return -(-value // multiple) * multiple
