"""Chips that nobody makes: each runs a layer right, or one sentence says why it cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from run_encoder import Run, layer, random_operands
from small_encoders import small_encoder

from aiec.codegen.plan_steps import plan_encoder
from aiec.ir.encoder import BlockKind
from aiec.ir.errors import CodegenError
from aiec.ir.target import NPU1, NPU2, Target

KIB = 1024


def run_layer(target: Target) -> float:
    """Cosine of a layer of a small encoder, simulated, to torch."""
    shape = small_encoder(frames=200)
    plan = plan_encoder(shape, target, [BlockKind.LAYER])
    run, block = Run(plan), plan.blocks[0]
    x = torch.randn(shape.frames, shape.state, generator=torch.Generator().manual_seed(0))
    run.put("state", x)
    weights = random_operands(block, seed=0)
    run.run(block, weights)
    wanted = layer(x, weights, shape.heads)
    return torch.cosine_similarity(run.state().flatten(), wanted.flatten(), dim=0).item()


@pytest.mark.parametrize(
    "target",
    [
        replace(NPU2, columns=6),
        replace(NPU1, core_rows=2),
        replace(NPU1, core_memory_bytes=128 * KIB),
        replace(NPU1, mem_tile_bytes=256 * KIB),
    ],
    ids=["six columns", "two rows", "128 KB cores", "256 KB mem tiles"],
)
def test_a_chip_that_fits_runs_right(target: Target) -> None:
    assert run_layer(target) > 0.9998


@pytest.mark.parametrize(
    ("target", "why"),
    [
        (replace(NPU1, columns=1), r"columns=1; expected an even number: a core takes residuals"),
        (replace(NPU2, columns=7), r"npu2: an array with columns=7; expected an even number"),
        (replace(NPU1, columns=2), r"2 columns and 4 rows of cores; expected at least 4 columns"),
        (replace(NPU1, core_rows=3), r"core_rows=3; expected an even number up to 4: each row's"),
        (replace(NPU1, core_rows=6), r"core_rows=6; expected an even number up to 4"),
        (
            replace(NPU2, core_memory_bytes=32 * KIB),
            r"cores with 32768 bytes of memory; expected at least \d+ bytes: objects of x",
        ),
        (
            replace(NPU1, mem_tile_bytes=768 * KIB),
            r"mem tiles with 786432 bytes; expected at most 524288 bytes: what lies beyond",
        ),
        (
            replace(NPU1, mem_tile_bytes=64 * KIB),
            r"mem tiles with 65536 bytes; expected room for 4 weight objects beside x and outputs",
        ),
    ],
)
def test_a_chip_that_cannot_run_the_design_is_refused(target: Target, why: str) -> None:
    with pytest.raises(CodegenError, match=why):
        plan_encoder(small_encoder(), target)
