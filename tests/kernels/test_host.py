"""Compilers found or missed, libraries cached, arguments checked."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from kernel_objects import BF16, TILINGS, aligned, random_arguments

from aiec.ir.errors import CodegenError, DesignError, OutputError
from aiec.ir.target import NPU1
from aiec.kernels import host, host_compiler
from aiec.kernels.gemm_bf16 import GEMM_BF16, kernel_build

TARGET, TILING = TILINGS[1]


def gemm() -> host.HostKernel:
    """The GEMM kernel of a small tile."""
    return host.load((kernel_build(TILING),), TARGET)["gemm_bf16"]


def test_no_compiler_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIE_CXX", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CodegenError, match=r"no C\+\+ compiler.*AIE_CXX.*pip install ziglang"):
        host_compiler.find_compiler()


def test_ziglang_is_the_last_resort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIE_CXX", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(
        host_compiler, "_described", lambda command: host_compiler.HostCompiler(command, "")
    )
    compiler = host_compiler.find_compiler()
    assert compiler.command[1:] == ("-m", "ziglang", "c++")
    assert "-march=native" not in compiler.flags  # zig compiles for this machine by itself


@pytest.mark.slow  # zig builds its C++ library first, once a machine
def test_ziglang_compiles_what_gcc_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ziglang")
    x, w, acc = random_arguments(GEMM_BF16, TILING, np.random.default_rng(0))
    gemm()(x, w, acc, 1)
    expected = acc.copy()
    monkeypatch.setenv("AIE_CXX", f"{sys.executable} -m ziglang c++")
    gemm()(x, w, acc, 1)
    np.testing.assert_allclose(acc, expected, atol=1e-5)


def test_named_compiler_must_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIE_CXX", "no-such-compiler -x")
    with pytest.raises(CodegenError, match=r"compiler 'no-such-compiler -x' does not run.*AIE_CXX"):
        host_compiler.find_compiler()


def test_a_compiled_library_is_taken_from_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "one.cc"
    source.write_text('extern "C" void one(int *x) { *x = 1; }\n#include <aie_api/aie.hpp>\n')
    host.compile_source(source, "one", target=NPU1, cache_dir=tmp_path)

    def refuse(*_: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(host_compiler, "_compile", refuse)
    host.compile_source(source, "one", target=NPU1, cache_dir=tmp_path)
    source.write_text(source.read_text().replace("= 1", "= 2"))
    with pytest.raises(AssertionError, match="compiled again"):
        host.compile_source(source, "one", target=NPU1, cache_dir=tmp_path)


def test_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        OutputError, match=r"cannot keep compiled kernels in .*file.kernels: Not a "
    ):
        host.load((kernel_build(TILING),), TARGET, tmp_path / "file")


def test_missing_source(tmp_path: Path) -> None:
    with pytest.raises(CodegenError, match=r"kernel source .*none\.cc does not exist"):
        host.compile_source(tmp_path / "none.cc", "f", target=NPU1)


def test_source_that_does_not_compile_quotes_the_first_error(tmp_path: Path) -> None:
    source = tmp_path / "broken.cc"
    source.write_text("#include <aie_api/aie.hpp>\nint f() { return undeclared; }\n")
    with pytest.raises(CodegenError, match=r"cannot compile broken\.cc.*:2:.*undeclared"):
        host.compile_source(source, "f", target=NPU1, cache_dir=tmp_path)


def test_missing_symbol(tmp_path: Path) -> None:
    source = tmp_path / "empty.cc"
    source.write_text("#include <aie_api/aie.hpp>\n")
    with pytest.raises(CodegenError, match=r"empty\.cc has no function 'f'.*extern \"C\" void f"):
        host.compile_source(source, "f", target=NPU1, cache_dir=tmp_path)


def test_scalars_and_arrays_reach_any_function(tmp_path: Path) -> None:
    source = tmp_path / "scale.cc"
    source.write_text(
        "#include <aie_api/aie.hpp>\n"
        'extern "C" void scale(float *x, int32_t n, float by)'
        " { for (int i = 0; i < n; ++i) x[i] *= by; }\n"
    )
    scale = host.compile_source(source, "scale", target=NPU1, cache_dir=tmp_path)["scale"]
    x = np.arange(4, dtype=np.float32)
    scale(x, 3, 2.5)
    scale(x, np.int32(3), np.float32(2.0))
    assert x.tolist() == [0.0, 5.0, 10.0, 3.0]
    assert not hasattr(scale, "cycles")


def test_wrong_dtype_or_size_is_named() -> None:
    x, w, acc = random_arguments(GEMM_BF16, TILING, np.random.default_rng(0))
    with pytest.raises(DesignError, match=r"argument acc of gemm_bf16.*expected memref<256xf32>"):
        gemm()(x, w, aligned(128, np.dtype(np.float32)), 0)
    with pytest.raises(DesignError, match=r"argument x of gemm_bf16 is 256 x float32"):
        gemm()(aligned(256, np.dtype(np.float32)), w, acc, 0)


def test_array_must_be_contiguous() -> None:
    _, w, acc = random_arguments(GEMM_BF16, TILING, np.random.default_rng(0))
    with pytest.raises(DesignError, match="argument 0 of gemm_bf16 is not contiguous"):
        gemm()(aligned(512, BF16)[::2], w, acc, 0)


def test_number_of_arguments_is_checked() -> None:
    x, w, acc = random_arguments(GEMM_BF16, TILING, np.random.default_rng(0))
    with pytest.raises(DesignError, match="gemm_bf16 is called with 3 arguments; expected 4"):
        gemm()(x, w, acc)


def test_cycles_take_the_arguments_of_the_call() -> None:
    kernel = gemm()
    x, w, acc = random_arguments(GEMM_BF16, TILING, np.random.default_rng(0))
    assert kernel.cycles(x, w, acc, 0) == GEMM_BF16.cycles(TARGET, TILING, 0)


def test_more_arrays_than_are_remembered() -> None:
    kernel = gemm()
    x, w, _ = random_arguments(GEMM_BF16, TILING, np.random.default_rng(0))
    results = []
    for _ in range(300):
        acc = aligned(256, np.dtype(np.float32))
        kernel(x, w, acc, 1)
        results.append(acc.copy())
    assert all((r == results[0]).all() for r in results)
    assert results[0].any()


def test_a_source_that_uses_no_vectors(tmp_path: Path) -> None:
    source = tmp_path / "plain.cc"
    source.write_text('extern "C" void twice(int *x, int n) { while (n--) x[n] *= 2; }\n')
    twice = host.compile_source(source, "twice", target=NPU1, cache_dir=tmp_path)["twice"]
    values = np.arange(4, dtype=np.int32)
    twice(values, 4)
    assert values.tolist() == [0, 2, 4, 6]
