"""`aiec sim` without its command line: a design or a compiled folder, arrays from `.npy` files.

Comes after everything else of the simulator. Kernels are Python functions (`module:function`,
`file.py:function`), C++ sources compiled for this host (`file.cc`), or those that the manifest of a
compiled folder names.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from aiec.ir.design import KernelBuild
from aiec.ir.errors import DesignError, OptionError, OutputError, SimulationError, nearest
from aiec.ir.target import Target
from aiec.ir.transaction import Transaction, decode
from aiec.kernels import host
from aiec.runtime.sim.array.memory import DEFAULT_LIMIT_BYTES
from aiec.runtime.sim.simulator import SequenceArgument, Simulator, target_of
from aiec.runtime.sim.tell.report import Report

Kernel = Callable[..., Any]


def run_file(
    design: Path,
    *,
    inputs: Mapping[str, Path],
    outputs: Mapping[str, Path],
    kernels: Mapping[str, str],
    device: str | None = None,
    sequence: str | None = None,
    seed: int = 0,
    max_cycles: int | None = None,
    limit_bytes: int = DEFAULT_LIMIT_BYTES,
    trace: Path | None = None,
    floor_plan: Path | None = None,
    strict_hardware: bool = False,
    defaults: Mapping[str, np.ndarray] | None = None,
    instructions: Path | None = None,
    epoch: str = "E2",
) -> Report:
    """Simulate `design` (an .mlir file, or a folder with design.mlir) and write its outputs.

    inputs, outputs: by the name of the sequence's argument in the text, or its number; one that is
        in neither is a zeroed array of its declared type, one in both starts from its input.
    defaults: bytes of arguments, by name, that are in no input.
    limit_bytes: what the arrays made here, and the trace, may take.
    trace: where to write the timeline for Perfetto, also of a run that ends in an error.
    floor_plan: where to write the page that shows the array over time.
    strict_hardware: what only runs here is an error.
    kernels: symbol to `module:function`, `file.py:function` or `file.cc`.
    instructions: a stream to run in place of the sequence's text, made for `epoch`, E1 or E2.
    """
    path = design / "design.mlir" if design.is_dir() else design
    text = _read(path)
    target = target_of(text)
    functions: dict[str, Kernel] = {}
    if (design / "manifest.json").is_file():
        functions.update(_manifest_kernels(design / "manifest.json", target))
    for symbol, where in kernels.items():
        functions[symbol] = _kernel(symbol, where, target)
    traced = trace is not None or floor_plan is not None
    simulator = Simulator(
        text, kernels=functions, device=device, seed=seed, name=str(path), trace=traced,
        limit_bytes=limit_bytes, strict_hardware=strict_hardware,
        epoch=None if instructions is None else epoch,
    )  # fmt: skip
    stream = None if instructions is None else _stream(instructions)
    arguments = simulator.arguments(sequence)
    chosen = {name: path for name, path in inputs.items() if name in simulator.parameters}
    _check_names([name for name in (*inputs, *outputs) if name not in chosen], arguments)
    values = list(_values(arguments, inputs, defaults or {}, limit_bytes))
    parameters = {name: _number(path, _load(path)) for name, path in chosen.items()}
    try:
        report = simulator.run(values, sequence, max_cycles, parameters, stream)
    except SimulationError:
        if trace is not None:
            simulator.write_trace(trace)
        raise
    for argument, value in zip(arguments, values, strict=True):
        for name in argument.names:
            if name in outputs:
                _save(outputs[name], value)
    if trace is not None:
        simulator.write_trace(trace)
    if floor_plan is not None:
        simulator.write_floor_plan(floor_plan, report)
    return report


def _values(
    arguments: tuple[SequenceArgument, ...],
    inputs: Mapping[str, Path],
    defaults: Mapping[str, np.ndarray],
    limit_bytes: int,
) -> Iterator[Any]:
    for argument in arguments:
        path = next((inputs[name] for name in argument.names if name in inputs), None)
        if path is None:
            made = argument.zeros(limit_bytes)
            for name in argument.names:
                if name in defaults:
                    made.view(np.uint8).reshape(-1)[:] = defaults[name]
            yield made
            limit_bytes -= argument.nbytes
        else:
            loaded = _load(path)
            yield loaded if argument.is_array else _number(path, loaded)


def _number(path: Path, loaded: np.ndarray) -> int:
    if loaded.size != 1 or loaded.dtype.kind not in "iu":
        raise OptionError(f"{path} holds {loaded.size} x {loaded.dtype}", expected="one integer")
    return int(loaded.item())


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise DesignError(f"cannot read {path}: {error}") from None


def _stream(path: Path) -> Transaction:
    try:
        return decode(path.read_bytes(), str(path))
    except OSError as error:
        raise DesignError(f"cannot read {path}: {error}") from None


def _load(path: Path) -> np.ndarray:
    try:
        return np.ascontiguousarray(np.load(path))
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise OptionError(f"cannot load {path}: {error}", expected="a .npy file") from None


def _save(path: Path, array: Any) -> None:
    try:
        np.save(path, array)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error}") from None


def _check_names(given: Sequence[str], arguments: tuple[SequenceArgument, ...]) -> None:
    known = [name for argument in arguments for name in argument.names]
    for name in given:
        if name not in known:
            raise OptionError(
                f"the sequence has no argument {name!r}", expected=nearest(name, known)
            )


def _manifest_kernels(path: Path, target: Target) -> dict[str, Kernel]:
    """The kernels that a compiled folder's design links with, compiled for this host."""
    try:
        builds = tuple(
            KernelBuild(
                k["object"],
                k["source"],
                tuple((name, value) for name, value in k["defines"]),
                tuple(k["symbols"]),
            )
            for k in json.loads(_read(path))["kernels"]
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DesignError(
            f"{path} lists no kernels: {error}", todo="write the folder again with `aiec compile`"
        ) from None
    return dict(host.load(builds, target))


def _kernel(symbol: str, where: str, target: Target) -> Kernel:
    if where.endswith((".cc", ".cpp")):
        return host.compile_source(Path(where), symbol, target=target)[symbol]
    module, _, name = where.rpartition(":")
    if not module:
        raise OptionError(
            f"kernel {symbol}={where}",
            expected="symbol=module:function, symbol=file.py:function or symbol=file.cc",
        )
    try:
        return getattr(_import(module), name)
    except (ImportError, OSError, AttributeError) as error:
        raise OptionError(f"kernel {symbol}={where} cannot be loaded: {error}") from None


def _import(module: str) -> Any:
    if not module.endswith(".py"):
        return importlib.import_module(module)
    spec = importlib.util.spec_from_file_location(Path(module).stem, module)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded
