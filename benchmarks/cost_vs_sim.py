"""Predicted against simulated time of the project's own GEMM designs, on both targets.

    python benchmarks/cost_vs_sim.py [--quick]

Every GEMM of every Whisper encoder layer, and some shapes that are nobody's, each set on the design
that the planner makes for it. Kernels take their modelled cycles and compute nothing: it is time
that is compared. `--quick` takes short inputs. All times are simulated or predicted.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator

import numpy as np

from aiec.codegen.emit_gemm import emit
from aiec.codegen.plan_gemm import plan
from aiec.ir.graph import Activation, Gemm
from aiec.ir.target import NPU1, NPU2, Target
from aiec.kernels import timed_kernels
from aiec.kernels.gemm_cost import gemm_cost
from aiec.runtime.sim import Simulator

WIDTHS = (384, 512, 768, 1024, 1280)
FRAMES, FEW_FRAMES = 1500, 300
ODD = (
    Gemm(1, 384, 384),
    Gemm(64, 100, 200, activation=Activation.GELU),
    Gemm(448, 512, 2048),
    Gemm(777, 1000, 333, residual=True),
)


def layer_gemms(width: int, frames: int) -> tuple[Gemm, ...]:
    """Those of an encoder layer of Whisper."""
    return (
        Gemm(frames, width, width),
        Gemm(frames, width, width, residual=True),
        Gemm(frames, width, 4 * width, activation=Activation.GELU),
        Gemm(frames, 4 * width, width, residual=True),
    )


def compare(gemms: tuple[Gemm, ...], target: Target) -> Iterator[tuple[Gemm, float, float]]:
    """Each GEMM with its predicted and its simulated cycles on one design for all."""
    design = emit(plan(gemms, target), "compared")
    simulator = Simulator(design.text, kernels=timed_kernels.load(design.kernels, target))
    for sequence in design.sequences:
        buffers = [np.zeros(a.nbytes, np.uint8) for a in sequence.arguments]
        simulated = simulator.run(buffers, sequence=sequence.symbol).cycles
        yield sequence.shape.gemm, gemm_cost(design.plan, sequence.shape).total, simulated


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    frames = FEW_FRAMES if parser.parse_args().quick else FRAMES
    errors = []
    for target in (NPU1, NPU2):
        for gemms in (*(layer_gemms(width, frames) for width in WIDTHS), ODD):
            for gemm, predicted, simulated in compare(gemms, target):
                error = predicted / simulated - 1
                errors.append(abs(error))
                print(
                    f"{target.name} {gemm.label:34s} {predicted:12,.0f} predicted "
                    f"{simulated:12,.0f} simulated {error:+7.1%}",
                    flush=True,
                )
    print(
        f"{len(errors)} shapes: median |error| {statistics.median(errors):.1%}, "
        f"worst {max(errors):.1%}"
    )


if __name__ == "__main__":
    main()
