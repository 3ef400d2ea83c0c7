"""The program of a core: one endless loop that serves every GEMM by its runtime parameters.

    wait until the runtime sequence has written the parameters and set `ready` to 1
    for each output tile:
        for each pair of k tiles: multiply x0, w0, then x1, w1
        if there is a residual: of the four residual objects that follow, add the row's own
        store the accumulator, through the activation, as bf16

Waiting is for equality and leaves the lock's value; the release after the parameters are read makes
it 2, so the loop's next round waits for the sequence's next 1.
"""

from __future__ import annotations

from xdsl.dialects import arith, func, memref
from xdsl.dialects.builtin import IndexType, i32
from xdsl.ir import SSAValue

from aiec.codegen import ops
from aiec.codegen.array import Core, LockPair
from aiec.ir.design import GemmPlan
from aiec.kernels.gemm_bf16 import GEMM_BF16, GEMM_BF16_RESIDUAL, GEMM_BF16_STORE
from aiec.kernels.tile_memory import STACK_BYTES

# Words of the runtime parameters.
PARAMETERS = ("output_tiles", "k_tile_pairs", "activation", "residual")
OUTPUT_TILES, K_TILE_PAIRS, ACTIVATION, RESIDUAL = range(len(PARAMETERS))
FOREVER = (1 << 63) - 1


def emit_core(core: Core, plan: GemmPlan, link_with: str | None) -> None:
    """Emit the program of `core`, which links with an object file if one is given."""
    with ops.core(core.tile, STACK_BYTES, link_with):
        zero, one = ops.index(0, "zero"), ops.index(1, "one")
        with ops.loop(zero, ops.index(FOREVER, "forever"), one, "run"):
            ops.acquire_equal(core.ready, 1)
            parameters = [_parameter(core, word) for word in range(len(PARAMETERS))]
            ops.release(core.ready, 1)
            tiles = _to_index(parameters[OUTPUT_TILES], "tiles")
            with ops.loop(zero, tiles, one, "tile"):
                _emit_tile(core, plan, parameters, zero, one)


def _emit_tile(
    core: Core, plan: GemmPlan, parameters: list[SSAValue], zero: SSAValue, one: SSAValue
) -> None:
    pairs = _to_index(parameters[K_TILE_PAIRS], "pairs")
    with ops.loop(zero, pairs, one, "pair") as pair:
        is_first = arith.CmpiOp(pair, zero, "eq").result
        first = ops.named(arith.ExtUIOp(is_first, i32).result, "first")
        _emit_multiply(core, 0, first)
        _emit_multiply(core, 1, ops.constant(0))
    has_residual = arith.CmpiOp(parameters[RESIDUAL], ops.constant(0), "ne").result
    with ops.when(has_residual):
        _emit_residual(core, plan)
    with ops.held(core.out_locks.empty, core.out_locks.full):
        _call(GEMM_BF16_STORE.symbol, core.acc, core.out, parameters[ACTIVATION])


def _emit_multiply(core: Core, parity: int, first: SSAValue) -> None:
    with consumed(core.x_locks), consumed(core.w_locks):
        _call(GEMM_BF16.symbol, core.x[parity], core.w[parity], core.acc, first)


def _emit_residual(core: Core, plan: GemmPlan) -> None:
    # As many objects as rows come down the column to all its cores; k tiles are even in number, so
    # the first lies in w0.
    for row in range(plan.rows):
        with consumed(core.w_locks):
            if row == core.row:
                _call(GEMM_BF16_RESIDUAL.symbol, core.w[row % 2], core.acc)


def consumed(locks: LockPair) -> ops.Held:
    """Hold a filled object, then free it."""
    return ops.held(locks.full, locks.empty)


def _parameter(core: Core, word: int) -> SSAValue:
    return ops.named(memref.LoadOp.get(core.rtp, [ops.index(word)]).res, PARAMETERS[word])


def _to_index(value: SSAValue, name: str) -> SSAValue:
    return ops.named(arith.IndexCastOp(value, IndexType()).result, name)


def _call(symbol: str, *arguments: SSAValue) -> None:
    func.CallOp(symbol, arguments, [])
