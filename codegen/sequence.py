"""The runtime sequence of one GEMM: the transfers step by step, and the cores' parameters.

Emitted after the array. A sequence leaves the array as it found it: every core waiting for the next
parameters, every queue empty.
"""

from __future__ import annotations

from xdsl.dialects.builtin import MemRefType, bf16
from xdsl.ir import SSAValue

from aiec.codegen import ops
from aiec.codegen.array import SHIM_OUT_CHANNEL, WEIGHT_CHANNEL, X_CHANNEL, Array
from aiec.codegen.core_program import ACTIVATION, K_TILE_PAIRS, OUTPUT_TILES, RESIDUAL
from aiec.codegen.gemm_transfers import ELEMENT_BYTES, STEPS_IN_FLIGHT, Transfer, steps, x_column
from aiec.ir.design import Argument, GemmPlan, GemmShape, Sequence
from aiec.ir.graph import Activation
from aiec.kernels import layout
from aiec.kernels.gemm_bf16 import GELU, NONE


def declare_shim_channels(plan: GemmPlan, array: Array) -> None:
    """Name the shims' channels, for the sequences to refer to."""
    for row in range(plan.rows):
        shim = array.shims[x_column(plan, row)]
        ops.shim_channel(_channel("x", row), shim, "MM2S", X_CHANNEL)
    for column, shim in enumerate(array.shims):
        ops.shim_channel(_channel("weight", column), shim, "MM2S", WEIGHT_CHANNEL)
        ops.shim_channel(_channel("out", column), shim, "S2MM", SHIM_OUT_CHANNEL)


def describe_sequence(plan: GemmPlan, shape: GemmShape) -> Sequence:
    """The host's side of the sequence for `shape`: its symbol and buffers, in order."""
    arguments = [
        Argument("x", layout.x_nbytes(shape)),
        Argument("weight", layout.weight_nbytes(plan, shape)),
    ]
    if shape.gemm.residual:
        arguments.append(Argument("residual", layout.residual_nbytes(plan, shape)))
    arguments.append(Argument("out", layout.out_nbytes(shape)))
    return Sequence(shape.gemm.label, shape, tuple(arguments))


def emit_sequence(plan: GemmPlan, sequence: Sequence, array: Array) -> None:
    """Emit `sequence` at the insertion point."""
    roles = [a.role for a in sequence.arguments]
    types = [MemRefType(bf16, [a.nbytes // ELEMENT_BYTES]) for a in sequence.arguments]
    with ops.runtime_sequence(sequence.symbol, roles, types) as buffers:
        _run_steps(plan, sequence.shape, array, dict(zip(roles, buffers, strict=True)))


def parameters(plan: GemmPlan, shape: GemmShape) -> tuple[int, int, int, int]:
    """The four words that every core reads before it starts."""
    words = {
        OUTPUT_TILES: (shape.mp // plan.block_m) * (shape.np // plan.block_n),
        K_TILE_PAIRS: shape.kp // plan.tiling.k // 2,
        ACTIVATION: GELU if shape.gemm.activation is Activation.GELU else NONE,
        RESIDUAL: int(shape.gemm.residual),
    }
    return words[0], words[1], words[2], words[3]


def _start_cores(plan: GemmPlan, shape: GemmShape, array: Array) -> None:
    words = parameters(plan, shape)
    for column in array.cores:
        for core in column:
            for index, word in enumerate(words):
                ops.rtp_write(core.rtp_symbol, index, word)
            ops.set_lock(core.ready, 1)


def _run_steps(
    plan: GemmPlan, shape: GemmShape, array: Array, buffers: dict[str, SSAValue]
) -> None:
    in_flight = 0
    for number, step in enumerate(steps(plan, shape)):
        if in_flight == STEPS_IN_FLIGHT:
            _wait_for_outputs(plan)  # of the step whose descriptors this one takes
            in_flight -= 1
        for transfer in step.transfers:
            _issue(transfer, buffers[transfer.role])
        in_flight += 1
        if number == 0:
            _start_cores(plan, shape, array)  # while the first data is on its way
    for _ in range(in_flight):
        _wait_for_outputs(plan)


def _issue(transfer: Transfer, buffer: SSAValue) -> None:
    ops.dma_memcpy_nd(
        buffer,
        _channel(transfer.role, transfer.lane),
        transfer.bd,
        offsets=(0, 0, 0, transfer.offset),
        sizes=transfer.sizes,
        strides=transfer.strides,
    )


def _wait_for_outputs(plan: GemmPlan) -> None:
    for column in range(plan.columns):
        ops.dma_wait(_channel("out", column))


def _channel(role: str, lane: int) -> str:
    if role == "x":
        return f"x_row{lane}"
    # Residuals ride the weight stream.
    return f"weight_col{lane}" if role in ("weight", "residual") else f"out_col{lane}"
