"""The few constants of the model that no manual gives, with what is known of each beforehand.

`PRIORS` says what physics or another source expects, how surely (`width`: standard deviation of the
natural logarithm), and why. `fit.py` moves each as far as published measurements ask for, and no
further than its width lets it; the outcome is `constants.json`, which `load` reads. A constant that
no measurement touches stays what its source says.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from importlib.resources import files

FILE_NAME = "constants.json"


@dataclass(frozen=True, slots=True)
class Constants:
    """Values of one fit. Units are in `PRIORS`."""

    pass_aie2: float
    pass_byte_aie2: float
    pass_aie2p: float
    pass_byte_aie2p: float
    emulated_rate: float
    emulated_pass: float
    native_rate: float
    generated_share: float
    step_overhead: float
    ddr_npu1: float
    ddr_npu2: float
    run_overhead: float
    register_us: float
    launch_npu1: float
    launch_npu2: float
    windows_us: float
    switch_lock_us: float
    chain_stretch: float
    row_overhead: float
    gemv_chain: float
    attention_launch_us: float
    attention_block_us: float
    attention_chain: float


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of a constant before any fit."""

    name: str
    value: float
    width: float  # standard deviation of the logarithm
    unit: str
    source: str


PRIORS: tuple[Prior, ...] = (
    Prior(
        "pass_aie2",
        1 / 32,
        0.3,
        "cycles an output and k tile",
        "a shift-round-saturate of 32 lanes an element: AM020",
    ),
    Prior(
        "pass_byte_aie2",
        1 / 32 + 1 / 64,
        0.3,
        "cycles a byte of accumulator and k tile",
        "one 256-bit store and two 256-bit loads a cycle: AM020",
    ),
    Prior("pass_aie2p", 1 / 32, 0.4, "cycles an output and k tile", "as AIE2"),
    Prior(
        "pass_byte_aie2p",
        1 / 64 + 1 / 128,
        0.3,
        "cycles a byte of accumulator and k tile",
        "one 512-bit store and two 512-bit loads a cycle: AM027",
    ),
    Prior(
        "emulated_rate",
        200.0,
        0.2,
        "MAC a cycle",
        "bf16 as bfp16: 512 times 384 products of 576 vector instructions is 341 (VEGAH 0049); "
        "compiled code spends 1.7 slots where one would do",
    ),
    Prior(
        "emulated_pass",
        0.19,
        0.25,
        "cycles an output and k tile",
        "eight fp32 accumulators in and out, and the same fill of the pipeline, as for bf16 on "
        "AIE2P in kernels/cycles.py: 25 cycles for 128 outputs",
    ),
    Prior(
        "native_rate",
        32 * 32 / 38,
        0.1,
        "MAC a cycle",
        "kernels/cycles.py, from VEGAH 0049's trace",
    ),
    Prior(
        "generated_share",
        0.46,
        0.2,
        "share of a hand-written kernel's rate",
        "IREE-CI: 100 products on one core take 92.6 ms with the ukernel, 200.5 ms generated at O3",
    ),
    Prior(
        "step_overhead",
        114.0,
        0.3,
        "cycles a k tile",
        "acquire and release of two objects, 57 cycles each: mlir-aie test/benchmarks",
    ),
    Prior(
        "ddr_npu1",
        19.0,
        0.2,
        "GB/s in long runs",
        "TAKA: about 15 in GEMM's pattern, whose runs of 448 bytes reach four fifths",
    ),
    Prior(
        "ddr_npu2",
        62.0,
        0.15,
        "GB/s in long runs",
        "TAKA about 50 in GEMM's pattern, ATB 65, ZEN about 60",
    ),
    Prior(
        "run_overhead",
        90.0,
        0.3,
        "bytes lost a contiguous run",
        "TAKA figure 6a: runs of 112 bytes reach 40 % of what runs of 448 do; a burst is 64 to 256",
    ),
    Prior(
        "register_us",
        0.05,
        0.4,
        "microseconds a register write of the controller",
        "as the simulator takes it, about 50 ns; not published",
    ),
    Prior("launch_npu1", 110.0, 0.2, "us", "xrt-smi validate about 100; HW254 about 150"),
    Prior("launch_npu2", 85.0, 0.12, "us", "AIR 80 to 116; ryzen-npu-linux 94"),
    Prior("windows_us", 62.0, 0.15, "us more a launch on Windows", "VEGAH 147, AIR 85"),
    Prior("switch_lock_us", 7.2, 0.1, "us a lock", "VEGAH note 0004, after 25 us"),
    Prior(
        "chain_stretch",
        1.0,
        0.2,
        "of the latencies of a chain of vector operations",
        "JENA's latencies one after another: Peano does not pipeline these loops",
    ),
    Prior("row_overhead", 55.0, 0.4, "cycles a row and pass", "loop set-up and a reduction: JENA"),
    Prior(
        "gemv_chain",
        14.0,
        0.2,
        "cycles for 16 multiply-accumulates",
        "a load of 7 and a dependent multiply-accumulate of 6 cycles, not pipelined: JENA",
    ),
    Prior("attention_launch_us", 500.0, 0.5, "us", "a design of several herds; not published"),
    Prior("attention_block_us", 3.0, 0.5, "us a block of 64 queries and a head", "not published"),
    Prior(
        "attention_chain",
        52.0,
        0.3,
        "cycles for 16 scores",
        "maximum, exponential, sum, scaling of the running result: chains of JENA's latencies",
    ),
)


@dataclass(frozen=True, slots=True)
class ErrorBar:
    """Factors on a prediction: 10th and 90th percentile of measured over predicted."""

    low: float
    high: float
    points: int


@dataclass(frozen=True, slots=True)
class Fit:
    """Fitted constants, the error bars by kind, and how they came about."""

    constants: Constants
    bars: tuple[tuple[str, ErrorBar], ...]
    how: str

    def bar(self, kind: str) -> ErrorBar:
        """The error bar of a kind; the widest of all where a kind has none."""
        known = dict(self.bars)
        if kind in known:
            return known[kind]
        every = known.values()
        return ErrorBar(min(b.low for b in every), max(b.high for b in every), 0)


def prior_constants() -> Constants:
    """What is expected before any measurement."""
    return Constants(**{prior.name: prior.value for prior in PRIORS})


def moved(steps: Iterable[float]) -> Constants:
    """The priors, each multiplied by e to the power of its step, in widths."""
    pairs = zip(PRIORS, steps, strict=True)
    return Constants(**{p.name: p.value * math.exp(p.width * step) for p, step in pairs})


def to_json(fit: Fit) -> str:
    """A fit as the text of `constants.json`: each constant beside its prior and source."""
    values = asdict(fit.constants)
    entries = {
        p.name: {
            "value": _short(values[p.name]),
            "prior": p.value,
            "unit": p.unit,
            "source": p.source,
        }
        for p in PRIORS
    }
    bars = {
        kind: {"low": _short(bar.low), "high": _short(bar.high), "points": bar.points}
        for kind, bar in fit.bars
    }
    return json.dumps({"how": fit.how, "constants": entries, "error_bars": bars}, indent=1) + "\n"


def from_json(data: Mapping[str, object]) -> Fit:
    """The fit that `to_json` wrote, parsed."""
    entries, bars = data["constants"], data["error_bars"]
    assert isinstance(entries, dict) and isinstance(bars, dict)
    constants = Constants(**{f.name: entries[f.name]["value"] for f in fields(Constants)})
    read = tuple((kind, ErrorBar(**bar)) for kind, bar in bars.items())
    return Fit(constants, read, str(data["how"]))


@lru_cache(maxsize=1)
def load() -> Fit:
    """The fit that comes with the package."""
    text = files("aiec.partitioner.physics").joinpath(FILE_NAME).read_text(encoding="utf-8")
    return from_json(json.loads(text))


def changed(constants: Constants, **values: float) -> Constants:
    """The constants with some replaced."""
    return replace(constants, **values)


def _short(value: float) -> float:
    return float(f"{value:.4g}")
