"""One encoder pass in simulation, and the decoder's keys and values: time, cosine against fp32.

    python benchmarks/sim_encoder.py [--device sim:npu2] [--model tiny.en]

The first pass compiles; the second is the one that is timed. NPU times are simulated.
"""

import argparse
import time
from collections.abc import Iterable

import torch
from torch import Tensor

from aiec.observe import compiled_graphs
from aiec.speech import weights
from aiec.speech.find_model import find_model
from aiec.speech.whisper import Cache, Window


def cosines(made: Iterable[Tensor], exact: Iterable[Tensor]) -> list[float]:
    """Of each tensor, as a whole, with its counterpart."""
    return [
        float(torch.cosine_similarity(one.flatten(), other.flatten(), dim=0))
        for one, other in zip(made, exact, strict=True)
    ]


def flat(cross: Cache) -> list[Tensor]:
    """Keys and values of all layers."""
    return [one for pair in cross for one in pair]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="sim:npu2")
    parser.add_argument("--model", default="tiny.en")
    args = parser.parse_args()
    whole = weights.load(find_model(args.model))
    window = Window(whole.encoder, whole.decoder).eval()
    options = {"device": args.device, "partition": "npu-all"}
    compiled = torch.compile(window, backend="aie", dynamic=False, options=options)
    torch.manual_seed(0)
    mel = torch.rand(1, whole.dims.n_mels, 3000) * 2 - 1
    with torch.inference_mode(), compiled_graphs() as graphs:
        start = time.perf_counter()
        compiled(mel)
        first = time.perf_counter() - start
        telemetry = graphs[0].telemetry
        assert telemetry is not None
        before = dict(telemetry.by_gemm)
        start = time.perf_counter()
        features, cross = compiled(mel)
        wall = time.perf_counter() - start
        exact, exact_cross = window(mel)
    print(
        f"{args.model} on {args.device}, the whole encoder on the array, keys and values after it"
    )
    print(f"first pass with compilation {first:.1f} s, second pass {wall:.1f} s")
    ran = {
        name: (count - before[name][0], us - before[name][1])
        for name, (count, us) in telemetry.by_gemm.items()
    }
    runs, cross_us = ran.pop("encoder_cross")
    dispatches, encoder_us = (sum(each) for each in zip(*ran.values(), strict=True))
    print(f"encoder: {dispatches} dispatches, simulated NPU time {encoder_us / 1e3:.2f} ms")
    print(f"  cosine against fp32 {cosines([features], [exact])[0]:.6f}")
    print(f"keys and values: {runs} dispatches, simulated NPU time {cross_us / 1e3:.2f} ms")
    print(f"  least cosine against fp32 {min(cosines(flat(cross), flat(exact_cross))):.6f}")


if __name__ == "__main__":
    main()
