"""Emit: an `EncoderPlan` becomes MLIR-AIE text in the low-level form (buffers, locks, descriptors).

One `aie.device`: the array is configured once, and every block of the plan is a runtime sequence
that drives the shims. Built from the op classes of `codegen/dialects`, verified, and printed for
the epoch asked for. Refuses plans whose transfers or descriptors exceed the hardware.
"""

from __future__ import annotations

from xdsl.dialects.builtin import MemRefType
from xdsl.ir import Attribute

from aiec.codegen import ops
from aiec.codegen.dialects import print_module
from aiec.codegen.dma_blocks import core_dma, mem_tile_dma
from aiec.codegen.dma_chains import check_chains
from aiec.codegen.encoder_array import EncoderArray, declare_array
from aiec.codegen.encoder_chains import core_chains, mem_tile_chains
from aiec.codegen.encoder_core import emit_core
from aiec.codegen.encoder_sequence import declare_shim_channels, emit_sequence
from aiec.codegen.instructions import streams
from aiec.ir.design import Design, GemmTiling
from aiec.ir.encoder import EncoderPlan
from aiec.kernels.encoder import ENCODER_KERNELS, kernel_build, tiling_for
from aiec.kernels.spec import Parameter


def emit(plan: EncoderPlan, name: str, epoch: str = "E2") -> Design:
    """Return the design of `plan`, with text for `epoch` ("E1" or "E2"). Raises `CodegenError`."""
    kernels = kernel_build(plan.target, plan.left_parts)
    tiling = tiling_for(plan.target, plan.left_parts)
    with ops.module() as module, ops.device(plan.target.aie_device):
        # E1 knows objects of a core, E2 those of a function and calls the former deprecated.
        _declare_kernels(tiling, kernels.object if epoch == "E2" else None)
        array = declare_array(plan)
        _emit_programs(plan, array, kernels.object if epoch == "E1" else None)
        declare_shim_channels(plan, array)
        for block in plan.blocks:
            emit_sequence(plan, block, array)
    module.verify()
    text = print_module(module, epoch)
    return Design(name, epoch, text, plan, (kernels,), streams(module, epoch))


def _declare_kernels(tiling: GemmTiling, link_with: str | None) -> None:
    for spec in ENCODER_KERNELS:
        types = [_type(p, tiling) for p in spec.parameters]
        ops.external_function(spec.symbol, types, link_with)


def _type(parameter: Parameter, tiling: GemmTiling) -> Attribute:
    element = ops.ELEMENT_TYPES[parameter.dtype]
    return MemRefType(element, [parameter.elems(tiling)]) if parameter.elems else element


def _emit_programs(plan: EncoderPlan, array: EncoderArray, link_with: str | None) -> None:
    for column in array.cores:
        for core in column:
            emit_core(core, plan, link_with)
            core_dma(core.tile, core_chains(core))
    for column, mem in enumerate(array.mem_tiles):
        chains = mem_tile_chains(mem, plan)
        check_chains(chains, f"mem tile {column}", plan.target)
        mem_tile_dma(mem.tile, chains)
