"""How fast the simulator is: kernel calls a second, memory, and where the time goes.

    OMP_NUM_THREADS=1 python benchmarks/sim_speed.py [--size 1024] [--device npu2] [--trace]

A GEMM of size-cubed on the whole array in 64-cubed tiles, one core of this host; the kernels are
the project's own, compiled for it with the rounding of the device. A timer interrupts the run a
thousand times a second of CPU time and notes the module that is at work, so that looking costs
nothing; a kernel's time counts under kernels/host.py, a copy's under the module that asks for it.
"""

import argparse
import resource
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import numpy as np
import torch

from aiec.codegen.emit import emit
from aiec.codegen.plan_steps import Wanted, plan_steps
from aiec.ir.design import Design
from aiec.ir.graph import Gemm
from aiec.ir.target import TARGETS
from aiec.kernels import host
from aiec.kernels.encoder_layout import LinearOperands, pack_weights, tile, untile
from aiec.runtime.sim import Simulator

SAMPLE_S = 0.001
Arrays = dict[str, np.ndarray]


def design_of(size: int, device: str) -> Design:
    """The design of one linear layer."""
    wanted = Wanted(gemms=(Gemm(size, size, size, False),))
    return emit(plan_steps(wanted, TARGETS[device]), "speed")


def arrays_of(design: Design, x: torch.Tensor, w: torch.Tensor) -> Arrays:
    """The buffers of the design's sequence, packed."""
    sequence = design.sequences[0]
    arrays = {a.role: np.zeros(a.nbytes, np.uint8) for a in sequence.arguments}
    tile(x, sequence.where("x"), arrays["x"])
    arrays["weights"] = pack_weights(design.plan, sequence, {"linear": LinearOperands(w)})
    return arrays


@contextmanager
def sampled() -> Iterator[Counter[str]]:
    """Count the module at work at every tick of the CPU timer."""
    modules: Counter[str] = Counter()

    def tick(_: int, frame: FrameType | None) -> None:
        if frame is not None:
            path = Path(frame.f_code.co_filename)
            modules[f"{path.parent.name}/{path.name}" if path.parent.name else path.name] += 1

    before = signal.signal(signal.SIGPROF, tick)
    signal.setitimer(signal.ITIMER_PROF, SAMPLE_S, SAMPLE_S)
    try:
        yield modules
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def peak_mb() -> float:
    """The most memory that this process has had resident so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--device", default="npu2", choices=TARGETS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trace", action="store_true", help="record what `aiec sim --trace` does")
    args = parser.parse_args()
    torch.manual_seed(0)
    x, w = torch.randn(2, args.size, args.size)
    design = design_of(args.size, args.device)
    kernels = host.load(design.kernels, design.plan.target)
    arrays = arrays_of(design, x, w)
    start = time.process_time()
    simulator = Simulator(design.text, kernels=kernels, seed=args.seed, trace=args.trace)
    loaded = time.process_time()
    with sampled() as modules:
        report = simulator.run(list(arrays.values()))
    ended, memory = time.process_time(), peak_mb()
    seconds = ended - loaded
    where = design.sequences[0].where("out")
    out = untile(arrays["out"], where, args.size, args.size).double()
    cosine = torch.cosine_similarity(out.flatten(), (x @ w.T).double().flatten(), dim=0)
    print(f"{args.size}-cubed GEMM, {args.device}, cosine {cosine:.6f}")
    print(f"load {loaded - start:.2f} s, run {seconds:.2f} s of CPU time")
    print(
        f"{report.kernel_calls} kernel calls, {report.kernel_calls / seconds:.0f} a second; "
        f"peak memory {memory:.0f} MB"
    )
    print(f"simulated: {report.cycles} cycles")
    for name, count in modules.most_common(10):
        print(f"  {count / modules.total():6.1%}  {name}")


if __name__ == "__main__":
    main()
