"""The GEMM kernel's spec: gemm_bf16, gemm_bf16_residual, gemm_bf16_store (`cpp/gemm_bf16.cc`).

An output tile of a core is made by k-steps of `gemm_bf16` into an fp32 accumulator, then, where the
GEMM has one, a residual, then `gemm_bf16_store`, which rounds to bf16, through GELU if asked.
Refuses tiles that the register blocks do not divide, and GELU under a residual is the planner's to
refuse. Cycle models are in `cycles.py`.
"""

from __future__ import annotations

import torch

from aiec.ir.design import GemmTiling, KernelBuild
from aiec.ir.target import Target
from aiec.kernels import cycles
from aiec.kernels.spec import KernelSpec, Parameter, tiling_defines

# The matrix instruction (r, s, t) for bf16, by ISA.
# Source: aie_api detail/aie2/mmul_bf16_bf16.hpp (native), detail/aie2p/mmul_bf16_bf16.hpp.
MMUL_SHAPE: dict[str, tuple[int, int, int]] = {"aie2": (4, 8, 4), "aie2p": (4, 8, 8)}

# Register blocks of cpp/gemm_bf16.cc, in instructions (rows, columns), by ISA.
REGISTER_BLOCK: dict[str, tuple[int, int]] = {
    isa: timing.block for isa, timing in cycles.TIMING.items()
}

NONE, GELU = 0, 1  # values of the `activation` argument


def kernel_build(tiling: GemmTiling) -> KernelBuild:
    """The object that cores of a design with `tiling` link with."""
    return KernelBuild(
        object="gemm_bf16.o",
        source="gemm_bf16.cc",
        defines=tiling_defines(tiling),
        symbols=(GEMM_BF16.symbol, GEMM_BF16_RESIDUAL.symbol, GEMM_BF16_STORE.symbol),
    )


def broken_constraint(target: Target, tiling: GemmTiling) -> str | None:
    """Say in one sentence which rule `tiling` breaks for the kernels on `target`; None if none."""
    shape = MMUL_SHAPE[target.isa]
    if (tiling.r, tiling.s, tiling.t) != shape:
        return f"{target.isa} multiplies bf16 by {'x'.join(map(str, shape))} instructions"
    rows, columns = REGISTER_BLOCK[target.isa]
    if tiling.m % (rows * tiling.r):
        return f"m={tiling.m} is not a multiple of the register block's {rows * tiling.r} rows"
    if tiling.n % (columns * tiling.t):
        return (
            f"n={tiling.n} is not a multiple of the register block's {columns * tiling.t} columns"
        )
    if tiling.k < 2 * tiling.s:
        return f"k={tiling.k} is less than two instructions deep ({2 * tiling.s})"
    if tiling.out_bytes > tiling.w_bytes:
        return (
            f"a residual of {tiling.out_bytes} B does not fit a weight object of {tiling.w_bytes} B"
        )
    return None


def _gemm(
    tiling: GemmTiling, x: torch.Tensor, w: torch.Tensor, acc: torch.Tensor, first: int
) -> None:
    m, k, n, r, s, t = (getattr(tiling, f) for f in "mknrst")
    rows = x.view(k // s, m // r, r, s).permute(1, 2, 0, 3).reshape(m, k).float()
    columns = w[: k * n].view(k // s, n // t, s, t).permute(0, 2, 1, 3).reshape(k, n).float()
    tile = acc.view(m // r, n // t, r, t)
    start = w[k * n :].view(torch.float32).view(n // t, 1, t).expand_as(tile) if first else tile
    tile.copy_(start + (rows @ columns).view(m // r, r, n // t, t).permute(0, 2, 1, 3))


def _residual(tiling: GemmTiling, residual: torch.Tensor, acc: torch.Tensor) -> None:
    acc += residual[: tiling.m * tiling.n]


def _store(tiling: GemmTiling, acc: torch.Tensor, out: torch.Tensor, activation: int) -> None:
    out.copy_(torch.nn.functional.gelu(acc) if activation == GELU else acc)


_X = Parameter("x", "bf16", lambda t: t.m * t.k)
_W = Parameter("w", "bf16", lambda t: t.w_bytes // 2)
_RESIDUAL = Parameter("residual", "bf16", lambda t: t.w_bytes // 2)  # rides in a weight object
_ACC = Parameter("acc", "f32", lambda t: t.m * t.n)
_ACC_WRITTEN = Parameter("acc", "f32", lambda t: t.m * t.n, written=True)
_OUT = Parameter("out", "bf16", lambda t: t.m * t.n, written=True)

GEMM_BF16 = KernelSpec(
    symbol="gemm_bf16",
    object="gemm_bf16.o",
    source="gemm_bf16.cc",
    parameters=(_X, _W, _ACC_WRITTEN, Parameter("first", "i32")),
    body=_gemm,
    constraint=broken_constraint,
    cycles=cycles.gemm,
    cycles_source=cycles.GEMM_SOURCE,
)

GEMM_BF16_RESIDUAL = KernelSpec(
    symbol="gemm_bf16_residual",
    object="gemm_bf16.o",
    source="gemm_bf16.cc",
    parameters=(_RESIDUAL, _ACC_WRITTEN),
    body=_residual,
    constraint=broken_constraint,
    cycles=cycles.residual,
    cycles_source=cycles.ELEMENTWISE_SOURCE,
)

GEMM_BF16_STORE = KernelSpec(
    symbol="gemm_bf16_store",
    object="gemm_bf16.o",
    source="gemm_bf16.cc",
    parameters=(_ACC, _OUT, Parameter("activation", "i32")),
    body=_store,
    constraint=broken_constraint,
    cycles=cycles.store,
    cycles_source=cycles.ELEMENTWISE_SOURCE,
)
