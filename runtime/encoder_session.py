"""An encoder design on an open device: the residual stream goes in once and comes back at the end.

The counterpart of `session.py` for designs whose sequences are blocks of an encoder. Between stem
and final norm the state stays where it is, and each layer changes it in place: one dispatch a block
and a window. A batch is so many windows, one after another, however many come in a call. Weights
are packed once a tensor (again if it is written to) and stay resident within the budget; the work
buffers are shared by all layers.
The layouts are `kernels/encoder_layout.py`'s.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch

from aiec.ir.block import EncoderBlock, StepOperands, belongs
from aiec.ir.design import Artifact, EncoderDesign
from aiec.ir.encoder import BlockKind, BlockSequence, GemmStep, Matrix
from aiec.ir.errors import DeviceError
from aiec.kernels.encoder_layout import (
    LinearOperands,
    convolution_weight,
    pack_mel,
    pack_weights,
    tile,
    tile_parts,
    untile,
)
from aiec.runtime.buffers import BufferPool
from aiec.runtime.device import Buffer, Run
from aiec.runtime.packed_weights import PackedWeights
from aiec.runtime.telemetry import Telemetry


class Windows:
    """The residual stream, or what goes in or comes out, of some windows on the device.

    A buffer each, freed with it. `where` are the tiles of what is (rows, columns) to the user.
    """

    __slots__ = ("__weakref__", "buffers", "size", "where")

    def __init__(self, buffers: tuple[Buffer, ...], where: Matrix, size: tuple[int, int]) -> None:
        self.buffers, self.where, self.size = buffers, where, size


Send = Callable[[torch.Tensor], Windows]
BlockCall = Callable[..., Any]  # gives Windows, or a pair of them


class EncoderSession:
    """One encoder design loaded on one device, with its buffers and telemetry."""

    def __init__(
        self,
        pool: BufferPool,
        artifact: Artifact,
        telemetry: Telemetry | None = None,
        *,
        check_contents: bool = True,
    ) -> None:
        assert isinstance(artifact.design, EncoderDesign), "a design of GEMMs"
        self.artifact = artifact
        self.plan = artifact.design.plan
        self.pool = pool
        self.telemetry = telemetry or Telemetry()
        self._weights = PackedWeights(pool, check_contents=check_contents)
        pool.queue.load(artifact)

    def send(self, block: EncoderBlock) -> Send:
        """Return `f(x)`, which brings x (batch, ...) float32 to the device as the block's input."""
        sequence, role = self._sequence(block), _read(block)

        def call(x: torch.Tensor) -> Windows:
            _check(block, x)
            value = self._windows(block, sequence, role, len(x))
            for window, buffer in zip(x, value.buffers, strict=True):
                if role == "mel":
                    pack_mel(window, buffer.array)
                else:
                    tile(window, value.where, buffer.array)
                self.telemetry.moved(bytes_in=buffer.nbytes)
            return value

        return call

    def run(self, block: EncoderBlock) -> BlockCall:
        """Return `f(x, *weights)`, the weights in the order of `block.weights`.

        A layer changes `x` itself and returns it; keys and values across come as a pair.
        """
        sequence, read, roles = self._sequence(block), _read(block), _made(block)

        def call(x: Windows, *weights: torch.Tensor) -> Windows | tuple[Windows, ...]:
            kept = self._kept(block, sequence, dict(zip(block.weights, weights, strict=True)))
            made: tuple[Windows, ...] = (x,)
            if not self.overwrites(block):
                count = len(x.buffers)
                made = tuple(self._windows(block, sequence, role, count) for role in roles)
            for source, *results in zip(x.buffers, *(m.buffers for m in made), strict=True):
                by_role = {**kept, read: source, **dict(zip(roles, results, strict=True))}
                self._dispatch(sequence, tuple(by_role[a.role] for a in sequence.arguments))
            return made[0] if len(made) == 1 else made

        return call

    def receive(self, value: Windows) -> torch.Tensor:
        """Bring a value back: (batch, frames, width) float32."""
        self.telemetry.moved(bytes_out=sum(buffer.nbytes for buffer in value.buffers))
        windows = [untile(b.array, value.where, *value.size) for b in value.buffers]
        return torch.stack(windows) if windows else torch.empty(0, *value.size)

    def hands_over(self, producer: EncoderBlock, consumer: EncoderBlock) -> bool:
        """Whether `consumer` reads what `producer` made where it lies."""
        return _made(producer) == (_read(consumer),) and producer.batch == consumer.batch

    def overwrites(self, block: EncoderBlock) -> bool:
        """Whether the block leaves its output where its input was."""
        return _made(block) == (_read(block),)

    def _sequence(self, block: EncoderBlock) -> BlockSequence:
        assert belongs(block, self.plan.shape), block
        return self.plan.block(block.kind)

    def _windows(
        self, block: EncoderBlock, sequence: BlockSequence, role: str, count: int
    ) -> Windows:
        nbytes = sequence.argument(role).nbytes
        buffers = tuple(self.pool.lease(nbytes) for _ in range(count))
        value = Windows(buffers, _where(sequence, role), (block.frames, block.width))
        for buffer in buffers:
            self.pool.give_back_with(value, buffer)
        return value

    def _dispatch(self, sequence: BlockSequence, buffers: tuple[Buffer, ...]) -> None:
        completion = self.pool.queue.run(Run(self.artifact, sequence.symbol, buffers))
        self.telemetry.record(sequence.symbol, sequence.macs, completion)

    def _kept(
        self, block: EncoderBlock, sequence: BlockSequence, named: Mapping[str, torch.Tensor]
    ) -> dict[str, Buffer]:
        """The buffers that stay between dispatches, by role: weights, and room to work in."""
        kept: dict[str, Buffer] = {}
        for argument in sequence.arguments:
            role, nbytes = argument.role, argument.nbytes
            if role in ("work", "conv"):  # conv's first row is never written and has to be zero
                kept[role] = self.pool.resident((sequence.symbol, role), nbytes, _zero)
            elif role == "weights":
                tensors = [named[name] for step in block.steps for name in step.names]
                pack = partial(self._pack, block, sequence, named)
                kept[role] = self._weights.buffer(
                    (sequence.symbol, block.scale), tensors, nbytes, pack
                )
            elif role == "positions":
                assert block.positions is not None, block
                rows = named[block.positions]
                pack = partial(self._tile_parts, rows, _all_places(sequence, role))
                kept[role] = self._weights.buffer((sequence.symbol, role), [rows], nbytes, pack)
        return kept

    def _pack(
        self,
        block: EncoderBlock,
        sequence: BlockSequence,
        named: Mapping[str, torch.Tensor],
        buffer: Buffer,
    ) -> None:
        operands = {step.step: _operands(step, block, named) for step in block.steps}
        buffer.array[:] = pack_weights(self.plan, sequence, operands)
        self.telemetry.moved(weight_bytes=buffer.nbytes)

    def _tile_parts(self, rows: torch.Tensor, places: tuple[Matrix, ...], buffer: Buffer) -> None:
        buffer.array[:] = 0
        tile_parts(rows, places, buffer.array)
        self.telemetry.moved(weight_bytes=buffer.nbytes)


def _read(block: EncoderBlock) -> str:
    """The role of the buffer with the block's x."""
    return {BlockKind.STEM: "mel", BlockKind.CROSS: "out"}.get(block.kind, "state")


def _made(block: EncoderBlock) -> tuple[str, ...]:
    """The roles of the buffers with what it makes."""
    made = {BlockKind.FINAL: ("out",), BlockKind.CROSS: ("cross_k", "cross_v")}
    return made.get(block.kind, ("state",))


def _where(sequence: BlockSequence, role: str) -> Matrix:
    """Where the tiles of an argument lie, as the sequence's steps have it."""
    return _all_places(sequence, role)[0]


def _all_places(sequence: BlockSequence, role: str) -> tuple[Matrix, ...]:
    """All matrices of an argument, each once."""
    steps = [step for step in sequence.steps if isinstance(step, GemmStep)]
    matrices = [m for step in steps for m in (step.x, step.out, *step.residuals)]
    return tuple(dict.fromkeys(matrix for matrix in matrices if matrix.buffer == role))


def _zero(buffer: Buffer) -> None:
    buffer.array[:] = 0


def _operands(
    step: StepOperands, block: EncoderBlock, named: Mapping[str, torch.Tensor]
) -> LinearOperands:
    """What one step computes. The queries are scaled for powers of two instead of e."""
    weight, bias, gamma, beta = (
        None if name is None else named[name]
        for name in (step.weight, step.bias, step.gamma, step.beta)
    )
    if weight is None:
        weight = torch.eye(block.width)
    if block.kind is BlockKind.STEM:
        weight = convolution_weight(weight)
    scale = block.scale * math.log2(math.e) if step.step == "q" else 1.0
    return LinearOperands(weight, bias, gamma, beta, scale)


def _check(block: EncoderBlock, x: torch.Tensor) -> None:
    stem = block.kind is BlockKind.STEM
    expected = (block.mels, 2 * block.frames) if stem else (block.frames, block.width)
    if tuple(x.shape[1:]) != expected:
        raise DeviceError(
            f"an encoder's {block.kind} was called with an input of {tuple(x.shape)}",
            expected=f"windows of {expected}",
            todo="compile the model again for this shape",
        )
