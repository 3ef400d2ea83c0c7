"""Transfer: what a shim moves in one task, and the limits of a descriptor's fields.

Between plan and emission, and free of MLIR. Those of a step are in `encoder_transfers.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiec.ir.encoder import EncoderPlan
from aiec.ir.errors import CodegenError
from aiec.ir.target import DmaLimits

ELEMENT_BYTES = 2  # every host buffer is seen as bf16


@dataclass(frozen=True, slots=True)
class Transfer:
    """One shim task. Sizes and strides in elements, outermost first, as in the printed text.

    `sizes[0]` repeats the other three, `strides[0]` apart (0: the same data again).
    """

    role: str  # the stream: x | w | out
    lane: int  # array row for x, column for the others
    bd: int
    offset: int
    sizes: tuple[int, int, int, int]
    strides: tuple[int, int, int, int]

    @property
    def linear(self) -> bool:
        """Contiguous, so that the shim needs no wraps for it."""
        return self.sizes[1:3] == (1, 1) and self.strides[1:] == (0, 0, 1)


def x_column(plan: EncoderPlan, row: int) -> int:
    """The column whose shim and mem tile bring x to an array row: rows spread over the columns."""
    return row * (plan.columns // plan.rows)


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
