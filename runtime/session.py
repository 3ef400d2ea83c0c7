"""A design on an open device: values go there, blocks run there, values come back.

Stands between the compiler, which rewrites the graph to call these, and the device. Crossings are
calls of their own, as in the partition's costs: a value that several blocks read is packed once,
and what one block leaves on the device another reads there. A layer of an encoder changes the
residual stream in place: one dispatch a block and a window. Dispatches are gathered in the chain
that makes a value, and go to the device together when it is received. A batch is so many windows,
one after another, however many come in a call; a linear layer takes its rows in chunks of so many.
Weights are packed and flushed once a tensor (again if it is written to) and stay resident within
the budget; room to work in is shared by all that need it. Beside them only what the host writes and
reads crosses its cache. The layouts are `kernels/encoder_layout.py`'s.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import torch

from aiec.ir.design import Artifact
from aiec.ir.encoder import TILE, Access, BlockKind, BlockSequence, HostBuffer, Matrix
from aiec.ir.errors import DeviceError
from aiec.ir.piece import Piece, StepOperands, belongs
from aiec.kernels.encoder_layout import (
    LinearOperands,
    convolution_weight,
    pack_mel,
    pack_weights,
    tile,
    tile_parts,
    untile,
)
from aiec.runtime.buffers import BufferPool, OutOfRoomError
from aiec.runtime.chain import Chain, Lease, Work
from aiec.runtime.device import Buffer, Run
from aiec.runtime.packed_weights import PackedWeights
from aiec.runtime.telemetry import Telemetry

BF16_BYTES = 2


class OnNpu:
    """A value on the device: a buffer a window or chunk of rows, freed with it.

    Attributes:
        chain: what makes it; the buffers hold the value once that is finished.
        where: the tiles of what is (rows, columns) to the user in each window.
        size: those rows and columns; the last chunk may have fewer rows.
        shape: of the user's tensor.
    """

    __slots__ = ("chain", "lease", "shape", "size", "where")

    def __init__(
        self,
        lease: Lease,
        chain: Chain,
        where: Matrix,
        size: tuple[int, int],
        shape: tuple[int, ...],
    ) -> None:
        self.lease, self.chain = lease, chain
        self.where, self.size, self.shape = where, size, shape

    @property
    def buffers(self) -> tuple[Buffer, ...]:
        """A buffer a window or chunk of rows."""
        return self.lease.buffers

    @property
    def rows(self) -> tuple[int, ...]:
        """How many rows each buffer holds."""
        left, most = math.prod(self.shape[:-1]), self.size[0]
        return tuple(min(most, left - most * i) for i in range(len(self.buffers)))


_Room = TypeVar("_Room")
Send = Callable[[torch.Tensor], OnNpu]
BlockCall = Callable[..., Any]  # gives a value, or a tuple of them


class Session:
    """One design loaded on one device, with its buffers and telemetry."""

    def __init__(
        self,
        pool: BufferPool,
        artifact: Artifact,
        telemetry: Telemetry | None = None,
        *,
        check_contents: bool = True,
    ) -> None:
        self.artifact = artifact
        self.plan = artifact.design.plan
        self.pool = pool
        self.telemetry = telemetry or Telemetry()
        self._weights = PackedWeights(pool, check_contents=check_contents)
        pool.queue.load(artifact)

    def send(self, piece: Piece, number: int = 0) -> Send:
        """Return `f(x)`, which brings floats to the device as the piece's input of a number."""
        sequence, (_, rows, columns) = self._sequence(piece), piece.takes(number)
        argument = sequence.read[number]

        def call(x: torch.Tensor) -> OnNpu:
            _check(piece, (rows, columns), tuple(x.shape))
            chain = Chain(self.pool.queue, self.telemetry)
            value = self._on_npu(chain, argument, sequence, (rows, columns), tuple(x.shape))
            flat = x.reshape(math.prod(x.shape[:-1]), columns)
            windows = [flat[first : first + rows] for first in range(0, len(flat), rows)]
            fill = partial(self._fill, piece, value.lease, value.where, windows)
            chain.put(fill, value.lease)
            return value

        return call

    def _fill(
        self, piece: Piece, lease: Lease, where: Matrix, windows: Sequence[torch.Tensor]
    ) -> None:
        """Write the rows of an input into its buffers, and let the device see them."""
        for window, buffer in zip(windows, lease.buffers, strict=True):
            if piece.kind is BlockKind.STEM:
                pack_mel(window, buffer.array)
            else:
                if piece.gemm:  # its steps read the padding of rows
                    buffer.array[:] = 0
                tile(window, where, buffer.array)
            self._flush(buffer)
            self.telemetry.moved(bytes_in=buffer.nbytes)

    def run(self, piece: Piece) -> BlockCall:
        """Return `f(*inputs, *weights)`: values of the device, then the piece's weights in order.

        A layer changes its input itself and returns it; several results come as a tuple.
        """
        sequence, count = self._sequence(piece), len(piece.inputs)

        def call(*operands: Any) -> OnNpu | tuple[OnNpu, ...]:
            given, weights = operands[:count], operands[count:]
            named = dict(zip(piece.weights, weights, strict=True))
            chain = given[0].chain
            for value in given[1:]:
                chain.after(value.chain)

            def room() -> tuple[dict[str, Buffer], tuple[OnNpu, ...]]:
                kept = self._kept(piece, sequence, named)
                return kept, overwritten or self._results(piece, sequence, given)

            overwritten = given[:1] if self.overwrites(piece) else ()
            kept, made = _beside(chain, room)
            values = {a.role: v for a, v in zip(sequence.made, made, strict=True)}
            values |= {a.role: v for a, v in zip(sequence.read, given, strict=True)}
            for window, rows in enumerate(made[0].rows):
                at = {role: value.buffers[window] for role, value in values.items()} | kept
                macs = sequence.macs * rows // piece.frames
                buffers = tuple(at[a.role] for a in sequence.arguments)
                chain.add(Work(Run(self.artifact, sequence.symbol, buffers), macs))
            return made[0] if len(made) == 1 else made

        return call

    def receive(self, value: OnNpu) -> torch.Tensor:
        """Bring a value back as float32 in the user's shape, once it is made."""
        while True:
            value.chain.finish()
            device = self.pool.queue.device
            windows = [
                self._read(buffer, value.where, rows, value.size[1])
                for buffer, rows in zip(value.buffers, value.rows, strict=True)
            ]
            if device is self.pool.queue.device:  # else it failed meanwhile
                break
        self.telemetry.moved(bytes_out=sum(buffer.nbytes for buffer in value.buffers))
        return torch.cat(windows).reshape(value.shape) if windows else torch.empty(value.shape)

    def _read(self, buffer: Buffer, where: Matrix, rows: int, columns: int) -> torch.Tensor:
        first, end = where.span(-(-rows // TILE), -(-columns // TILE))
        span = BF16_BYTES * first, BF16_BYTES * (end - first)
        moved = self.pool.queue.faults.do(lambda device: device.invalidate(buffer, *span))
        self.telemetry.synchronized(invalidated=moved)
        buffer.cached = True
        return untile(buffer.array, where, rows, columns)

    def _flush(self, buffer: Buffer) -> None:
        """Let the device see what the host wrote, and leave nothing of it in the cache."""
        flushed = self.pool.queue.faults.do(lambda device: device.flush(buffer))
        self.telemetry.synchronized(flushed=flushed)
        buffer.cached = False

    def hands_over(self, producer: Piece, result: int, consumer: Piece, number: int) -> bool:
        """Whether `consumer` can read a result of `producer` where it lies as its input."""
        made, read = self._sequence(producer), self._sequence(consumer)
        there, here = made.made[result], read.read[number]
        size = (producer.batch, producer.frames, producer.width)
        return (
            consumer.kind is not BlockKind.STEM
            and size == consumer.takes(number)
            and there.nbytes == here.nbytes
            and _like(made.where(there.role), read.where(here.role))
        )

    def overwrites(self, piece: Piece) -> bool:
        """Whether the piece leaves its output where its first input was."""
        return any(a.access is Access.INOUT for a in self._sequence(piece).arguments)

    def _sequence(self, piece: Piece) -> BlockSequence:
        shape = self.plan.shape
        assert piece.gemm or (shape and belongs(piece, shape)), piece
        return self.plan.block(piece.kind, piece.gemm)

    def _results(
        self, piece: Piece, sequence: BlockSequence, given: tuple[OnNpu, ...]
    ) -> tuple[OnNpu, ...]:
        leading = given[0].shape[:-1] if piece.gemm else (len(given[0].buffers), piece.frames)
        size, shape = (piece.frames, piece.width), (*leading, piece.width)
        chain = given[0].chain
        made = tuple(self._on_npu(chain, a, sequence, size, shape) for a in sequence.made)
        for value in made:
            chain.hold(value.lease)
            for buffer in value.buffers:
                if buffer.cached:  # or its lines would go over what the device writes
                    self._flush(buffer)
        return made

    def _on_npu(
        self,
        chain: Chain,
        argument: HostBuffer,
        sequence: BlockSequence,
        size: tuple[int, int],
        shape: tuple[int, ...],
    ) -> OnNpu:
        count = -(-math.prod(shape[:-1]) // size[0])
        buffers = tuple(self.pool.lease(argument.nbytes) for _ in range(count))
        lease = Lease(buffers)
        for buffer in buffers:
            self.pool.give_back_with(lease, buffer)
        return OnNpu(lease, chain, sequence.where(argument.role), size, shape)

    def _kept(
        self, block: Piece, sequence: BlockSequence, named: Mapping[str, torch.Tensor]
    ) -> dict[str, Buffer]:
        """The buffers that stay between dispatches, by role: weights, and room to work in."""
        kept: dict[str, Buffer] = {}
        for argument in sequence.arguments:
            role, nbytes = argument.role, argument.nbytes
            if argument.access is not Access.RESIDENT:
                continue
            if role == "weights":
                tensors = [named[name] for step in block.steps for name in step.names]
                pack = partial(self._pack, block, sequence, named)
                how = (sequence.symbol, block.scale, *(step.turned for step in block.steps))
                kept[role] = self._weights.buffer(how, tensors, nbytes, pack)
            elif role == "positions":
                assert block.positions is not None, block
                rows = named[block.positions]
                pack = partial(self._tile_parts, rows, _all_places(sequence, role))
                kept[role] = self._weights.buffer((sequence.symbol, role), [rows], nbytes, pack)
            else:  # room to work in; a convolution's first row is never written and has to be zero
                kept[role] = self.pool.resident((sequence.symbol, role), nbytes, self._zero)
        return kept

    def _pack(
        self,
        block: Piece,
        sequence: BlockSequence,
        named: Mapping[str, torch.Tensor],
        buffer: Buffer,
    ) -> None:
        operands = {step.step: _operands(step, block, named) for step in block.steps}
        buffer.array[:] = pack_weights(self.plan, sequence, operands)
        self._flush(buffer)
        self.telemetry.moved(weight_bytes=buffer.nbytes)

    def _tile_parts(self, rows: torch.Tensor, places: tuple[Matrix, ...], buffer: Buffer) -> None:
        buffer.array[:] = 0
        tile_parts(rows, places, buffer.array)
        self._flush(buffer)
        self.telemetry.moved(weight_bytes=buffer.nbytes)

    def _zero(self, buffer: Buffer) -> None:
        buffer.array[:] = 0
        self._flush(buffer)


def _beside(chain: Chain, room: Callable[[], _Room]) -> _Room:
    """What `room` makes; what the chain has still to do is done first if it holds the memory."""
    with suppress(OutOfRoomError):
        return room()
    chain.checkpoint()
    return room()


def _like(one: Matrix, other: Matrix) -> bool:
    """Whether tiles lie alike in two buffers."""
    return (one.offset, one.row_tile, one.col_tile, one.row) == (
        other.offset, other.row_tile, other.col_tile, other.row
    )  # fmt: skip


def _all_places(sequence: BlockSequence, role: str) -> tuple[Matrix, ...]:
    """All matrices of an argument, each once."""
    matrices = [m for step in sequence.steps for m in step.activations]
    return tuple(dict.fromkeys(matrix for matrix in matrices if matrix.buffer == role))


def _operands(
    step: StepOperands, block: Piece, named: Mapping[str, torch.Tensor]
) -> LinearOperands:
    """What one step computes. The queries are scaled for powers of two instead of e."""
    weight, bias, gamma, beta = (
        None if name is None else named[name]
        for name in (step.weight, step.bias, step.gamma, step.beta)
    )
    if weight is None:
        weight = torch.eye(block.width)
    if step.turned:
        weight = weight.t()
    if block.kind is BlockKind.STEM:
        weight = convolution_weight(weight)
    scale = block.scale * math.log2(math.e) if step.step == "q" else 1.0
    return LinearOperands(weight, bias, gamma, beta, scale)


def _check(piece: Piece, size: tuple[int, int], shape: tuple[int, ...]) -> None:
    """Refuse a tensor of other windows; of a linear layer only the length of rows counts."""
    if piece.gemm:
        fits, expected = shape[-1] == size[1], f"rows of {size[1]}"
    else:
        fits, expected = len(shape) == 3 and shape[1:] == size, f"windows of {size}"
    if not fits:
        raise DeviceError(
            f"{piece.label} was called with an input of {shape}",
            expected=expected,
            todo="compile the model again for this shape",
        )
