"""What a user may ask of the backend: one frozen record, checked at the door.

Read from `torch.compile(..., options={...})`, environment, configuration file and defaults by
`compiler/config.py`; this file only holds the record and refuses what is not in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from aiec.ir.errors import OptionError, nearest

_NULLS = ("null:npu1", "null:npu2", "null:npu1+cpu", "null:npu2+cpu")
DEVICES = ("auto", "npu", "npu1", "npu2", "sim", "sim:npu1", "sim:npu2", *_NULLS, "cpu")
OBJECTIVES = ("latency", "throughput", "energy")
DTYPES = ("bf16", "bfp16")
PARTITIONS = ("cost", "npu-all", "cpu-all")
MLIR_AIE_EPOCHS = ("E1", "E2")

_CHOICES: dict[str, tuple[str, ...]] = {
    "device": DEVICES,
    "objective": OBJECTIVES,
    "dtype": DTYPES,
    "partition": PARTITIONS,
    "mlir_aie": MLIR_AIE_EPOCHS,
}


@dataclass(frozen=True, slots=True)
class Options:
    """Every option of `torch.compile(model, backend="aie", options={...})`.

    Attributes:
        device: where NPU partitions run: `npu1`/`npu2` the real device, `npu` whichever there is,
            `sim:npu1`/`sim:npu2` the simulator (`sim` is `sim:npu2`), `null:npu1`/`null:npu2` a
            device that takes the predicted time of each dispatch and computes nothing, or with
            `+cpu` behind the name the right values on the CPU; `cpu` none, `auto` the NPU if there
            is one, else `cpu`.
        objective: what the assignment minimises: the time of one pass, the time between passes
            with several in flight, or the machine's energy.
        dtype: what an encoder's products keep of activations; accumulation is fp32. npu1 multiplies
            bf16. npu2 multiplies bfp16: `bf16` rounds activations to it in two parts, which keeps
            all of bf16 and takes twice the products; `bfp16` rounds them once, which is faster and
            changes texts. Weights are bfp16 on npu2 either way.
        partition: `cost` decides by predicted time; `npu-all`, `cpu-all` put all they can on one.
        force_npu, force_cpu: glob patterns over op names (`addmm_3`), op kinds (`linear`) and
            module paths (`blocks.0.mlp.*`); an op that matches both is an error.
        require_npu: raise a `PartitionError` if nothing lands on the NPU (a warning where a graph
            of the same model, for other shapes, has been there before), and the device's error
            where it fails, instead of going on without it.
        dry_run: stop after the assignment: report, then run everything on the CPU.
        dump_dir: where every stage leaves its result to be looked at.
        cache_dir: where packed weights and host-compiled kernels are kept between runs.
        cpu: the CPU that costs are for: `auto` (this one if `aiec bench calibrate` measured it,
            else the one beside the target's NPU), `measured`, or a Ryzen part's name (`HX 370`).
        mlir_aie: the syntax generation that designs are printed in.
        memory_mb: MiB that the device's buffers may take, resident weights included. Far above what
            large-v3's encoder needs (1.3 GB), far below what a laptop with 16 GB can spare.
        check_weights: read the weights of the NPU's ops at every call, to notice writes that
            PyTorch's version counters miss (through `.data` or numpy, or to inference tensors).
            False goes by the counters alone, for weights that nobody writes to.
    """

    device: str = "auto"
    objective: str = "latency"
    dtype: str = "bf16"
    partition: str = "cost"
    force_npu: tuple[str, ...] = ()
    force_cpu: tuple[str, ...] = ()
    require_npu: bool = False
    dry_run: bool = False
    dump_dir: Path | None = None
    cache_dir: Path | None = None
    cpu: str = "auto"
    mlir_aie: str = "E2"
    memory_mb: int = 4096
    check_weights: bool = True

    def __post_init__(self) -> None:
        if self.memory_mb < 1:
            raise OptionError(
                f"option 'memory_mb' cannot be {self.memory_mb}", expected="1 or more"
            )
        for key, known in _CHOICES.items():
            value = getattr(self, key)
            if value not in known:
                raise OptionError(f"unknown {key} {value!r}", expected=nearest(str(value), known))

    @property
    def target_name(self) -> str | None:
        """The target that `device` names outright (`sim` is npu2); None for `auto` and `cpu`."""
        if self.device == "sim":
            return "npu2"
        name = self.device.removeprefix("sim:").removeprefix("null:").removesuffix("+cpu")
        return name if name in ("npu1", "npu2") else None


OPTION_NAMES: tuple[str, ...] = tuple(f.name for f in fields(Options))


def options_from(mapping: Mapping[str, Any]) -> Options:
    """Build `Options` from plain values; unknown keys and values of a wrong type are errors."""
    for key in mapping:
        if key not in OPTION_NAMES:
            raise OptionError(f"unknown option {key!r}", expected=nearest(str(key), OPTION_NAMES))
    return Options(**{key: _coerce(key, value) for key, value in mapping.items()})


def _coerce(key: str, value: Any) -> Any:
    if key in ("force_npu", "force_cpu"):
        items = (value,) if isinstance(value, str) else value
        ok = isinstance(items, Collection) and all(isinstance(item, str) for item in items)
        return tuple(_checked(key, items, ok, "glob patterns"))
    if key in ("require_npu", "dry_run", "check_weights"):
        return _checked(key, value, isinstance(value, bool), "True or False")
    if key == "memory_mb":
        return _checked(key, value, type(value) is int, "a whole number of MiB")
    if key in ("dump_dir", "cache_dir"):
        ok = value is None or isinstance(value, (str, Path))
        return Path(_checked(key, value, ok, "a path")) if value is not None else None
    return _checked(key, value, isinstance(value, str), "a string")


def _checked(key: str, value: Any, ok: bool, expected: str) -> Any:
    if not ok:
        raise OptionError(f"option {key!r} cannot be {value!r}", expected=expected)
    return value
