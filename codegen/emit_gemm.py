"""Emit: a `GemmPlan` becomes MLIR-AIE text, in the low-level form (buffers, locks, descriptors).

One `aie.device`: the array is configured once, and every GEMM of the plan is a runtime sequence
that writes parameters and drives the shims. Built from the op classes of `codegen/dialects`,
verified, and printed for the epoch asked for. Refuses plans whose transfers or descriptors exceed
the hardware.
"""

from __future__ import annotations

from xdsl.dialects.builtin import MemRefType
from xdsl.ir import Attribute

from aiec.codegen import ops
from aiec.codegen.array import Array, declare_array
from aiec.codegen.core_program import emit_core
from aiec.codegen.dialects import print_module
from aiec.codegen.dma_blocks import core_dma, mem_tile_dma
from aiec.codegen.dma_chains import check_chains, core_chains, mem_tile_chains
from aiec.codegen.instructions import streams
from aiec.codegen.sequence import declare_shim_channels, describe_sequence, emit_sequence
from aiec.ir.design import Design, GemmPlan, GemmTiling, Sequence
from aiec.kernels.gemm_bf16 import GEMM_BF16, GEMM_BF16_RESIDUAL, GEMM_BF16_STORE, kernel_build
from aiec.kernels.spec import Parameter


def emit(plan: GemmPlan, name: str, epoch: str = "E2") -> Design:
    """Return the design of `plan`, with text for `epoch` ("E1" or "E2"). Raises `CodegenError`."""
    sequences = tuple(describe_sequence(plan, shape) for shape in plan.shapes)
    with ops.module() as module, ops.device(plan.target.aie_device):
        kernels = kernel_build(plan.tiling)
        # E1 knows objects of a core, E2 those of a function and calls the former deprecated.
        _declare_kernels(plan, kernels.object if epoch == "E2" else None)
        array = declare_array(plan)
        _emit_programs(plan, array, kernels.object if epoch == "E1" else None)
        _emit_sequences(plan, sequences, array)
    module.verify()
    text = print_module(module, epoch)
    return Design(name, epoch, text, plan, sequences, (kernels,), streams(module, epoch))


def _declare_kernels(plan: GemmPlan, link_with: str | None) -> None:
    for spec in (GEMM_BF16, GEMM_BF16_RESIDUAL, GEMM_BF16_STORE):
        types = [_type(p, plan.tiling) for p in spec.parameters]
        ops.external_function(spec.symbol, types, link_with)


def _type(parameter: Parameter, tiling: GemmTiling) -> Attribute:
    element = ops.ELEMENT_TYPES[parameter.dtype]
    return MemRefType(element, [parameter.elems(tiling)]) if parameter.elems else element


def _emit_programs(plan: GemmPlan, array: Array, link_with: str | None) -> None:
    for column in array.cores:
        for core in column:
            emit_core(core, plan, link_with)
            core_dma(core.tile, core_chains(core, plan.tiling))
    for column, mem in enumerate(array.mem_tiles):
        chains = mem_tile_chains(mem, plan.tiling)
        check_chains(chains, f"mem tile {column}", plan.target)
        mem_tile_dma(mem.tile, chains)


def _emit_sequences(plan: GemmPlan, sequences: tuple[Sequence, ...], array: Array) -> None:
    declare_shim_channels(plan, array)
    for sequence in sequences:
        emit_sequence(plan, sequence, array)
