"""How long the GEMM kernels run on a core, counted in issue slots of its pipeline.

A core issues, each cycle, at most one vector operation, two vector loads and one vector store; a
software-pipelined loop runs at the rate of its fullest slot, and each register block pays once for
filling the pipeline and for moving its accumulators. Source of slots and latencies: AM020 and the
open ISA study of Friedrich Schiller University Jena (scalable-analyses/xdna); of what compiled code
reaches: arXiv:2512.13282 (TAKA), allo's mlir-aie traces, VEGAH (Npu-Embeddings, notes 0003, 0049).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from aiec.ir.design import GemmTiling
from aiec.ir.target import Target

GEMM_SOURCE = (
    "issue slots; within 2 % of allo's 64x64x64 (npu1) and VEGAH's 64x64x32, 64x64x48 (npu2), all "
    "open compiler; the closed compiler is 12 to 20 % faster on npu1 (TAKA). Uncertainty 15 %"
)
ELEMENTWISE_SOURCE = (
    "issue slots times the stretch of VEGAH's zero fill (npu2); GELU by its vector operations. "
    "Not measured on a device. Uncertainty a factor of 1.5"
)


@dataclass(frozen=True, slots=True)
class CoreTiming:
    """What the kernels cost on one ISA, in cycles."""

    block: tuple[int, int]  # instructions a register block, rows and columns (cpp/gemm_bf16.cc)
    step: int  # one k-step of a register block
    block_overhead: int  # accumulators in and out, pipeline fill
    lanes: int  # fp32 elements of an element-wise operation
    store: float  # load, round and store `lanes` elements
    residual: float  # load both, add and store `lanes` elements
    gelu: float  # the operations of GELU


# A 64x48 fp32 fill, whose only limit is one 512-bit store a cycle, took 583 cycles for its 192
# stores. Source: VEGAH 0049.
_STRETCH = 583 / 192
# Entry, rounding mode, return: two jumps of 6 cycles, and the loop set-up. Source: Jena.
_CALL = 30
# GELU: 37 vector operations a vector. Four vectors go side by side, in two stages of which those of
# one round and the next overlap, so that no chain is longer than the operations; see cpp/gelu.h.
_GELU = 37.5

# What a linked core has beside its kernels: its loop and the start-up code. The same 880 bytes in
# eight builds by Peano. Source: ignite-xdna, docs/SILICON.md.
CORE_CODE_BYTES = 880

TIMING: dict[str, CoreTiming] = {
    # A step is 16 VMAC.F (its 16 256-bit loads take 8 cycles). A block loads 16 and stores 16
    # accumulators of 512 bits: 32 loads at two a cycle, 32 stores; the first load takes 7 cycles.
    "aie2": CoreTiming((4, 4), 16, 16 + 32 + 7, 16, 2 * _STRETCH, 2 * _STRETCH, _GELU),
    # A step is 4 products of 8 vector operations; shuffles that share the slot add 6 (fitted to
    # VEGAH 0049: 6,144 vector instructions of 7,897 cycles). A block moves 4 accumulators of 1024
    # bits: 8 loads at two a cycle, 8 stores; load and multiply take 7 and 6 cycles to fill.
    "aie2p": CoreTiming((2, 2), 38, 4 + 8 + 7 + 6, 32, 2 * _STRETCH, 2 * _STRETCH, _GELU),
}


def gemm(target: Target, tiling: GemmTiling, first: int = 0) -> int:
    """Cycles of `gemm_bf16`. `first` changes nothing: bias and accumulator load alike."""
    timing = TIMING[target.isa]
    rows, columns = timing.block
    blocks = (tiling.m // (rows * tiling.r)) * (tiling.n // (columns * tiling.t))
    return _CALL + blocks * (tiling.k // tiling.s * timing.step + timing.block_overhead)


def residual(target: Target, tiling: GemmTiling) -> int:
    """Cycles of `gemm_bf16_residual`."""
    timing = TIMING[target.isa]
    return _CALL + math.ceil(tiling.m * tiling.n / timing.lanes * timing.residual)


def store(target: Target, tiling: GemmTiling, activation: int = 0) -> int:
    """Cycles of `gemm_bf16_store`, with GELU if `activation` is 1."""
    timing = TIMING[target.isa]
    vectors = tiling.m * tiling.n / timing.lanes
    if activation:  # a last round of four vectors is to no purpose
        return _CALL + math.ceil((vectors + 4) * timing.gelu)
    return _CALL + math.ceil(vectors * timing.store)


def program_bytes(target: Target, symbol: str) -> int:
    """Program memory of a kernel of gemm_bf16.o, if each bundle is 16 B, as long as it can be.

    A pipelined loop has its body three times; the product's block begins in two ways.
    """
    timing = TIMING[target.isa]
    rows, columns = timing.block
    bundles = {
        "gemm_bf16": 3 * timing.step + timing.block_overhead + rows * columns,
        "gemm_bf16_residual": 3 * math.ceil(timing.residual),
        "gemm_bf16_store": 3 * math.ceil(timing.store) + math.ceil(4 * timing.gelu),
    }
    return 16 * (10 + bundles[symbol])
