"""One whole encoder pass in simulation: wall time and cosine against fp32.

    python benchmarks/sim_encoder.py [--device sim:npu2] [--model tiny.en]

The first pass compiles; the second is the one that is timed. NPU times are simulated.
"""

import argparse
import time

import torch

from aiec.observe import compiled_graphs
from aiec.speech import weights
from aiec.speech.find_model import find_model


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="sim:npu2")
    parser.add_argument("--model", default="tiny.en")
    args = parser.parse_args()
    encoder = weights.load_encoder(find_model(args.model))
    options = {"device": args.device, "partition": "npu-all"}
    compiled = torch.compile(encoder, backend="aie", dynamic=False, options=options)
    torch.manual_seed(0)
    mel = torch.rand(1, encoder.conv1.in_channels, 3000) * 2 - 1
    with torch.inference_mode(), compiled_graphs() as graphs:
        start = time.perf_counter()
        compiled(mel)
        first = time.perf_counter() - start
        telemetry = graphs[0].telemetry
        assert telemetry is not None
        before = telemetry.device_us, telemetry.dispatches
        start = time.perf_counter()
        out = compiled(mel)
        wall = time.perf_counter() - start
        cosine = torch.cosine_similarity(out.flatten(), encoder(mel).flatten(), dim=0)
    simulated_ms = (telemetry.device_us - before[0]) / 1000
    print(f"{args.model} encoder on {args.device}, the whole of it on the array")
    print(f"first pass with compilation {first:.1f} s, second pass {wall:.1f} s")
    print(
        f"{telemetry.dispatches - before[1]} dispatches, simulated NPU time {simulated_ms:.2f} ms"
    )
    print(f"cosine against fp32 {cosine:.6f}")


if __name__ == "__main__":
    main()
