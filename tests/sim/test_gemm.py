"""The project's own GEMM design, from its text, with its kernels compiled for this host."""

import numpy as np
import pytest
import torch

from aiec.codegen.emit_gemm import emit
from aiec.codegen.plan_gemm import plan
from aiec.ir.graph import Activation, Gemm
from aiec.ir.target import NPU1
from aiec.kernels import host, layout
from aiec.runtime.sim import Simulator

GEMMS = (Gemm(100, 96, 80, True, Activation.GELU), Gemm(100, 96, 80, False, residual=True))


@pytest.mark.parametrize("seed", [0, 1])
def test_gemms_of_one_design_in_turn(seed):
    chosen = plan(GEMMS, NPU1)
    design = emit(chosen, "test")
    simulator = Simulator(design.text, kernels=host.load(design.kernels, NPU1), seed=seed)
    torch.manual_seed(seed)
    for sequence in (*design.sequences, design.sequences[0]):
        gemm = sequence.shape.gemm
        x, w = torch.randn(gemm.m, gemm.k), torch.randn(gemm.n, gemm.k) / gemm.k**0.5
        bias = torch.randn(gemm.n) if gemm.bias else None
        residual = torch.randn(gemm.m, gemm.n) if gemm.residual else None
        arrays = {a.role: np.zeros(a.nbytes, np.uint8) for a in sequence.arguments}
        layout.pack_x(x, sequence.shape, arrays["x"])
        arrays["weight"][:] = layout.pack_weight(w, bias, chosen, sequence.shape)
        if residual is not None:
            layout.pack_residual(residual, chosen, sequence.shape, arrays["residual"])
        report = simulator.run(list(arrays.values()), sequence=sequence.symbol)
        got = torch.as_tensor(layout.unpack_out(arrays["out"], sequence.shape))
        wanted = torch.nn.functional.linear(x.bfloat16().float(), w.bfloat16().float(), bias)
        if gemm.activation is Activation.GELU:
            wanted = torch.nn.functional.gelu(wanted)
        if residual is not None:
            wanted = wanted + residual
        torch.testing.assert_close(got.float(), wanted, atol=2e-2, rtol=1e-2)
        assert report.notes == ()
        assert report.cycles > 0
