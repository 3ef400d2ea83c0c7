"""All kernels by symbol. A design names a symbol; partitioner, codegen and simulator look here."""

from __future__ import annotations

from aiec.kernels.encoder import ENCODER_KERNELS
from aiec.kernels.gemm_bf16 import GEMM_BF16, GEMM_BF16_RESIDUAL, GEMM_BF16_STORE
from aiec.kernels.spec import KernelSpec

KERNELS: dict[str, KernelSpec] = {
    spec.symbol: spec for spec in (GEMM_BF16, GEMM_BF16_RESIDUAL, GEMM_BF16_STORE, *ENCODER_KERNELS)
}
