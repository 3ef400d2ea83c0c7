"""The text of an encoder design: golden files, both epochs, and the hardware's limits in it."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from small_encoders import small_encoder
from test_plan_steps import WHISPER
from xdsl.dialects.builtin import FixedBitwidthType, MemRefType, ModuleOp
from xdsl.ir import Operation

from aiec.cli import run as run_command
from aiec.codegen.build import build, load_artifact
from aiec.codegen.core_memory import KERNEL_DATA_BYTES, STACK_BYTES
from aiec.codegen.dialects import parse
from aiec.codegen.dialects.dma import DmaBdOp, DmaStartOp
from aiec.codegen.dialects.locks import LockOp, UseLockOp
from aiec.codegen.dialects.npu import NpuDmaMemcpyNdOp, NpuDmaWaitOp
from aiec.codegen.dialects.structure import (
    BufferOp,
    CoreOp,
    MemOp,
    MemTileDmaOp,
    RuntimeSequenceOp,
    tile_of,
)
from aiec.codegen.dialects.tasks import DmaConfigureTaskOp
from aiec.codegen.emit import emit
from aiec.codegen.encoder_transfers import issues, reads, writes
from aiec.codegen.instructions import streams
from aiec.codegen.plan_steps import candidates, plan_encoder
from aiec.codegen.rounds import rounds_of
from aiec.ir.design import Design
from aiec.ir.encoder import BlockKind, EncoderPlan, GemmStep
from aiec.ir.errors import CodegenError
from aiec.ir.target import NPU1, NPU2, Target

OpT = TypeVar("OpT", bound=Operation)
TARGETS = pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)


@pytest.fixture(scope="module", params=[NPU1, NPU2], ids=lambda t: t.name)
def design(request: pytest.FixtureRequest) -> Design:
    return emit(plan_encoder(WHISPER["tiny"], request.param), "tiny")


@pytest.fixture(scope="module")
def module(design: Design) -> ModuleOp:
    return parse(design.text)


def ops(module: ModuleOp, kind: type[OpT]) -> list[OpT]:
    return [op for op in module.walk() if isinstance(op, kind)]


def final_block() -> EncoderPlan:
    return plan_encoder(small_encoder(), NPU1, [BlockKind.FINAL])


@pytest.mark.parametrize("epoch", ["E1", "E2"])
def test_golden_of_tiles_and_a_sequence(epoch: str, golden: Callable[[str, str], None]) -> None:
    """A mem tile with what it holds, a core, the sequence: the others are like them."""
    text = emit(final_block(), "final", epoch).text
    held = [
        line for line in text.splitlines() if re.match(r" *%mem_0_\w+ = aie.(buffer|lock)", line)
    ]
    parts = ["\n".join(held), first(text, "aie.memtile_dma("), first(text, "aie.core(")]
    golden(
        f"encoder_{epoch}.mlir", "\n...\n".join([*parts, text[text.index("runtime_sequence") :]])
    )


def first(text: str, op: str) -> str:
    """From the first occurrence of an op to the second."""
    start = text.index(op)
    return text[start : text.index(op, start + 1)]


def test_both_epochs_say_the_same() -> None:
    texts = [emit(final_block(), "final", epoch).text for epoch in ("E1", "E2")]
    one, other = (Counter(op.name for op in parse(t).walk()) for t in texts)
    del one["arith.constant"], other["arith.constant"]  # E2 gives lock values as constants
    assert one == other


def test_every_block_is_a_sequence(design: Design, module: ModuleOp) -> None:
    symbols = [op.sym_name.data for op in ops(module, RuntimeSequenceOp)]
    assert symbols == [b.symbol for b in design.sequences]
    assert len(ops(module, CoreOp)) == design.plan.target.cores


def test_locks_and_memory_fit_each_tile(design: Design, module: ModuleOp) -> None:
    target = design.plan.target
    ids: dict[tuple[int, int], list[int]] = defaultdict(list)
    used: Counter[tuple[int, int]] = Counter()
    for op in ops(module, LockOp):
        assert op.lock_id is not None
        ids[tile_of(op.tile)].append(op.lock_id.value.data)
    for op in ops(module, BufferOp):
        assert isinstance(op.buffer.type, MemRefType)
        element = op.buffer.type.element_type
        assert isinstance(element, FixedBitwidthType)
        used[tile_of(op.tile)] += op.buffer.type.element_count() * element.size
    for tile, numbers in ids.items():
        limit = target.mem.locks if tile[1] == 1 else target.core.locks
        assert sorted(numbers) == sorted(set(numbers)) and max(numbers) < limit
    for tile, nbytes in used.items():
        stack = 0 if tile[1] == 1 else STACK_BYTES + KERNEL_DATA_BYTES  # and the kernels' constants
        room = target.mem_tile_bytes if tile[1] == 1 else target.core_memory_bytes
        assert nbytes + stack <= room


def test_descriptors_fit_each_dma(design: Design, module: ModuleOp) -> None:
    target = design.plan.target
    for op in [*ops(module, MemOp), *ops(module, MemTileDmaOp)]:
        limits = target.mem if isinstance(op, MemTileDmaOp) else target.core
        descriptors = [d for d in op.walk() if isinstance(d, DmaBdOp)]
        assert len(descriptors) <= limits.bds
        for bd in descriptors:
            assert isinstance(bd.length, int) and bd.length // 2 < 1 << limits.length_bits
            assert len(bd.dims) <= limits.dims
            assert bd.parent is not None
            uses = [u.action.data for u in bd.parent.ops if isinstance(u, UseLockOp)]
            assert uses == ["AcquireGreaterEqual", "Release"]


def test_no_mem_tile_channel_is_started_twice(module: ModuleOp) -> None:
    for op in [*ops(module, MemOp), *ops(module, MemTileDmaOp)]:
        started = [
            (s.direction.data, s.channel.value.data) for s in op.walk() if isinstance(s, DmaStartOp)
        ]
        assert len(started) == len(set(started))


def test_a_queue_is_never_full_and_every_token_is_awaited(design: Design, module: ModuleOp) -> None:
    depth = design.plan.target.shim.queue_depth
    for sequence in ops(module, RuntimeSequenceOp):
        under_way: dict[str, list[int]] = defaultdict(list)
        for op in sequence.walk():
            if isinstance(op, NpuDmaMemcpyNdOp):
                queue = under_way[op.metadata.string_value()]
                assert op.id.value.data not in queue, "a descriptor in use is written"
                queue.append(op.id.value.data)
                assert len(queue) <= depth
            elif isinstance(op, NpuDmaWaitOp):
                under_way[op.symbol.string_value()].pop(0)
        assert not any(under_way.values())


def test_channels_of_a_shim_share_no_descriptor(module: ModuleOp) -> None:
    users: dict[int, set[str]] = defaultdict(set)
    for op in ops(module, NpuDmaMemcpyNdOp):
        users[op.id.value.data].add(op.metadata.string_value().split("_")[0])
    assert max(users) < 16 and all(len(streams) == 1 for streams in users.values())


@TARGETS
@pytest.mark.parametrize("size", WHISPER)
def test_transfers_of_every_whisper_fit_a_shim_and_stay_in_their_buffers(
    target: Target, size: str
) -> None:
    plan = plan_encoder(WHISPER[size], target)
    for block in plan.blocks:
        for step in block.steps:
            for issue in issues(plan, step):
                t = issue.transfer
                last = sum((n - 1) * s for n, s in zip(t.sizes, t.strides, strict=True))
                end = 2 * (t.offset + last + 1)
                assert end <= block.argument(issue.buffer).nbytes, (block.symbol, issue)


@TARGETS
@pytest.mark.parametrize("size", WHISPER)
def test_every_plan_of_the_search_can_be_emitted(target: Target, size: str) -> None:
    """Descriptors of all its sequences and all transfers fit."""
    for candidate in candidates(WHISPER[size], target, partial_sums=False):
        plan = candidate.plan
        for block in plan.blocks:
            splits = {
                (step.parts, step.turns, step.pieces): 2 * step.sets * len(step.parts)
                for step in block.steps
                if isinstance(step, GemmStep)
            }
            assert 24 + 4 + 4 + sum(splits.values()) <= target.mem.bds, (candidate.choice, block)
            for step in block.steps:
                issues(plan, step)


@TARGETS
@pytest.mark.parametrize(("size", "dtype"), [("base", 0), ("small", -1)])
def test_streams_carry_what_the_cores_count_on(target: Target, size: str, dtype: int) -> None:
    """Objects of x and weights on every lane, for each step of a layer, where DDR is dear."""
    narrow = target.with_sku(ddr_bytes_per_s=min(target.ddr_bytes_per_s, 10_000_000_000))
    plan = plan_encoder(WHISPER[size], narrow, dtype=target.dtypes[dtype])
    for step in plan.block(BlockKind.LAYER).steps:
        moved: Counter[tuple[str, int]] = Counter()
        for issue in issues(plan, step):
            a, b, c, d = issue.transfer.sizes
            moved[issue.transfer.role, issue.transfer.lane] += a * b * c * d
        if isinstance(step, GemmStep):
            tiles = step.column_tiles * step.row_blocks
            x = tiles * (step.k_tiles + plan.columns * len(step.residuals)) * 4096
            assert step.resident, "weights cross DDR once"
            w, out = step.objects * 4352, 4 * tiles * 4096
        else:
            units = step.units
            x, w, out = units * 2 * step.key_tiles * 4096, (2 + 4 * units) * 4352, 4 * units * 4096
        expected = {
            **{("x", row): x for row in range(4)},
            **{("w", column): w for column in range(plan.columns)},
            **{("out", column): out for column in range(plan.columns)},
        }
        assert moved == expected, step.name


def sent_objects(plan: EncoderPlan, step: GemmStep) -> tuple[int, int]:
    """Weight objects that a mem tile takes and sends for a step."""
    rounds, part = rounds_of(plan, step), sum(step.parts)
    filled = sum(step.parts[1::2]) if step.pieces > 1 else part
    stay = step.staying * sum(r.stays for r in rounds)
    return stay + filled * sum(r.fills for r in rounds), part * sum(r.sends for r in rounds)


@TARGETS
@pytest.mark.parametrize("size", WHISPER)
def test_mem_tiles_send_a_weight_object_for_every_k_step(target: Target, size: str) -> None:
    plan = plan_encoder(WHISPER[size], target)
    for block in plan.blocks:
        for step in block.steps:
            if not isinstance(step, GemmStep):
                continue
            filled, sent = sent_objects(plan, step)
            assert sent == step.column_tiles * step.row_blocks * step.k_tiles
            moved = sum(
                math.prod(i.transfer.sizes)
                for i in issues(plan, step)
                if (i.transfer.role, i.transfer.lane) == ("w", 0)
            )
            assert moved == (2 + filled) * 4352
            held = [n * step.pieces if i % 2 == 0 else n for i, n in enumerate(step.parts)]
            for first in range(0, step.sets * len(held), len(held)):
                slots = plan.mem.slots[first : first + len(held)]
                assert all(n <= size for n, size in zip(held, slots, strict=True))
            for runs in rounds_of(plan, step):
                assert max(runs.fills, runs.sends) <= target.mem.max_repeat
            assert plan.slot_units % (step.turns * step.pieces) == 0
            assert plan.slot_units <= target.max_lock_value


@pytest.mark.parametrize("shares", [False, True], ids=["none", "half"])
def test_what_stays_in_no_mem_tile_is_sent_again_for_every_row_block(shares: bool) -> None:
    """Of fc2's 80 k tiles 40 stay beside those that are streamed, or none."""
    found = candidates(WHISPER["large-v3"], NPU1, partial_sums=False)
    plan = next(c.plan for c in found if c.plan.mem.pieces == (10 if shares else 1))
    fc2 = plan.block(BlockKind.LAYER).step("fc2")
    assert isinstance(fc2, GemmStep) and not fc2.resident and sum(fc2.parts) < fc2.k_tiles == 80
    stay = 40 if shares else 0
    assert fc2.staying == stay
    assert sent_objects(plan, fc2) == (5 * (stay + 6 * (80 - stay)), 5 * 6 * 80)


def test_descriptors_of_sequences_are_not_those_that_run_for_ever(
    design: Design, module: ModuleOp
) -> None:
    for dma in ops(module, MemTileDmaOp):
        static = [bd.bd_id.value.data for bd in dma.walk() if isinstance(bd, DmaBdOp) and bd.bd_id]
        assert len(static) == len(set(static))
        for sequence in ops(module, RuntimeSequenceOp):
            written = [
                (bd.bd_id.value.data, task.channel.value.data)
                for task in sequence.walk()
                if isinstance(task, DmaConfigureTaskOp) and tile_of(task.tile) == tile_of(dma.tile)
                for bd in task.walk()
                if isinstance(bd, DmaBdOp) and bd.bd_id
            ]
            numbers = [number for number, _ in written]
            assert written and not set(numbers) & set(static)
            assert len(numbers) == len(set(numbers))
            assert all(24 * channel <= number < 24 * (channel + 1) for number, channel in written)


def test_too_many_splits_of_weights_are_refused() -> None:
    plan = plan_encoder(WHISPER["tiny"], NPU1)
    block = plan.block(BlockKind.LAYER)
    steps = tuple(
        replace(step, parts=(3,)) if step.name in ("k", "v", "fc1") else step
        for step in block.steps
    )
    steps = (*steps, replace(block.step("q"), parts=(2, 2, 2)))
    broken = replace(plan, blocks=(replace(block, steps=steps),))
    message = r"split in too many ways; expected 48 descriptors of a mem tile, and 5\d are needed"
    with pytest.raises(CodegenError, match=message):
        emit(broken, "broken")


def test_a_step_reads_what_steps_before_it_wrote() -> None:
    plan = plan_encoder(WHISPER["tiny"], NPU1)
    q, k, v, attention, proj, fc1, fc2 = plan.block(BlockKind.LAYER).steps

    def meet(reader: object, writer: object) -> bool:
        buffer, first, beyond = writes(plan, writer)  # type: ignore[arg-type]
        return any(
            b == buffer and lo < beyond and first < hi
            for b, lo, hi in reads(plan, reader)  # type: ignore[arg-type]
        )

    assert meet(attention, q) and meet(attention, k) and meet(attention, v)
    assert meet(proj, attention) and meet(fc1, proj) and meet(fc2, fc1)
    assert not meet(k, q) and not meet(v, q) and not meet(v, k)


def test_a_transfer_that_fits_no_descriptor_is_refused() -> None:
    plan = plan_encoder(WHISPER["tiny"], NPU1)
    step = plan.block(BlockKind.STEM).step("conv1")
    assert isinstance(step, GemmStep)
    message = "conv1: the x transfer needs a stride over 1048576 words"
    with pytest.raises(CodegenError, match=message):
        issues(plan, replace(step, x=replace(step.x, row_tile=1 << 20)))


def test_x_whose_rows_lie_far_apart_comes_row_block_by_row_block() -> None:
    plan = plan_encoder(WHISPER["tiny"], NPU1)
    step = plan.block(BlockKind.LAYER).step("fc1")
    assert isinstance(step, GemmStep)
    far = issues(plan, replace(step, x=replace(step.x, row_tile=1 << 20)))
    x = [i.transfer for i in far if (i.transfer.role, i.transfer.lane) == ("x", 0)]
    assert len(x) == step.column_tiles * step.row_blocks and all(t.linear for t in x)


def test_the_streams_are_those_of_the_printed_text(
    design: Design, module: ModuleOp, tmp_path: Path
) -> None:
    assert [s.symbol for s in design.instructions] == [s.symbol for s in design.sequences]
    assert design.instructions == streams(module, "E2")
    build(design, tmp_path)
    assert load_artifact(tmp_path).design == design
    for stream in design.instructions:
        assert (tmp_path / f"{stream.symbol}.insts.bin").read_bytes() == stream.content


def test_a_compiled_folder_runs_without_a_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Zero weights, zero state: what the folder's control objects make the cores do is zero too."""
    plan = plan_encoder(small_encoder(), NPU1, (BlockKind.FINAL,))
    build(emit(plan, "small", "E1"), tmp_path)
    assert run_command(["sim", str(tmp_path), "--out", f"out={tmp_path / 'out.npy'}"]) == 0
    assert "(simulated)" in capsys.readouterr().out
    assert not np.load(tmp_path / "out.npy").view(np.uint16).any()
