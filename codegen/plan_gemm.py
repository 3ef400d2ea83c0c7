"""Plan: choose one tiling for all GEMMs of a design by searching the legal space.

Second-last stage before emission: `Gemm`s in, `GemmPlan` out. A tiling is legal where the kernel
takes it, a core and a mem tile can hold it, and every transfer fits a buffer descriptor. Among the
legal ones the one with the least predicted time over all the GEMMs wins (`kernels/gemm_cost.py`).

Refuses: GELU together with a residual (the kernel stores after the activation), no GEMM at all, and
GEMMs for which nothing is legal.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from aiec.ir.design import GemmPlan, GemmTiling
from aiec.ir.errors import CodegenError
from aiec.ir.graph import Activation, Gemm
from aiec.ir.target import Target
from aiec.kernels.gemm_bf16 import MMUL_SHAPE, REGISTER_BLOCK, broken_constraint
from aiec.kernels.gemm_cost import gemm_cost
from aiec.kernels.layout import padded_shape
from aiec.kernels.tile_memory import core_bytes, mem_tile_packs

MAX_TILE = 256  # of m, k and n: the accumulator alone fills a core's memory at 128 x 128
TIE = 0.005  # predictions closer than this are a toss-up; the cycle models claim 15 %
MAX_K_L2 = 512  # longest run that the mem tile's descriptor takes; longer runs gain nothing in DDR
# mlir-aie's verifier of `dma_bd` refuses a dimension over this, in both epochs.
MAX_BD_SIZE = 512


@dataclass(frozen=True, slots=True)
class Candidate:
    """A legal plan with its predicted cycles over all GEMMs."""

    cycles: float
    plan: GemmPlan


def plan(gemms: tuple[Gemm, ...], target: Target) -> GemmPlan:
    """Return the fastest legal plan that serves all of `gemms` on `target`.

    Deterministic. A near tie goes to the tiling with the fewest kernel calls, as what a call costs
    besides its loops is what the model knows least about. Raises `CodegenError`.
    """
    distinct = tuple(sorted(set(gemms)))
    _refuse_unsupported(distinct)
    candidates = sorted(_candidates(distinct, target), key=lambda c: c.cycles)
    if not candidates:
        raise CodegenError(
            f"no tiling on {target.name} serves all of {', '.join(g.label for g in distinct)}",
            todo="force some of these ops to the CPU with force_cpu",
        )
    return _explained(candidates)


def _refuse_unsupported(gemms: tuple[Gemm, ...]) -> None:
    if not gemms:
        raise CodegenError("there is no GEMM to plan", expected="at least one op on the NPU")
    for gemm in gemms:
        if gemm.residual and gemm.activation is not Activation.NONE:
            raise CodegenError(
                f"{gemm.label} has both a residual and {gemm.activation}",
                expected="one of them: the kernel adds the residual before the activation",
                todo="leave the addition outside of the GEMM",
            )


def _candidates(gemms: tuple[Gemm, ...], target: Target) -> Iterator[Candidate]:
    for tiling in _tilings(gemms, target):
        shapes = tuple(padded_shape(g, tiling, target.core_rows, target.columns) for g in gemms)
        choice = GemmPlan(target, tiling, target.columns, target.core_rows, shapes, why="")
        yield Candidate(sum(gemm_cost(choice, shape).total for shape in shapes), choice)


def _tilings(gemms: tuple[Gemm, ...], target: Target) -> Iterator[GemmTiling]:
    r, s, t = MMUL_SHAPE[target.isa]
    block_rows, block_columns = REGISTER_BLOCK[target.isa]
    for m in range(block_rows * r, MAX_TILE + 1, block_rows * r):
        for n in range(block_columns * t, MAX_TILE + 1, block_columns * t):
            for k in range(2 * s, MAX_TILE + 1, s):
                tiling = GemmTiling(m, k, n, r, s, t, k_l2=k)
                if core_bytes(tiling) > target.core_memory_bytes:
                    break  # a deeper k only needs more
                if broken_constraint(target, tiling) is None:
                    yield from _with_k_l2(tiling, gemms, target)


def _with_k_l2(tiling: GemmTiling, gemms: tuple[Gemm, ...], target: Target) -> Iterator[GemmTiling]:
    """The tiling with the longest legal run of x; no tiling if not even one k tile is legal."""
    k_tiles = math.gcd(*(_round_up(g.k, 2 * tiling.k) // tiling.k for g in gemms))
    for count in range(k_tiles, 0, -1):
        longer = GemmTiling(
            tiling.m, tiling.k, tiling.n, tiling.r, tiling.s, tiling.t, k_l2=count * tiling.k
        )
        if k_tiles % count == 0 and _mem_tile_refusal(longer, target) is None:
            yield longer
            return


def _mem_tile_refusal(tiling: GemmTiling, target: Target) -> str | None:
    """Which rule of the mem tile's or the cores' descriptors a tiling breaks; None if none."""
    sizes = (tiling.m // tiling.r, tiling.n // tiling.t, tiling.k_l2 // tiling.s)
    core_words = max(tiling.x_bytes, tiling.w_bytes, tiling.out_bytes) // 4
    strides = (tiling.m * tiling.s * 2 // 4, tiling.r * tiling.n * 2 // 4)
    rules = (
        (tiling.k_l2 <= MAX_K_L2, "runs of x are too long"),
        (max(sizes) <= MAX_BD_SIZE, "a dimension of a descriptor is too large"),
        (max(strides) <= 1 << target.mem.step_bits, "a stride of a descriptor is too large"),
        (core_words < 1 << target.core.length_bits, "an object is too long for a core's DMA"),
        (mem_tile_packs(tiling, target.core_rows, target), "the mem tile's banks are too small"),
    )
    return next((text for holds, text in rules if not holds), None)


def _explained(candidates: list[Candidate]) -> GemmPlan:
    """The best plan, with words on why, and what the next best would cost."""
    ties = [c for c in candidates if c.cycles <= (1 + TIE) * candidates[0].cycles]
    best = max(ties, key=lambda c: (_macs_per_call(c), -c.cycles))
    why = [
        f"{_name(best.plan.tiling)}: {best.cycles / best.plan.target.clock_hz * 1e6:.0f} us "
        f"predicted for {len(best.plan.shapes)} GEMMs, of {len(candidates)} legal tilings",
        _bounds(best.plan),
    ]
    if runner_up := next((c for c in candidates if c is not best), None):
        slower = (runner_up.cycles / best.cycles - 1) * 100
        tie = " (a toss-up; the choice has fewer kernel calls)" if slower <= 0 else ""
        why.append(f"runner-up {_name(runner_up.plan.tiling)}, {slower:+.1f} %{tie}")
    p = best.plan
    return GemmPlan(p.target, p.tiling, p.columns, p.rows, p.shapes, "; ".join(why))


def _macs_per_call(candidate: Candidate) -> int:
    t = candidate.plan.tiling
    return t.m * t.k * t.n


def _bounds(choice: GemmPlan) -> str:
    costs = [gemm_cost(choice, shape) for shape in choice.shapes]
    ddr_bound = sum(c.ddr > c.array for c in costs)
    useful = sum(s.gemm.macs for s in choice.shapes)
    made = sum(s.mp * s.kp * s.np for s in choice.shapes)
    return (
        f"{len(costs) - ddr_bound} bound by the array, {ddr_bound} by DDR; "
        f"{(1 - useful / made) * 100:.0f} % of the multiplications are padding"
    )


def _name(tiling: GemmTiling) -> str:
    return f"m={tiling.m} k={tiling.k} n={tiling.n}, x in runs of {tiling.k_l2}"


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
