"""What the shims move for one GEMM, step by step: which BD, from where, in what order.

Between plan and emission, and free of MLIR, so that its maths can be tested by itself. The layouts
of the host buffers are those of `kernels/layout.py`.

A step is one block row of the output (without residual: up to 64 blocks of it, which is what a BD's
iteration field can repeat; with residual: one block). In each step every shim has at most one task
a stream: x, weight, residual, out. Two steps are in flight: a step may start when the step before
last has been waited for, and then takes over its BDs. So a channel never has more than four tasks
in its queue (the weight stream: two of weights, two of residuals).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aiec.ir.design import GemmPlan, GemmShape
from aiec.ir.encoder import EncoderPlan
from aiec.ir.errors import CodegenError
from aiec.ir.target import DmaLimits

STEPS_IN_FLIGHT = 2
ROLES = ("x", "weight", "residual", "out")
ELEMENT_BYTES = 2  # every host buffer is seen as bf16


@dataclass(frozen=True, slots=True)
class Transfer:
    """One shim task. Sizes and strides in elements, outermost first, as in the printed text.

    `sizes[0]` repeats the other three, `strides[0]` apart (0: the same data again).
    """

    role: str  # x | weight | residual | out
    lane: int  # array row for x, column for the others
    bd: int
    offset: int
    sizes: tuple[int, int, int, int]
    strides: tuple[int, int, int, int]

    @property
    def linear(self) -> bool:
        """Contiguous, so that the shim needs no wraps for it."""
        return self.sizes[1:3] == (1, 1) and self.strides[1:] == (0, 0, 1)


@dataclass(frozen=True, slots=True)
class Step:
    """Transfers that are issued together; the output of each column ends the step."""

    transfers: tuple[Transfer, ...]


def x_column(plan: GemmPlan | EncoderPlan, row: int) -> int:
    """The column whose shim and mem tile bring x to an array row: rows spread over the columns."""
    return row * (plan.columns // plan.rows)


def steps(plan: GemmPlan, shape: GemmShape) -> Iterator[Step]:
    """The steps of `shape` in order; `CodegenError` where a pattern exceeds a BD's fields."""
    blocks_m, blocks_n = shape.mp // plan.block_m, shape.np // plan.block_n
    span = 1 if shape.gemm.residual else plan.target.shim.iteration_wrap
    number = 0
    for i in range(blocks_m):
        for j in range(0, blocks_n, span):
            width = min(span, blocks_n - j)
            transfers = tuple(_transfers(plan, shape, i, j, width, number % STEPS_IN_FLIGHT))
            for transfer in transfers:
                check(transfer, plan.target.shim, shape.gemm.label)
            yield Step(transfers)
            number += 1


def _transfers(
    plan: GemmPlan, shape: GemmShape, i: int, j: int, width: int, slot: int
) -> Iterator[Transfer]:
    def bd(role: str) -> int:
        return slot * len(ROLES) + ROLES.index(role)

    # Outputs first, so that no result ever waits for its BD to be written.
    for column in range(plan.columns):
        yield _out(plan, shape, i, j, width, column, bd("out"))
    for column in range(plan.columns):
        yield _weight(plan, shape, j, width, column, bd("weight"))
        if shape.gemm.residual:
            yield _residual(plan, shape, i, j, column, bd("residual"))
    for row in range(plan.rows):
        yield _x(plan, shape, i, width, row, bd("x"))


def _x(plan: GemmPlan, shape: GemmShape, i: int, width: int, row: int, bd: int) -> Transfer:
    """x (mp, kp) row-major: m rows in pieces of k_l2 columns, the same again for each block."""
    tiling = plan.tiling
    return Transfer(
        "x",
        row,
        bd,
        offset=(i * plan.block_m + row * tiling.m) * shape.kp,
        sizes=(width, shape.kp // tiling.k_l2, tiling.m, tiling.k_l2),
        strides=(0, tiling.k_l2, shape.kp, 1),
    )


def _weight(plan: GemmPlan, shape: GemmShape, j: int, width: int, column: int, bd: int) -> Transfer:
    """Weights [column][block][k tile] objects: those of `width` blocks lie one after another."""
    block = shape.kp // plan.tiling.k * plan.tiling.w_bytes // ELEMENT_BYTES
    blocks_n = shape.np // plan.block_n
    return _linear("weight", column, bd, (column * blocks_n + j) * block, width * block)


def _residual(plan: GemmPlan, shape: GemmShape, i: int, j: int, column: int, bd: int) -> Transfer:
    """Residuals [column][i][j][row] objects: one for each array row."""
    block = plan.rows * plan.tiling.w_bytes // ELEMENT_BYTES
    blocks_m, blocks_n = shape.mp // plan.block_m, shape.np // plan.block_n
    return _linear("residual", column, bd, ((column * blocks_m + i) * blocks_n + j) * block, block)


def _out(
    plan: GemmPlan, shape: GemmShape, i: int, j: int, width: int, column: int, bd: int
) -> Transfer:
    """out (mp, np) row-major: for each block, block_m rows of the column's n."""
    n = plan.tiling.n
    return Transfer(
        "out",
        column,
        bd,
        offset=i * plan.block_m * shape.np + j * plan.block_n + column * n,
        sizes=(1, width, plan.block_m, n),
        strides=(0, plan.block_n, shape.np, 1),
    )


def _linear(role: str, lane: int, bd: int, offset: int, length: int) -> Transfer:
    return Transfer(role, lane, bd, offset, (1, 1, 1, length), (0, 0, 0, 1))


def check(transfer: Transfer, shim: DmaLimits, label: str) -> None:
    """Raise `CodegenError` where a transfer does not fit the fields of a shim's BD.

    Rules: mlir-aie's verifier of `npu.dma_memcpy_nd`. Wraps bind the two inner dimensions (the
    third is implied by the length); a linear transfer has none.
    """
    words = [stride * ELEMENT_BYTES // 4 for stride in transfer.strides[:3]]
    wrap = (1 << shim.wrap_bits) - 1
    faults = (
        (transfer.sizes[0] > shim.iteration_wrap, f"repeats over {shim.iteration_wrap}"),
        (not transfer.linear and transfer.sizes[2] > wrap, f"a second size over {wrap}"),
        (
            not transfer.linear and transfer.sizes[3] * ELEMENT_BYTES // 4 > wrap,
            f"an inner size over {wrap} words",
        ),
        (max(words) > 1 << shim.step_bits, f"a stride over {1 << shim.step_bits} words"),
        (transfer.offset * ELEMENT_BYTES % 4 != 0, "an offset that is no multiple of 4 bytes"),
        (
            transfer.sizes[3] * ELEMENT_BYTES % 4 != 0,
            "an inner size that is no multiple of 4 bytes",
        ),
    )
    for fault, name in faults:
        if fault:
            raise CodegenError(
                f"{label}: the {transfer.role} transfer needs {name}",
                where=f"sizes {transfer.sizes}, strides {transfer.strides}",
                todo="force this op to the CPU with force_cpu",
            )
