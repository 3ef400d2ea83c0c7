"""`aiec sim` without its command line: a design file or a compiled folder, arrays from `.npy`
files.

Comes after everything else of the simulator. Kernels are Python functions (`module:function`), C++
sources compiled for this host, or those that a compiled folder's manifest names.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from aiec.ir.errors import DesignError, OptionError, OutputError, nearest
from aiec.runtime.sim.report import Report
from aiec.runtime.sim.simulator import Simulator


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
) -> Report:
    """Simulate `design` (an .mlir file, or a folder with design.mlir) and write its outputs.

    inputs, outputs: by the name of the sequence's argument in the text, or its number; an argument
        that is in neither is a zeroed array of its declared type. An argument that is in both
        starts from its input.
    kernels: symbol to `module:function` or `path.py:function`.
    """
    path = design / "design.mlir" if design.is_dir() else design
    text = _read(path)
    functions = {symbol: _kernel(symbol, where) for symbol, where in kernels.items()}
    simulator = Simulator(text, kernels=functions, device=device, seed=seed, name=str(path))
    arguments = simulator.arguments(sequence)
    _check_names((*inputs, *outputs), [a.name for a in arguments])
    arrays = [_load(inputs[a.name]) if a.name in inputs else a.zeros() for a in arguments]
    report = simulator.run(arrays, sequence=sequence, max_cycles=max_cycles)
    for argument, array in zip(arguments, arrays, strict=True):
        if argument.name in outputs:
            _save(outputs[argument.name], array)
    return report


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise DesignError(f"cannot read {path}: {error}") from None


def _load(path: Path) -> np.ndarray:
    try:
        return np.ascontiguousarray(np.load(path))
    except (OSError, ValueError) as error:
        raise OptionError(f"cannot load {path}: {error}", expected="a .npy file") from None


def _save(path: Path, array: Any) -> None:
    try:
        np.save(path, array)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error}") from None


def _check_names(given: tuple[str, ...], known: list[str]) -> None:
    for name in given:
        if name not in known:
            raise OptionError(
                f"the sequence has no argument {name!r}", expected=nearest(name, known)
            )


def _kernel(symbol: str, where: str) -> Callable[..., Any]:
    module, colon, name = where.rpartition(":")
    if not colon:
        raise OptionError(
            f"kernel {symbol}={where}", expected="symbol=module:function or symbol=file.py:function"
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
