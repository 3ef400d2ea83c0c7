"""Time of a GEMM on the array by anybody's code path: the equations of TAKA with launches.

    A crosses DDR once for each block of output columns: M K N bytes / (n columns)
    B once for each block of rows:                       M K N bytes / (m rows)
    an output tile takes K / k calls, each at the pace of the slowest of kernel, A and B streams
    time = launch + array and DDR in overlap (+ a second launch that casts)

`columns` cores of the array share B, `rows` share A. Where a path works on one output tile after
the other, its way out and the controller's round of transfers are not hidden.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from aiec.ir.target import Target
from aiec.partitioner.physics.constants import Constants
from aiec.partitioner.physics.memory import Traffic, ddr_us, launch_us, overlapped, shim_us
from aiec.partitioner.physics.operands import BFP16_BYTES, BYTES, Dtype, operand_bytes
from aiec.partitioner.physics.paths import GemmPath, Layout
from aiec.partitioner.physics.rates import product_cycles

_LONG_RUN = 4096  # bytes; of packed operands
_FILL_BYTES, _FILL_STRETCH = 64, 3.04  # VEGAH 0049: 583 cycles for 192 stores of 64 bytes
_REGISTERS_A_TRANSFER = 10  # a block write of eight words, an address, a queue: TXN-H
_CAST_LOCKS = 48  # of a cast design on eight columns: two objects a stream of 8 + 8 cores
_L1_BYTES = 63 * 1024
_SMALL_TILE = (32, 32, 32)  # where no other divides the sizes
_SIDES, _DEPTHS = (16, 32, 48, 64, 80, 96, 112, 128), (32, 64, 96, 128)


@dataclass(frozen=True, slots=True)
class GemmRun:
    """A GEMM as somebody measured it. Tile and depth are None where nobody says."""

    m: int
    k: int
    n: int
    dtype: Dtype
    out: str
    rows: int
    columns: int
    path: GemmPath
    tile: tuple[int, int, int] | None = None
    k_l2: int | None = None
    windows: bool = False
    compute: bool = True  # False: only the data is moved


@dataclass(frozen=True, slots=True)
class GemmTime:
    """Microseconds, and of what they consist."""

    launch: float
    array: float
    ddr: float
    cast: float
    ddr_bytes: float

    @property
    def total(self) -> float:
        """From the submission to the result."""
        return self.launch + overlapped(self.array, self.ddr) + self.cast


def gemm_time(run: GemmRun, target: Target, c: Constants) -> GemmTime | None:
    """Predict a GEMM; None where the array has no kernel for its operands."""
    tile = run.tile or run.path.tile or _largest_tile(run)
    array = _array_us(run, tile, target, c)
    if array is None:
        return None
    traffic = _traffic(run, tile)
    launch = launch_us(target, run.windows, c) if run.path.launch else 0.0
    cast = _cast_us(run, target, c) if run.path.cast else 0.0
    moved = sum(t.nbytes for t in traffic)
    return GemmTime(launch, array, ddr_us(traffic, target, c), cast, moved)


@lru_cache(maxsize=1024)
def _largest_tile(run: GemmRun) -> tuple[int, int, int]:
    """What a careful author takes: the tile of least DDR traffic; among equals the deepest."""
    a, b = operand_bytes(run.dtype)
    return min(
        fitting_tiles(run) or [_SMALL_TILE],
        key=lambda t: (a / (t[2] * run.columns) + b / (t[0] * run.rows), -t[1]),
    )


def fitting_tiles(run: GemmRun) -> list[tuple[int, int, int]]:
    """Tiles that divide m and n and that a core can hold, both inputs double-buffered."""
    a, b = operand_bytes(run.dtype)
    held = _out_bytes(run)

    def fits(m: int, k: int, n: int) -> bool:
        divides = run.m % (m * run.rows) == 0 and run.n % (n * run.columns) == 0
        return divides and 2 * m * k * a + 2 * k * n * b + m * n * held <= _L1_BYTES

    return [tile for tile in product(_SIDES, _DEPTHS, _SIDES) if fits(*tile)]


def _out_bytes(run: GemmRun) -> float:
    return BFP16_BYTES if run.out.startswith("bfp16") else BYTES[run.out]


def _stored_bytes(run: GemmRun) -> float:
    """Bytes of an output as the array writes it: fp32 where a second launch casts."""
    return BYTES["fp32"] if run.path.cast else _out_bytes(run)


def _array_us(
    run: GemmRun, tile: tuple[int, int, int], target: Target, c: Constants
) -> float | None:
    m, k, n = tile
    held = BYTES["fp32"] if run.path.fp32_accumulator else _out_bytes(run)
    kernel = product_cycles(target.isa, run.dtype, m, k, n, held, c)
    if kernel is None:
        return None
    if run.path.generated:
        kernel /= c.generated_share
    a, b = operand_bytes(run.dtype)
    stream = target.stream_bytes_per_cycle
    busy = kernel + c.step_overhead if run.compute else 0.0
    step = max(busy, m * k * a / stream, k * n * b / stream)
    tiles = math.ceil(run.m / (m * run.rows)) * math.ceil(run.n / (n * run.columns))
    cycles = tiles * (math.ceil(run.k / k) * step + _epilogue_cycles(run, tile, target))
    rounds = tiles * _round_us(run, c) if run.path.serial else 0.0
    shims = max(_shim_a_us(run, tile, target), _shim_b_us(run, tile, target))
    return max(cycles / target.clock_hz * 1e6 + rounds, shims)


def _epilogue_cycles(run: GemmRun, tile: tuple[int, int, int], target: Target) -> float:
    """Zeroing the accumulator, and the outputs' way through the column's stream."""
    m, _, n = tile
    fill = m * n * BYTES["fp32"] / _FILL_BYTES * _FILL_STRETCH
    sharing = max(1.0, run.rows * run.columns / target.columns)
    return fill + sharing * m * n * _stored_bytes(run) / target.stream_bytes_per_cycle


def _round_us(run: GemmRun, c: Constants) -> float:
    """The controller programs a transfer for each A, B and C stream, once an output block."""
    transfers = run.rows + 2 * run.columns
    return transfers * _REGISTERS_A_TRANSFER * c.register_us


def _blocks(run: GemmRun, tile: tuple[int, int, int]) -> tuple[int, int]:
    """Output blocks of the array along m and n, as far as DDR sees them."""
    m, _, n = (size * run.path.spread for size in tile)
    return math.ceil(run.m / (m * run.rows)), math.ceil(run.n / (n * run.columns))


def _shim_a_us(run: GemmRun, tile: tuple[int, int, int], target: Target) -> float:
    channels = min(run.rows, run.columns)
    a, _ = operand_bytes(run.dtype)
    return shim_us(run.m * run.k * a * _blocks(run, tile)[1], channels, target)


def _shim_b_us(run: GemmRun, tile: tuple[int, int, int], target: Target) -> float:
    _, b = operand_bytes(run.dtype)
    return shim_us(run.k * run.n * b * _blocks(run, tile)[0], run.columns, target)


def _runs(run: GemmRun, tile: tuple[int, int, int]) -> tuple[float, float]:
    """Bytes of a contiguous run of A and of B in DDR."""
    _, k, n = tile
    a, b = operand_bytes(run.dtype)
    if run.path.layout is Layout.PACKED:
        return _LONG_RUN, _LONG_RUN
    free = run.path.saturated and run.k_l2 is None
    k_l2 = run.k_l2 or run.path.k_l2 * k
    run_a = _LONG_RUN if free else k_l2 * a
    if run.path.layout is Layout.COLUMNS:
        return run_a, _LONG_RUN if free else k_l2 * b
    return run_a, n * run.path.n_l2 * b


def _traffic(run: GemmRun, tile: tuple[int, int, int]) -> tuple[Traffic, ...]:
    n = tile[2] * run.path.spread
    a, b = operand_bytes(run.dtype)
    run_a, run_b = _runs(run, tile)
    row_blocks, column_blocks = _blocks(run, tile)
    out = _stored_bytes(run)
    pitch_b = (run.k if run.path.layout is Layout.COLUMNS else run.n) * b
    return (
        Traffic(run.m * run.k * a * column_blocks, run_a, run.k * a),
        Traffic(run.k * run.n * b * row_blocks, run_b, pitch_b),
        Traffic(run.m * run.n * out, n * out, run.n * out),
    )


def _cast_us(run: GemmRun, target: Target, c: Constants) -> float:
    """The second launch: another design is configured, reads fp32 and writes bf16."""
    nbytes = run.m * run.n * (BYTES["fp32"] + BYTES["bf16"])
    return 25 + _CAST_LOCKS * c.switch_lock_us + ddr_us((Traffic(nbytes, _LONG_RUN),), target, c)
