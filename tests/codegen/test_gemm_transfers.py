"""The shims' transfers: every element exactly as often as it is needed, and in order."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import pytest

from aiec.codegen.gemm_transfers import Step, Transfer, check, steps, x_column
from aiec.codegen.plan_gemm import plan
from aiec.ir.design import GemmPlan, GemmShape, GemmTiling
from aiec.ir.errors import CodegenError
from aiec.ir.graph import Gemm
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels import layout
from aiec.kernels.layout import padded_shape

TILING = GemmTiling(16, 16, 16, 4, 8, 4, k_l2=32)


def small(gemm: Gemm, target: Target = NPU1) -> tuple[GemmPlan, GemmShape]:
    shape = padded_shape(gemm, TILING, target.core_rows, target.columns)
    return GemmPlan(target, TILING, target.columns, target.core_rows, (shape,), ""), shape


def elements(transfer: Transfer) -> list[int]:
    """Element numbers in the order of the stream."""
    ranges = [range(size) for size in transfer.sizes]
    return [
        transfer.offset + sum(i * s for i, s in zip(index, transfer.strides, strict=True))
        for index in itertools.product(*ranges)
    ]


def of_role(made: list[Step], role: str, lane: int | None = None) -> list[Transfer]:
    return [t for s in made for t in s.transfers if t.role == role and lane in (None, t.lane)]


@pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)
def test_outputs_cover_the_buffer_once(target: Target) -> None:
    made, shape = small(Gemm(200, 50, 300), target)
    written = Counter(e for t in of_role(list(steps(made, shape)), "out") for e in elements(t))
    assert set(written) == set(range(layout.out_nbytes(shape) // 2))
    assert set(written.values()) == {1}


def test_weights_are_read_once_a_block_row_in_memory_order() -> None:
    made, shape = small(Gemm(200, 50, 300))
    moved = of_role(list(steps(made, shape)), "weight", lane=1)
    per_column = layout.weight_nbytes(made, shape) // 2 // made.columns
    assert len(moved) == shape.mp // made.block_m
    assert all(elements(t) == list(range(per_column, 2 * per_column)) for t in moved)
    assert all(t.linear for t in moved)


def test_x_of_a_row_comes_once_a_block_column_in_pieces_of_k_l2() -> None:
    made, shape = small(Gemm(128, 64, 128))
    stream = [e for t in of_role(list(steps(made, shape)), "x", lane=2) for e in elements(t)]
    expected = [
        (i * made.block_m + 2 * TILING.m + row) * shape.kp + piece * TILING.k_l2 + k
        for i in range(shape.mp // made.block_m)
        for _ in range(shape.np // made.block_n)
        for piece in range(shape.kp // TILING.k_l2)
        for row in range(TILING.m)
        for k in range(TILING.k_l2)
    ]
    assert stream == expected


def test_residuals_follow_the_weights_of_their_block() -> None:
    made, shape = small(Gemm(128, 64, 128, residual=True))
    moved = [t for s in steps(made, shape) for t in s.transfers if t.lane == 3]
    roles = [t.role for t in moved if t.role in ("weight", "residual")]
    assert roles == ["weight", "residual"] * 4
    read = Counter(e for t in of_role(list(steps(made, shape)), "residual") for e in elements(t))
    assert set(read) == set(range(layout.residual_nbytes(made, shape) // 2))
    assert set(read.values()) == {1}


def test_rows_of_x_enter_on_columns_of_their_own() -> None:
    for target in (NPU1, NPU2):
        made, _ = small(Gemm(64, 64, 64), target)
        assert len({x_column(made, row) for row in range(made.rows)}) == made.rows


@pytest.mark.parametrize("residual", [False, True])
def test_descriptors_and_queues_of_two_steps_fit_a_shim(residual: bool) -> None:
    made = plan((Gemm(1500, 5120, 20000, residual=residual),), NPU2)
    window: list[Step] = []
    for step in steps(made, made.shapes[0]):
        window = [*window[-1:], step]
        for column in range(made.columns):
            here = [
                t
                for s in window
                for t in s.transfers
                if (x_column(made, t.lane) if t.role == "x" else t.lane) == column
            ]
            ids = [t.bd for t in here]
            assert len(set(ids)) == len(ids) <= NPU2.shim.bds and max(ids) < NPU2.shim.bds
            for roles in (("x",), ("weight", "residual"), ("out",)):
                queued = sum(t.role in roles for t in here)
                assert queued <= NPU2.shim.queue_depth


def test_more_block_columns_than_a_descriptor_repeats_are_split() -> None:
    made, shape = small(Gemm(64, 32, 65 * 64))
    moved = of_role(list(steps(made, shape)), "x", lane=0)
    assert [t.sizes[0] for t in moved] == [64, 1]


BASE = Transfer("x", 0, 0, 0, (2, 2, 16, 32), (0, 32, 64, 1))


@pytest.mark.parametrize(
    ("transfer", "message"),
    [
        (replace(BASE, sizes=(65, 2, 16, 32)), "the x transfer needs repeats over 64"),
        (replace(BASE, sizes=(2, 2, 1024, 32)), "needs a second size over 1023"),
        (replace(BASE, sizes=(2, 2, 16, 2048)), "needs an inner size over 1023 words"),
        (replace(BASE, strides=(0, 32, 1 << 22, 1)), "needs a stride over 1048576 words"),
        (replace(BASE, offset=3), "needs an offset that is no multiple of 4 bytes"),
        (replace(BASE, sizes=(2, 2, 16, 31)), "needs an inner size that is no multiple of 4"),
    ],
)
def test_transfers_that_no_descriptor_holds_are_refused(transfer: Transfer, message: str) -> None:
    _, shape = small(Gemm(64, 64, 64))
    with pytest.raises(CodegenError, match=message):
        check(transfer, NPU1.shim, shape.gemm.label)


def test_long_linear_transfers_are_exempt_from_wraps() -> None:
    _, shape = small(Gemm(64, 64, 64))
    check(
        Transfer("weight", 0, 0, 0, (1, 1, 1, 1 << 24), (0, 0, 0, 1)), NPU1.shim, shape.gemm.label
    )
