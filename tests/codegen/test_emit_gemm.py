"""The emitted text: golden files, what it parses back to, and the hardware's limits in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import TypeVar

import pytest
from encoder_shapes import encoder_gemms
from xdsl.dialects.builtin import FixedBitwidthType, MemRefType, ModuleOp, i32
from xdsl.ir import Operation
from xdsl.utils.test_value import create_ssa_value

from aiec.codegen.dialects import parse
from aiec.codegen.dialects.dma import DmaBdOp, DmaStartOp
from aiec.codegen.dialects.locks import LockOp, UseLockOp
from aiec.codegen.dialects.npu import NpuDmaMemcpyNdOp, NpuDmaWaitOp
from aiec.codegen.dialects.routing import FlowOp
from aiec.codegen.dialects.structure import (
    BufferOp,
    CoreOp,
    MemOp,
    MemTileDmaOp,
    RuntimeSequenceOp,
    tile_of,
)
from aiec.codegen.dma_blocks import Chain, Descriptor
from aiec.codegen.dma_chains import check_chains, out_unblocking, x_blocking
from aiec.codegen.emit_gemm import emit
from aiec.codegen.plan_gemm import plan
from aiec.ir.design import Design, GemmPlan, GemmTiling
from aiec.ir.errors import CodegenError, DesignError
from aiec.ir.graph import Activation, Gemm
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels.layout import padded_shape
from aiec.kernels.tile_memory import STACK_BYTES

OpT = TypeVar("OpT", bound=Operation)

TILING = GemmTiling(16, 16, 16, 4, 8, 4, k_l2=32)
GEMMS = (Gemm(50, 40, 70, activation=Activation.GELU), Gemm(100, 70, 100, residual=True))


def small_plan(target: Target = NPU1) -> GemmPlan:
    shapes = tuple(padded_shape(g, TILING, target.core_rows, target.columns) for g in GEMMS)
    return GemmPlan(target, TILING, target.columns, target.core_rows, shapes, "")


@pytest.fixture(scope="module", params=[NPU1, NPU2], ids=["npu1", "npu2"])
def design(request: pytest.FixtureRequest) -> Design:
    target: Target = request.param
    gemms = encoder_gemms(384)
    return emit(plan((gemms[0], *gemms[2:4]), target), "tiny")


@pytest.fixture(scope="module")
def module(design: Design) -> ModuleOp:
    return parse(design.text)


def ops(module: ModuleOp, kind: type[OpT]) -> list[OpT]:
    return [op for op in module.walk() if isinstance(op, kind)]


@pytest.mark.parametrize("epoch", ["E1", "E2"])
def test_golden(epoch: str, golden: Callable[[str, str], None]) -> None:
    golden(f"two_gemms_{epoch}.mlir", emit(small_plan(), "two", epoch).text)


def test_both_epochs_say_the_same() -> None:
    texts = [emit(small_plan(), "two", epoch).text for epoch in ("E1", "E2")]
    one, other = (Counter(op.name for op in parse(t).walk()) for t in texts)
    del one["arith.constant"], other["arith.constant"]  # E2 gives lock values as constants
    assert one == other


def test_emission_is_deterministic() -> None:
    assert emit(small_plan(), "two").text == emit(small_plan(), "two").text


def test_sequences_and_kernels_of_the_design() -> None:
    made = emit(small_plan(), "two")
    roles = [[a.role for a in s.arguments] for s in made.sequences]
    assert roles == [["x", "weight", "out"], ["x", "weight", "residual", "out"]]
    assert made.sequence_for(GEMMS[1]).symbol == "gemm_100x70x100_bias_res"
    assert made.kernels[0].symbols == ("gemm_bf16", "gemm_bf16_residual", "gemm_bf16_store")
    symbols = [op.sym_name.data for op in ops(parse(made.text), RuntimeSequenceOp)]
    assert symbols == [s.symbol for s in made.sequences]


def test_symbols_are_unique(module: ModuleOp) -> None:
    names = [op.properties["sym_name"] for op in module.walk() if "sym_name" in op.properties]
    assert max(Counter(names).values()) == 1


def test_every_core_of_the_target_works(design: Design, module: ModuleOp) -> None:
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
        stack = 0 if tile[1] == 1 else STACK_BYTES
        room = target.mem_tile_bytes if tile[1] == 1 else target.core_memory_bytes
        assert nbytes + stack <= room


def test_descriptors_fit_each_dma(design: Design, module: ModuleOp) -> None:
    target = design.plan.target
    for op in [*ops(module, MemOp), *ops(module, MemTileDmaOp)]:
        limits = target.mem if isinstance(op, MemTileDmaOp) else target.core
        parity: Counter[int] = Counter()
        for start in op.walk():
            if isinstance(start, DmaStartOp):
                parity[start.channel.value.data % 2] += ring_length(start)
        assert sum(parity.values()) <= limits.bds
        if isinstance(op, MemTileDmaOp):
            assert max(parity.values()) <= limits.bds // 2
        for bd in op.walk():
            if isinstance(bd, DmaBdOp):
                assert_descriptor_fits(bd, limits.dims, limits.wrap_bits, limits.length_bits)


def ring_length(start: DmaStartOp) -> int:
    block, count = start.dest, 0
    while True:
        count += 1
        assert block.last_op is not None
        (block,) = block.last_op.successors
        if block is start.dest:
            return count


def assert_descriptor_fits(bd: DmaBdOp, dims: int, wrap_bits: int, length_bits: int) -> None:
    assert isinstance(bd.length, int) and bd.length * 2 % 4 == 0
    assert bd.length // 2 < 1 << length_bits
    assert len(bd.dims) <= dims
    product = 1
    for size, stride in bd.dims:
        assert isinstance(size, int) and isinstance(stride, int)
        assert 0 < size <= 512 < 1 << wrap_bits and stride > 0
        product *= size
    assert not bd.dims or product == bd.length


def test_descriptors_hold_one_acquire_and_one_release(module: ModuleOp) -> None:
    for bd in ops(module, DmaBdOp):
        assert bd.parent is not None
        uses = [op.action.data for op in bd.parent.ops if isinstance(op, UseLockOp)]
        assert uses == ["AcquireGreaterEqual", "Release"]


def test_no_port_receives_two_streams(module: ModuleOp) -> None:
    ends: Counter[tuple[tuple[int, int], int]] = Counter()
    for op in ops(module, FlowOp):
        ends[tile_of(op.dest), op.dest_channel.value.data] += 1
    assert max(ends.values()) == 1


def test_each_output_task_is_waited_for_once(module: ModuleOp) -> None:
    for sequence in ops(module, RuntimeSequenceOp):
        issued = Counter(
            op.metadata.string_value() for op in sequence.walk() if isinstance(op, NpuDmaMemcpyNdOp)
        )
        waited = Counter(
            op.symbol.string_value() for op in sequence.walk() if isinstance(op, NpuDmaWaitOp)
        )
        outputs = {name: n for name, n in issued.items() if name.startswith("out_")}
        assert waited == outputs


def test_large_v3_is_emitted_with_legal_transfers() -> None:
    made = emit(plan((Gemm(1500, 5120, 1280, residual=True), Gemm(1500, 1280, 5120)), NPU1), "l")
    assert made.text.count("dma_memcpy_nd") > 0


def test_buffers_that_pack_into_no_banks_are_laid_end_to_end() -> None:
    tiling = GemmTiling(64, 64, 64, 4, 8, 4, k_l2=64)
    gemm = Gemm(64, 64, 64)
    made = emit(GemmPlan(NPU1, tiling, 4, 4, (padded_shape(gemm, tiling, 4, 4),), ""), "one")
    assert made.text.count('{allocation_scheme = "basic-sequential"}') == NPU1.cores
    assert "mem_bank" not in made.text and "mem_bank" in emit(small_plan(), "two").text


def test_x_blocking_by_its_definition() -> None:
    layout = x_blocking(TILING)
    t = TILING
    addresses = walk(layout.sizes, layout.strides)
    for position, address in enumerate(addresses):
        row, column = divmod(position, t.k_l2)
        expected = column // t.s * (t.m * t.s) + row * t.s + column % t.s
        assert address == expected


def test_out_unblocking_by_its_definition() -> None:
    layout = out_unblocking(TILING)
    t = TILING
    for position, address in enumerate(walk(layout.sizes, layout.strides)):
        row, column = divmod(position, t.n)
        block = row // t.r * (t.n // t.t) + column // t.t
        assert address == block * t.r * t.t + row % t.r * t.t + column % t.t


def walk(sizes: tuple[int, ...], strides: tuple[int, ...]) -> list[int]:
    addresses = [0]
    for size, stride in zip(sizes, strides, strict=True):
        addresses = [a + i * stride for a in addresses for i in range(size)]
    return addresses


def test_too_many_descriptors_of_a_parity_are_refused() -> None:
    value = create_ssa_value(i32)
    chain = Chain("S2MM", 3, (Descriptor(value, 0, 4, value, value),) * 25)
    with pytest.raises(CodegenError, match="25 buffer descriptors on the odd channels; at mem"):
        check_chains((chain,), "mem tile 0", NPU1)


def test_an_unknown_epoch_is_refused() -> None:
    with pytest.raises(DesignError, match="no printer for epoch 'E7'"):
        emit(small_plan(), "two", "E7")
