"""Kernels as host functions: the C++ of `cpp/`, compiled against the emulation headers, by ctypes.

The simulator runs these: the code that a core would run, at gigaflops. Compiled libraries are kept
in a cache under the hash of everything that went into them. Refuses to run without a C++ compiler,
and says which one to install.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np

from aiec.ir.design import GemmTiling, KernelBuild
from aiec.ir.errors import CodegenError, DesignError, SimulationError
from aiec.ir.target import Target
from aiec.kernels.host_compiler import compile_library
from aiec.kernels.registry import KERNELS
from aiec.kernels.spec import KernelSpec, source_files, tiling_of

_DTYPES: dict[str, np.dtype[Any]] = {
    "bf16": np.dtype(ml_dtypes.bfloat16),
    "f32": np.dtype(np.float32),
    "i32": np.dtype(np.int32),
}
_KNOWN_ARRAYS = 256  # addresses that a function remembers; a simulator's buffers are made once


def load(
    kernels: tuple[KernelBuild, ...], target: Target, cache_dir: Path | None = None
) -> dict[str, HostKernel]:
    """Compile the objects of a design for this host; return its kernels by symbol.

    Args:
        cache_dir: where compiled libraries are kept; by default the user's cache directory.

    Raises:
        CodegenError: there is no C++ compiler, or it refused a source.
    """
    loaded: dict[str, HostKernel] = {}
    for build in kernels:
        tiling = tiling_of(build)
        library = compile_library(source_files(build), build.defines, target, cache_dir)
        for symbol in build.symbols:
            loaded[symbol] = HostKernel(KERNELS[symbol], library, target, tiling)
    return loaded


def compile_source(
    path: Path,
    *symbols: str,
    target: Target,
    defines: tuple[tuple[str, str], ...] = (),
    cache_dir: Path | None = None,
) -> dict[str, HostFunction]:
    """Compile any AIE C++ source for this host; return its extern "C" functions by symbol.

    The functions take arrays and ints as they come and have no cycle model.

    Raises:
        CodegenError: as `load`, or the source has no such function.
    """
    if not path.is_file():
        raise CodegenError(f"kernel source {path} does not exist")
    library = compile_library((path,), defines, target, cache_dir)
    for symbol in symbols:
        if not hasattr(library, symbol):
            raise CodegenError(
                f"{path.name} has no function {symbol!r}",
                todo=f'declare it extern "C" void {symbol}(...)',
            )
    return {symbol: HostFunction(symbol, library) for symbol in symbols}


class HostFunction:
    """A C function over numpy arrays (passed by address, in place) and ints.

    The first call with an array checks it and remembers its address, so that a call costs a
    microsecond. A misaligned access is an error, as it is wrong on the core.
    """

    __slots__ = ("_count", "_fault", "_function", "_known", "_name")

    def __init__(self, name: str, library: ctypes.CDLL) -> None:
        self._name = name
        self._function = getattr(library, name)
        self._function.restype = None
        self._fault = _fault_of(library)
        self._known: dict[int, tuple[np.ndarray, ctypes.c_void_p]] = {}
        self._count = -1  # of arguments; -1 before the first call

    def __call__(self, *args: Any) -> None:
        if len(args) != self._count:
            self._count = self._counted(len(args))
        known = self._known
        try:
            self._function(*[a if a.__class__ is int else known[id(a)][1] for a in args])
        except KeyError:
            self._function(*[self._admit(i, a) for i, a in enumerate(args)])
        if self._fault.value:
            self._misaligned()

    def _counted(self, count: int) -> int:
        if self._count >= 0:
            raise DesignError(
                f"{self._name} is called with {count} arguments", expected=f"{self._count}"
            )
        return count

    def _admit(self, position: int, arg: Any) -> Any:
        if isinstance(arg, (int, np.integer)):
            return int(arg)
        if isinstance(arg, (float, np.floating)):
            return ctypes.c_float(float(arg))
        self._check(position, arg)
        if len(self._known) >= _KNOWN_ARRAYS:
            self._known.clear()
        address = ctypes.c_void_p(arg.ctypes.data)
        self._known[id(arg)] = (arg, address)
        return address

    def _check(self, position: int, array: np.ndarray) -> None:
        if not array.flags.c_contiguous:
            raise DesignError(f"argument {position} of {self._name} is not contiguous")

    def _misaligned(self) -> None:
        nbytes, self._fault.value = self._fault.value, 0
        raise SimulationError(
            f"kernel {self._name} loads or stores {nbytes} bytes at a misaligned address",
            expected="buffers aligned for the core's vector loads",
            todo="give the design's buffers addresses that are multiples of 64",
        )


def _fault_of(library: ctypes.CDLL) -> ctypes.c_uint32:
    """The emulation's flag; a source that uses nothing of `aie_api` has none, and never faults."""
    name = "aie_emulation_misaligned"
    has_flag = hasattr(library, name)
    return ctypes.c_uint32.in_dll(library, name) if has_flag else ctypes.c_uint32(0)


class HostKernel(HostFunction):
    """One of our kernels for one tiling, with its cycle model."""

    __slots__ = ("_cycles", "_sizes", "spec", "target", "tiling")

    def __init__(
        self, spec: KernelSpec, library: ctypes.CDLL, target: Target, tiling: GemmTiling
    ) -> None:
        super().__init__(spec.symbol, library)
        self.spec, self.target, self.tiling = spec, target, tiling
        self._sizes = spec.sizes(tiling)
        self._count = len(self._sizes)
        self._cycles: dict[tuple[int, ...], int] = {}

    def cycles(self, *args: Any) -> int:
        """Predicted cycles of a call with these arguments."""
        scalars = tuple([a for a in args if a.__class__ is int])
        if scalars not in self._cycles:
            self._cycles[scalars] = self.spec.cycles(self.target, self.tiling, *scalars)
        return self._cycles[scalars]

    def _check(self, position: int, array: np.ndarray) -> None:
        HostFunction._check(self, position, array)
        parameter, elems = self.spec.parameters[position], self._sizes[position]
        if array.dtype != _DTYPES[parameter.dtype] or array.size != elems:
            raise DesignError(
                f"argument {parameter.name} of {self._name} is {array.size} x {array.dtype}",
                expected=parameter.mlir_type(self.tiling),
            )
