"""The runtime sequence of one block: the transfers of its steps, queued ahead as far as possible.

Emitted after the array. Every transfer issues a token. A stream holds at most `QUEUED` of them;
before one more is queued, its oldest is waited for, whose descriptor it takes. What a step reads
but weights is queued when the outputs that it reads have been waited for, so that the weights of a
step flow while the last outputs of the one before are on their way. The mem tiles' queues issue no
tokens: that a round of theirs has ended is seen by its outputs. A sequence ends with no transfer
under way: every core waits for the next control object.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from xdsl.dialects.builtin import MemRefType, bf16
from xdsl.ir import SSAValue

from aiec.codegen import ops
from aiec.codegen.encoder_array import EncoderArray
from aiec.codegen.encoder_panels import WeightStream
from aiec.codegen.encoder_transfers import STREAMS, Issue, issues, reads, writes
from aiec.codegen.rounds import Round, rounds_of
from aiec.codegen.streams import SHIM_OUT_CHANNEL, WEIGHT_CHANNEL, X_CHANNEL
from aiec.codegen.transfer import ELEMENT_BYTES, Transfer, x_column
from aiec.ir.encoder import BlockSequence, EncoderPlan

QUEUED = 4  # of a stream; Source: the depth of a channel's queue, AM020


def declare_shim_channels(plan: EncoderPlan, array: EncoderArray) -> None:
    """Name the shims' channels, for the sequences to refer to."""
    for row in range(plan.rows):
        shim = array.shims[x_column(plan, row)]
        ops.shim_channel(_channel("x", row), shim, "MM2S", X_CHANNEL)
    for column, shim in enumerate(array.shims):
        ops.shim_channel(_channel("w", column), shim, "MM2S", WEIGHT_CHANNEL)
        ops.shim_channel(_channel("out", column), shim, "S2MM", SHIM_OUT_CHANNEL)


def emit_sequence(plan: EncoderPlan, block: BlockSequence, array: EncoderArray) -> None:
    """Emit the sequence of `block` at the insertion point."""
    roles = [a.role for a in block.arguments]
    types = [MemRefType(bf16, [a.nbytes // ELEMENT_BYTES]) for a in block.arguments]
    with ops.runtime_sequence(block.symbol, roles, types) as buffers:
        streams = _Streams(dict(zip(roles, buffers, strict=True)))
        weights = WeightStream(plan, block, array.mem_tiles)
        _emit_steps(plan, block, streams, weights)
        streams.await_all()
        weights.free()


def _emit_steps(
    plan: EncoderPlan, block: BlockSequence, streams: _Streams, weights: WeightStream
) -> None:
    ends: list[int] = []  # the last round of each step
    queued: deque[Round] = deque()  # the rounds that a mem tile's queue may still hold
    number = -1  # of the round
    for place, step in enumerate(block.steps):
        rounds, needed = deque(rounds_of(plan, step)), _last_needed(plan, block, place)
        early, later = ((), issues(plan, step)) if place else _early(issues(plan, step))
        for issue in early:
            streams.queue(issue, 0)
        for issue in later:
            while rounds and rounds[0].begins <= issue.begins:
                number += 1
                queued.append(rounds.popleft())
                while sum(r.tasks for r in queued) > plan.target.mem.queue_depth:
                    queued.popleft()
                    streams.await_outputs(number - len(queued))
                weights.queue(step, queued[-1])
            if issue.transfer.role != "out" and issue.buffer != "weights" and needed >= 0:
                streams.await_outputs(ends[needed])
            streams.queue(issue, number)
        ends.append(number)


def _early(step: tuple[Issue, ...]) -> tuple[list[Issue], list[Issue]]:
    """What a sequence begins with, and the rest: one transfer of x and of weights a channel.

    Data are on their way while the controller writes the chains that take them on.
    """
    early: dict[tuple[str, int], Issue] = {}
    for issue in step:
        if issue.transfer.role != "out" and issue.begins == 0:
            early.setdefault((issue.transfer.role, issue.transfer.lane), issue)
    first = list(early.values())
    return first, [issue for issue in step if issue not in first]


def _last_needed(plan: EncoderPlan, block: BlockSequence, number: int) -> int:
    """The last step before `number` whose outputs it reads, or -1."""
    needed = reads(plan, block.steps[number])
    for earlier in range(number - 1, -1, -1):
        buffer, first, beyond = writes(plan, block.steps[earlier])
        if any(b == buffer and lo < beyond and first < hi for b, lo, hi in needed):
            return earlier
    return -1


class _Streams:
    """The transfers that are under way on every stream: numbers of their rounds, oldest first."""

    def __init__(self, buffers: dict[str, SSAValue]) -> None:
        self._buffers = buffers
        self._under_way: dict[str, deque[int]] = {}
        self._queued: dict[str, int] = {}

    def queue(self, issue: Issue, number: int) -> None:
        """Queue a transfer, when its stream has room."""
        channel = _channel(issue.transfer.role, issue.transfer.lane)
        under_way = self._under_way.setdefault(channel, deque())
        if len(under_way) == QUEUED:
            self._await(channel)
        queued = self._queued.get(channel, 0)
        self._queued[channel] = queued + 1
        first_bd = QUEUED * STREAMS.index(issue.transfer.role)
        transfer = replace(issue.transfer, bd=first_bd + queued % QUEUED)
        _issue(transfer, self._buffers[issue.buffer], channel)
        under_way.append(number)

    def await_outputs(self, number: int) -> None:
        """Wait until no output of that round or before is under way."""
        for channel, under_way in self._under_way.items():
            while channel.startswith("out") and under_way and under_way[0] <= number:
                self._await(channel)

    def await_all(self) -> None:
        """Wait until nothing is under way."""
        for channel, under_way in self._under_way.items():
            while under_way:
                self._await(channel)

    def _await(self, channel: str) -> None:
        ops.dma_wait(channel)
        self._under_way[channel].popleft()


def _issue(transfer: Transfer, buffer: SSAValue, channel: str) -> None:
    ops.dma_memcpy_nd(
        buffer,
        channel,
        transfer.bd,
        offsets=(0, 0, 0, transfer.offset),
        sizes=transfer.sizes,
        strides=transfer.strides,
        issue_token=True,
    )


def _channel(stream: str, lane: int) -> str:
    return f"x_row{lane}" if stream == "x" else f"{stream}_col{lane}"
