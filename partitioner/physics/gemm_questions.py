"""What a measured GEMM, or a kernel of one, asks of the model."""

from __future__ import annotations

import re
from dataclasses import replace

from aiec.ir.target import Target
from aiec.partitioner.physics.answer import Answer, UnansweredError
from aiec.partitioner.physics.constants import Constants
from aiec.partitioner.physics.events import PYTHON_US
from aiec.partitioner.physics.gemm import GemmRun, fitting_tiles, gemm_time
from aiec.partitioner.physics.memory import launch_us
from aiec.partitioner.physics.operands import BYTES, Dtype, operand_bytes, type_named
from aiec.partitioner.physics.paths import path_of
from aiec.partitioner.physics.points import Point
from aiec.partitioner.physics.rates import hand_cycles, product_cycles

_UKERNEL = (64, 64, 64)  # tile of iree-amd-aie on one core
_O2_OVER_O3 = 257 / 200  # IREE-CI: the same loops at either level
_LARGE = 4096  # m, k and n of a sweep's best


_OPERANDS = {
    "bfp16": Dtype.BFP16,
    "bfp16ebs8": Dtype.BFP16,
    "bf16": Dtype.BF16,
    "int8": Dtype.INT8,
    "int16": Dtype.INT16,
    "int32": Dtype.INT32,
    "fp32": Dtype.FP32,
}


def dtype_of(point: Point, target: Target) -> Dtype:
    """The operands of a point's product. `UnansweredError` for a type no kernel takes."""
    text = point.dtype_in
    if "emu" in text or ("2602.06063" in point.source and text == "bf16"):
        return Dtype.BF16_EMULATED if target.isa == "aie2p" else Dtype.BF16
    if re.search(r"bf16 ?x ?bfp16", text):
        return Dtype.BF16_BFP16
    if re.search(r"(int16|i16) ?x ?(int8|i8)", text):
        return Dtype.INT16_INT8
    found = _OPERANDS.get(type_named(text))
    if found is None:
        raise UnansweredError(f"operands of type {text or 'unknown'!r} have no kernel in the model")
    return found


def gemm(point: Point, target: Target, c: Constants) -> Answer:
    """A GEMM on the array: latency or throughput; the best of large ones if no size is given."""
    if point.m is None or point.k is None or point.n is None:
        return best(point, target, c)
    run = _run(point, target)
    time = gemm_time(run, target, c)
    if time is None:
        raise _no_kernel(run.dtype, target)
    python = PYTHON_US if "python" in f"{point.metric} {point.qualifier}".lower() else 0.0
    macs = run.m * run.k * run.n
    return Answer("gemm", time.total + python, target.clock_hz, macs, time.ddr_bytes)


def data_movement(point: Point, target: Target, c: Constants) -> Answer:
    """The transfers of a GEMM without its arithmetic."""
    run = _run(point, target)
    time = gemm_time(replace(run, compute=False), target, c)
    if time is None:
        raise _no_kernel(run.dtype, target)
    return Answer("gemm", time.total, target.clock_hz, run.m * run.k * run.n, time.ddr_bytes)


def best(point: Point, target: Target, c: Constants) -> Answer:
    """The best of a sweep over large sizes: the fastest tile, on whole blocks of it."""
    run = _run(replace(point, m=_LARGE, k=_LARGE, n=_LARGE), target)
    tiles = [run.tile] if run.tile else fitting_tiles(replace(run, m=0, n=0))
    answers = (_large(run, tile, target, c) for tile in tiles)
    known = [answer for answer in answers if answer is not None]
    if not known:
        raise _no_kernel(run.dtype, target)
    return max(known, key=lambda answer: answer.macs / answer.us)


def _large(run: GemmRun, tile: tuple[int, int, int], target: Target, c: Constants) -> Answer | None:
    m, k, n = (
        round(_LARGE / side) * side for side in (tile[0] * run.rows, tile[1], tile[2] * run.columns)
    )
    time = gemm_time(replace(run, m=m, k=k, n=n, tile=tile), target, c)
    return Answer("gemm", time.total, target.clock_hz, m * k * n, time.ddr_bytes) if time else None


def kernel(point: Point, target: Target, c: Constants) -> Answer:
    """One call of a product's kernel on one core, at the pace of its streams where traced."""
    m, k, n = _sizes(point)
    dtype = dtype_of(point, target)
    if "hand" in point.source.lower() or "instruction" in point.metric:
        cycles = hand_cycles(target.isa, dtype, m, k, n)
    else:
        held = BYTES.get(type_named(point.dtype_out), BYTES["fp32"])
        cycles = product_cycles(target.isa, dtype, m, k, n, held, c)
        if cycles is not None and "rate" in point.metric:
            a, b = operand_bytes(dtype)
            cycles = max(
                cycles,
                m * k * a / target.stream_bytes_per_cycle,
                k * n * b / target.stream_bytes_per_cycle,
            )
    if cycles is None:
        raise _no_kernel(dtype, target)
    return Answer("kernel", 1e6 * cycles / target.clock_hz, target.clock_hz, m * k * n)


def compute_only(point: Point, target: Target, c: Constants) -> Answer:
    """A GEMM computed so many times on one core from memory that is there already."""
    sizes, dtype = _sizes(point), dtype_of(point, target)
    tile = product_cycles(target.isa, dtype, *_UKERNEL, BYTES["fp32"], c)
    if tile is None:
        raise _no_kernel(dtype, target)
    words = point.qualifier.lower()
    if "ukernel" not in words:
        tile /= c.generated_share
        tile *= _O2_OVER_O3 if words.startswith("o2") else 1.0
    times = re.match(r"(\d+)x", point.metric)
    macs = sizes[0] * sizes[1] * sizes[2] * (int(times[1]) if times else 1)
    calls = macs / (_UKERNEL[0] * _UKERNEL[1] * _UKERNEL[2]) / (point.cores or 1)
    us = 1e6 * calls * tile / target.clock_hz
    return Answer("kernel", us + launch_us(target, False, c), target.clock_hz, macs)


def _sizes(point: Point) -> tuple[int, int, int]:
    if point.m is None or point.k is None or point.n is None:
        raise UnansweredError("M, K or N is not given")
    return point.m, point.k, point.n


def _run(point: Point, target: Target) -> GemmRun:
    sizes, dtype = _sizes(point), dtype_of(point, target)
    out = type_named(point.dtype_out)
    out = out if out in BYTES else "fp32"
    rows, columns = array_of(point, target)
    macs = sizes[0] * sizes[1] * sizes[2]
    return GemmRun(
        *sizes,
        dtype=dtype,
        out=out,
        rows=rows,
        columns=columns,
        path=path_of(point.source, point.qualifier, macs, out),
        tile=point.tile,
        k_l2=point.setting("k_l2") or point.setting("k_mt"),
        windows="windows" in point.source.lower(),
    )


def array_of(point: Point, target: Target) -> tuple[int, int]:
    """Rows and columns of cores: as said (`herd 8x4`), else whole columns of the cores used."""
    herd = re.search(r"herd (\d+)x(\d+)", f"{point.source} {point.qualifier}")
    if herd and (point.k is not None):
        return int(herd[1]), int(herd[2])
    cores = point.cores or target.cores
    rows = min(target.core_rows, cores)
    return rows, max(1, cores // rows)


def _no_kernel(dtype: Dtype, target: Target) -> UnansweredError:
    return UnansweredError(f"{target.name} has no kernel for {dtype}")
