"""Eager against `torch.compile(backend="aie")` with no NPU, interleaved in one process.

    python benchmarks/cpu_overhead.py [--model whisper-base] [--runs 15]

Prints first-call times, the median of each, and the median of the pairwise ratios.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import torch

from aiec.speech import models


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="whisper-base")
    parser.add_argument("--runs", type=int, default=15)
    args = parser.parse_args()
    encoder, inputs = models.build(args.model, "encoder")
    compiled = torch.compile(encoder, backend="aie", options={"device": "cpu"})
    with torch.inference_mode():
        first_eager = _seconds(lambda: encoder(*inputs))
        first = _seconds(lambda: compiled(*inputs))
        assert torch.equal(compiled(*inputs), encoder(*inputs))
        pairs = []
        for run in range(args.runs):
            order = (encoder, compiled) if run % 2 else (compiled, encoder)
            times = {id(f): _seconds(lambda f=f: f(*inputs)) for f in order}
            pairs.append((times[id(compiled)], times[id(encoder)]))
    ratio = statistics.median(c / e for c, e in pairs)
    print(f"{args.model} encoder, {torch.get_num_threads()} threads, {args.runs} interleaved pairs")
    print(f"first call: eager {first_eager:.2f} s, compiled {first:.2f} s")
    print(f"steady: eager {statistics.median(e for _, e in pairs):.4f} s")
    print(f"steady: compiled {statistics.median(c for c, _ in pairs):.4f} s")
    print(f"compiled / eager, median of pairs: {ratio:.3f}")


if __name__ == "__main__":
    main()
