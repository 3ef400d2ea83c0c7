"""Measure this machine's CPU with torch, and keep the result in the user's configuration folder.

`aiec bench calibrate` runs `measure` and `save`; whoever decides for this machine calls
`calibrated`. Times are the shortest of many runs: what the machine can do undisturbed. Refuses a
damaged file with an `OptionError` that says what to do.
"""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from platformdirs import user_config_path

from aiec.ir.errors import OptionError, OutputError
from aiec.ir.target import Target
from aiec.partitioner.cpu_profile import CpuProfile, profile_for, profile_named

FILE_NAME = "cpu.json"
_SIDES = (64, 128, 256, 512, 1024)  # of the square products that are timed
_COPIED = 8 * 1024 * 1024  # fp32 elements of the copy: 32 MB each way, over any cache here
_SMALL_OPS = 200
_PARTS = len(_SIDES) + 5
# What a repeated measurement on a machine with other work differed by, 10th to 90th percentile.
_LOW, _HIGH = 1 / 1.2, 1.2

Progress = Callable[[str], None]


def profile_path() -> Path:
    """Where this machine's profile is kept."""
    return user_config_path("aiec") / FILE_NAME


def measure(budget_s: float = 1.5, progress: Progress = lambda _: None) -> CpuProfile:
    """Calibrate this machine with torch and its current threads, in about `budget_s` seconds."""
    each_s = budget_s / _PARTS
    rates = {side: _gemm_flops(side, each_s, progress) for side in _SIDES}
    best = max(rates.values())
    copy_s = _copy_s(each_s, progress)
    ramp = {2.0 * side**3: rate / best for side, rate in rates.items()}
    return CpuProfile(
        name=f"{cpu_name()}, {torch.get_num_threads()} threads",
        source=f"measured with torch {torch.__version__}",
        gemm_flops=best,
        memory_bytes_per_s=2.0 * 4 * _COPIED / copy_s,
        op_us=_small_op_us(each_s, progress),
        gemm_ramp=tuple(sorted(ramp.items())),
        norm_per_s=_elements_per_s("LayerNorm", _norm, (1500, 384), each_s, progress),
        softmax_per_s=_elements_per_s("softmax", _softmax, (1024, 1500), each_s, progress),
        gelu_per_s=_elements_per_s("GELU", _gelu, (512, 1536), each_s, progress),
        low=_LOW,
        high=_HIGH,
    )


def save(profile: CpuProfile, path: Path | None = None) -> Path:
    """Write a profile as JSON; return where. Raises `OutputError` if it cannot be written."""
    path = path or profile_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(profile), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"cannot write the CPU's profile: {error.strerror}", where=str(path)
        ) from (error)
    return path


def calibrated(path: Path | None = None) -> CpuProfile | None:
    """This machine's profile as `save` wrote it; None if it was never measured."""
    path = path or profile_path()
    if not path.is_file():
        return None
    try:
        fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        ramp = tuple((float(flop), float(share)) for flop, share in fields.pop("gemm_ramp"))
        return CpuProfile(**fields, gemm_ramp=ramp)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, AssertionError) as error:
        raise OptionError(
            f"the CPU's profile is damaged: {error}",
            where=str(path),
            todo="measure again with `aiec bench calibrate`, or delete the file",
        ) from error


def chosen_cpu(name: str, target: Target | None) -> CpuProfile:
    """The CPU that a decision is made for: option `cpu`.

    `auto` is this machine if it was measured, else the CPU beside the target's NPU; `measured`
    demands the measurement; anything else is a part's name. Raises `OptionError`.
    """
    if name not in ("auto", "measured"):
        return profile_named(name)
    found = calibrated()
    if found is None and name == "measured":
        raise OptionError(
            "this machine's CPU was never measured",
            where="option 'cpu'",
            todo="run `aiec bench calibrate`, or name a part",
        )
    return found or profile_for(target)


def _norm(x: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.layer_norm(x, x.shape[-1:])


def _softmax(x: torch.Tensor) -> torch.Tensor:
    return torch.softmax(x, -1)


def _gelu(x: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.gelu(x)


def _gemm_flops(side: int, budget_s: float, progress: Progress) -> float:
    progress(f"GEMM {side}x{side}x{side}")
    a, b = torch.randn(side, side), torch.randn(side, side)
    return 2.0 * side**3 / _best_s(lambda: torch.mm(a, b), budget_s)


def _copy_s(budget_s: float, progress: Progress) -> float:
    progress("memory bandwidth")
    source, sink = torch.randn(_COPIED), torch.empty(_COPIED)
    return _best_s(lambda: sink.copy_(source), budget_s)


def _small_op_us(budget_s: float, progress: Progress) -> float:
    progress("small ops")
    small = torch.zeros(8)
    many_s = _best_s(lambda: [torch.add(small, small) for _ in range(_SMALL_OPS)], budget_s)
    return 1e6 * many_s / _SMALL_OPS


def _elements_per_s(
    name: str,
    run: Callable[[torch.Tensor], torch.Tensor],
    shape: tuple[int, int],
    budget_s: float,
    progress: Progress,
) -> float:
    progress(name)
    x = torch.randn(shape)
    return x.numel() / _best_s(lambda: run(x), budget_s)


def cpu_name() -> str:
    """The processor as the system calls it, or its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _best_s(run: Callable[[], object], budget_s: float) -> float:
    """Shortest of the runs that fit into `budget_s`, the first (warm-up) not counted."""
    run()
    best, start = float("inf"), time.perf_counter()
    while time.perf_counter() - start < budget_s or best == float("inf"):
        before = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - before)
    return best
