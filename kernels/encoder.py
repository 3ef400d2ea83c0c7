"""The encoder's kernels: specs of `cpp/encoder.cc`, whose tiles are all 64 x 64 x 64.

What each means is in `encoder_bodies.py`, how long it takes in `encoder_cycles.py`; in which order
a core calls them, `codegen/emit.py` says. Refuses every tiling but those of `tiling_for`.
"""

from __future__ import annotations

from collections.abc import Callable

from aiec.ir.design import GemmTiling, KernelBuild
from aiec.ir.encoder import OBJECT_ELEMS, PARAMETER_WORDS, TILE
from aiec.ir.target import Target
from aiec.kernels import encoder_bodies as bodies
from aiec.kernels import encoder_cycles as cycles
from aiec.kernels.right_operand import IN_BFP16, is_bfp16
from aiec.kernels.spec import KernelSpec, Parameter, tiling_defines

# The matrix instruction (r, s, t). AIE2P multiplies bfp16: no native instruction multiplies bf16.
# Source: aie_api detail/aie2/mmul_bf16_bf16.hpp, detail/aie2p/mmul_bf16_bf16.hpp.
MMUL_SHAPE: dict[str, tuple[int, int, int]] = {"aie2": (4, 8, 4), "aie2p": (8, 8, 8)}

SCRATCH_ELEMS = 768  # fp32: six slots of statistics; see cpp/encoder.cc

_OBJECT, _SOURCE = "encoder.o", "encoder.cc"


def tiling_for(target: Target, left_parts: int = 1) -> GemmTiling:
    """The tiling of the encoder on `target`, where left operands are rounded to so many bfp16."""
    shape = MMUL_SHAPE[target.isa]
    return GemmTiling(TILE, TILE, TILE, *shape, k_l2=TILE, left_parts=left_parts)


def kernel_build(target: Target, left_parts: int = 1) -> KernelBuild:
    """The object that the encoder's cores link with."""
    tiling = tiling_for(target, left_parts)
    defines = (*tiling_defines(tiling), *([IN_BFP16] if is_bfp16(tiling) else []))
    return KernelBuild(_OBJECT, _SOURCE, defines, tuple(s.symbol for s in ENCODER_KERNELS))


def broken_constraint(target: Target, tiling: GemmTiling) -> str | None:
    """Say in one sentence that `tiling` is not the encoder's on `target`; None if it is."""
    parts, most = tiling.left_parts, 2 if is_bfp16(tiling) else 1
    if tiling == tiling_for(target, parts):
        return None if parts <= most else f"left operands are of {parts} parts, not 1 to {most}"
    shape = "x".join(map(str, MMUL_SHAPE[target.isa]))
    return f"the encoder's tiles are {TILE}x{TILE}x{TILE} in {shape} instructions on {target.isa}"


def _array(name: str, dtype: str, elems: int, written: bool = False) -> Parameter:
    return Parameter(name, dtype, lambda _: elems, written)


def _tile(name: str, written: bool = False) -> Parameter:
    return _array(name, "bf16", TILE * TILE, written)


def _object(name: str, written: bool = False) -> Parameter:
    return _array(name, "bf16", OBJECT_ELEMS, written)


def _scalar(name: str) -> Parameter:
    return Parameter(name, "i32")


_ACC = _array("acc", "f32", TILE * TILE)
_ACC_WRITTEN = _array("acc", "f32", TILE * TILE, written=True)
_SCRATCH = _array("scratch", "f32", SCRATCH_ELEMS)
_SCRATCH_WRITTEN = _array("scratch", "f32", SCRATCH_ELEMS, written=True)
_PAR = _array("par", "i32", PARAMETER_WORDS, written=True)


def _spec(body: Callable[..., None], model: cycles.Model, *parameters: Parameter) -> KernelSpec:
    return KernelSpec(
        symbol=f"encoder_{body.__name__}",
        object=_OBJECT,
        source=_SOURCE,
        parameters=parameters,
        body=body,
        constraint=broken_constraint,
        cycles=model,
        cycles_source=cycles.GEMM_SOURCE if body is bodies.gemm else cycles.SOURCE,
    )


# Cycle models by body, for those who ask for more than cycles.
MODELS: dict[Callable[..., None], cycles.Model] = {
    bodies.parameters: cycles.Model(cycles.parameters),
    bodies.gemm: cycles.Model(cycles.products, in_parts=cycles.products_in_parts),
    bodies.stats: cycles.Model(cycles.stats),
    bodies.moments: cycles.Model(cycles.moments),
    bodies.affine: cycles.Model(cycles.affine, other=cycles.bias),
    bodies.gelu: cycles.Model(cycles.gelu),
    bodies.residual: cycles.Model(cycles.residual),
    bodies.store: cycles.Model(cycles.store),
    bodies.query: cycles.Model(cycles.query),
    bodies.attention_start: cycles.Model(cycles.attention_start),
    bodies.scores: cycles.ScoresModel(cycles.scores, in_parts=cycles.scores_in_parts),
    bodies.attention_end: cycles.Model(cycles.attention_end),
}

_SLOT, _FIRST, _WIDTH = _scalar("slot"), _scalar("first"), _scalar("width")
_PARAMETERS: dict[Callable[..., None], tuple[Parameter, ...]] = {
    bodies.parameters: (_object("w"), _PAR),
    bodies.gemm: (_tile("x"), _object("w"), _ACC_WRITTEN, _FIRST),
    bodies.stats: (_tile("x"), _SCRATCH_WRITTEN, _SLOT, _FIRST),
    bodies.moments: (_SCRATCH_WRITTEN, _SLOT, _WIDTH),
    bodies.affine: (_object("w"), _ACC_WRITTEN, _SCRATCH, _SLOT, _WIDTH),
    bodies.gelu: (_ACC_WRITTEN,),
    bodies.residual: (_tile("x"), _ACC_WRITTEN),
    bodies.store: (_ACC, _tile("out", True), _scalar("transpose")),
    bodies.query: (_object("w"), _tile("out", True)),
    bodies.attention_start: (_ACC_WRITTEN, _SCRATCH_WRITTEN),
    bodies.scores: (
        _tile("k", True), _tile("qt"), _object("pt", True), _ACC_WRITTEN, _SCRATCH_WRITTEN,
        _scalar("valid"),
    ),
    bodies.attention_end: (_ACC_WRITTEN, _SCRATCH_WRITTEN),
}  # fmt: skip

ENCODER_KERNELS: tuple[KernelSpec, ...] = tuple(
    _spec(body, MODELS[body], *parameters) for body, parameters in _PARAMETERS.items()
)
