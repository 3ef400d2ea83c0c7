"""The emitted designs in mlir-aie's own tool: verified, printed, and lowered as its driver does.

Skipped unless `aie-opt` is on PATH or $AIEC_AIE_OPT names it; the tool's generation decides whether
it gets E1 or E2. It must say nothing: what upstream only warns of is a fault of ours too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
import torch
from run_encoder import Run, random_operands, shape_of
from small_encoders import sharing_plan, small_encoder
from test_simulated_linears import GEMMS, run, simulated

from aiec.codegen.dialects import parse
from aiec.codegen.emit import emit
from aiec.codegen.plan_steps import Wanted, plan_encoder, plan_steps
from aiec.ir.encoder import BlockKind
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels import torch_kernels
from aiec.runtime.sim import Simulator

VARIABLE = "AIEC_AIE_OPT"
TARGETS = pytest.mark.parametrize("target", [NPU1, NPU2], ids=lambda t: t.name)
FAMILIES = pytest.mark.parametrize("family", ["gemm", "encoder"])

# The passes of aiecc that concern our designs, in its order. Source: mlir-aie, aiecc of the two
# epochs (python/compiler/aiecc/main.py; tools/aiecc/IRTransforms.h).
FIFOS = {
    "E1": ("aie-assign-lock-ids", "aie-register-objectFifos", "aie-objectFifo-stateful-transform"),
    "E2": ("aie-objectFifo-stateful-transform", "aie-objectFifo-unroll", "aie-assign-lock-ids"),
}
ADDRESSES = ("aie-assign-bd-ids", "aie-lower-cascade-flows")
ROUTES = ("aie-create-pathfinder-flows",)
SEQUENCES = (
    "aie-materialize-bd-chains",
    "aie-substitute-shim-dma-allocations",
    "aie-assign-runtime-sequence-bd-ids",
    "aie-dma-tasks-to-npu",
    "aie-dma-to-npu",
    "aie-lower-set-lock",
)
CORES = ("aie-localize-locks", "aie-normalize-address-spaces")


@dataclass(frozen=True, slots=True)
class AieOpt:
    """The tool, and the generation of the syntax that it reads."""

    path: str
    epoch: str

    def __call__(self, text: str, *passes: str) -> str:
        """Run passes over a module; fail with what the tool says, a warning too."""
        pipeline = f"--pass-pipeline=builtin.module({','.join(passes)})"
        done = subprocess.run(
            [self.path, "-", pipeline], input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0 and not done.stderr, done.stderr[:2000]
        return done.stdout

    def with_addresses(self, text: str, scheme: str = "bank-aware") -> str:
        """Locks, descriptors and buffers placed: what routing, cores and sequences start from."""
        buffers = f"aie-assign-buffer-addresses{{alloc-scheme={scheme}}}"
        passes = (*FIFOS[self.epoch], *ADDRESSES, buffers)
        return self(text, "lower-affine", "aie-canonicalize-device", on_device(passes))

    def with_lowered_sequences(self, text: str) -> str:
        """The runtime sequences as the register writes that the controller carries out."""
        placed = self.with_addresses(text)
        return self(placed, "aie-materialize-runtime-sequences", on_device(SEQUENCES))


def on_device(passes: tuple[str, ...]) -> str:
    return f"aie.device({','.join(passes)})"


@pytest.fixture(scope="module")
def aie_opt() -> AieOpt:
    path = os.environ.get(VARIABLE) or shutil.which("aie-opt")
    if path is None:
        pytest.skip(f"mlir-aie's aie-opt is neither on PATH nor named by {VARIABLE}")
    passes = subprocess.run([path, "--help"], capture_output=True, text=True, check=True).stdout
    return AieOpt(path, "E1" if "aie-register-objectFifos" in passes else "E2")


@cache
def emitted(family: str, target: Target, epoch: str) -> str:
    if family == "encoder":
        return emit(plan_encoder(small_encoder(), target), "small", epoch).text
    return emit(plan_steps(Wanted(gemms=GEMMS), target), "linears", epoch).text


def op_counts(text: str) -> Counter[str]:
    return Counter(op.name for op in parse(text).walk())


@FAMILIES
@TARGETS
def test_designs_are_verified_and_printed_as_we_read_them(
    aie_opt: AieOpt, target: Target, family: str
) -> None:
    text = emitted(family, target, aie_opt.epoch)
    printed = aie_opt(text)
    assert aie_opt(printed) == printed
    assert op_counts(printed) == op_counts(text)


@pytest.mark.parametrize("scheme", ["bank-aware", "basic-sequential"])
@FAMILIES
@TARGETS
def test_arrays_are_placed_and_routed(
    aie_opt: AieOpt, target: Target, family: str, scheme: str
) -> None:
    placed = aie_opt.with_addresses(emitted(family, target, aie_opt.epoch), scheme)
    assert "aie.switchbox" in aie_opt(placed, on_device(ROUTES))


@FAMILIES
@TARGETS
def test_cores_are_lowered(aie_opt: AieOpt, target: Target, family: str) -> None:
    placed = aie_opt.with_addresses(emitted(family, target, aie_opt.epoch))
    lowered = aie_opt(placed, "convert-scf-to-cf", on_device(CORES), "aie-standard-lowering")
    cores = target.columns * target.core_rows
    assert op_counts(placed)["aie.core"] == cores
    assert lowered.count("func.func @core_") == cores and "aie.use_lock" not in lowered


@TARGETS
def test_linears_whose_sequences_upstream_lowered_equal_torch(
    aie_opt: AieOpt, target: Target
) -> None:
    plan = plan_steps(Wanted(gemms=GEMMS), target)
    design = emit(plan, "linears", aie_opt.epoch)
    lowered = replace(design, text=aie_opt.with_lowered_sequences(design.text))
    assert "dma_memcpy_nd" in design.text and "dma_memcpy_nd" not in lowered.text
    simulator = simulated(lowered)
    for seed, sequence in enumerate(design.sequences):
        run(plan, sequence, simulator, seed)


@TARGETS
@pytest.mark.parametrize("shares", [False, True], ids=["whole", "shares"])
def test_encoder_steps_whose_sequence_upstream_lowered_compute_the_same(
    aie_opt: AieOpt, target: Target, shares: bool
) -> None:
    """A layer, or an MLP whose mem tiles keep a share of the weights."""
    whole = plan_encoder(small_encoder(layers=1), target, [BlockKind.LAYER])
    made = sharing_plan(target) if shares else whole
    (block,) = made.blocks
    design = emit(made, "layer", aie_opt.epoch)
    kernels = torch_kernels.load(design.kernels, target)
    runs = Run(made, aie_opt.epoch), Run(made, aie_opt.epoch)
    runs[1].simulator = Simulator(aie_opt.with_lowered_sequences(design.text), kernels=kernels)
    shape = shape_of(made)
    state = torch.randn(shape.frames, shape.state, generator=torch.manual_seed(0))
    for one in runs:
        one.put("state", state)
        one.run(block, random_operands(block, seed=1))
    for role, buffer in runs[0].buffers.items():
        assert np.array_equal(buffer, runs[1].buffers[role]), role
    assert not torch.equal(runs[0].state(), state.bfloat16().float())
