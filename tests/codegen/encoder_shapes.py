"""The GEMMs of a Whisper encoder layer, for the tests."""

from __future__ import annotations

from aiec.ir.graph import Activation, Gemm

# d_model of tiny, base, small, medium, and large-v3 with turbo.
WIDTHS = (384, 512, 768, 1024, 1280)
FRAMES = 1500


def encoder_gemms(d: int, m: int = FRAMES) -> tuple[Gemm, ...]:
    """Query and value, key (without bias), output projection, and the two of the MLP."""
    return (
        Gemm(m, d, d),
        Gemm(m, d, d, bias=False),
        Gemm(m, d, d, residual=True),
        Gemm(m, d, 4 * d, activation=Activation.GELU),
        Gemm(m, 4 * d, d, residual=True),
    )
