"""The emulation of aie_api held to what chips returned: a table of every capture.

    python benchmarks/silicon.py [--target npu1]

Of results, finite ones must be equal to the bit, infinities and NaN of the same sort; payloads of
NaN are not compared. Sources of the captures: tests/kernels/silicon/README.md. On npu2 the same
numbers say only that both are emulated alike: no chip of that kind has been captured.
"""

import argparse
import csv
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import ml_dtypes
import numpy as np

from aiec.ir.target import NPU1, TARGETS, Target
from aiec.kernels.host import HostFunction, compile_source

KERNEL_TESTS = Path(__file__).parent.parent / "tests" / "kernels"
CAPTURES, PROBE = KERNEL_TESTS / "silicon", KERNEL_TESTS / "sources" / "silicon_probe.cc"
BF16, F32 = np.dtype(ml_dtypes.bfloat16), np.dtype(np.float32)
PATTERN = {2: np.dtype(np.uint16), 4: np.dtype(np.uint32)}
CONV_EVEN = 12
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Check:
    """Results of one capture: `made` by the emulation, `known` of the chip, of one dtype."""

    name: str
    made: np.ndarray
    known: np.ndarray

    @property
    def nan(self) -> int:
        """Results of the chip that are NaN."""
        return int(_nan(self.known).sum())

    @property
    def wrong(self) -> int:
        """Results that differ; any NaN equals any other."""
        bits = [a.view(f"u{a.itemsize}") for a in (self.made, self.known)]
        both_nan = _nan(self.made) & _nan(self.known)
        return int(((bits[0] != bits[1]) & ~both_nan).sum())


def _nan(values: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):  # ml_dtypes warns of them
        return np.isnan(values)


def rows_of(name: str) -> list[Row]:
    """The rows of a capture."""
    with (CAPTURES / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def grouped(rows: list[Row], *columns: str) -> Iterator[tuple[tuple[str, ...], list[Row]]]:
    """Rows that are equal in some columns."""
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[c] for c in columns)].append(row)
    yield from groups.items()


def aligned(values: np.ndarray, multiple: int = 1) -> np.ndarray:
    """A copy where vector loads may read it, padded with zeros to a multiple of some elements."""
    size = -(-values.size // multiple) * multiple
    raw = np.zeros(size * values.itemsize + 64, np.uint8)
    start = -raw.ctypes.data % 64
    out = raw[start : start + size * values.itemsize].view(values.dtype)
    out[: values.size] = values.reshape(-1)
    return out


def patterns(words: list[str], dtype: np.dtype) -> np.ndarray:
    """Numbers of hexadecimal patterns; several may stand in one word, between spaces."""
    each = [int(p, 16) for word in words for p in word.split()]
    return np.array(each, PATTERN[dtype.itemsize]).view(dtype)


def column(rows: list[Row], name: str, dtype: np.dtype) -> np.ndarray:
    """A column of patterns (floating point), or of decimal numbers."""
    words = [row[name] for row in rows]
    if dtype in (BF16, F32):
        return patterns(words, dtype)
    return np.array([int(n) for word in words for n in word.split()], dtype)


def lane_by_lane(
    function: HostFunction, source: np.ndarray, out: np.dtype, *modes: int
) -> np.ndarray:
    """What a function of 16 lanes makes of many numbers."""
    values = aligned(source, 16)
    made = aligned(np.zeros(values.size, out))
    for i in range(0, values.size, 16):
        function(values[i : i + 16], made[i : i + 16], *modes)
    return made[: source.size]


def products(run: Callable[[str], HostFunction], file: str, symbol: str, dtype: str) -> Check:
    """Matrix products, one an instruction."""
    rows = rows_of(file)
    operand = {"bf16": BF16, "i8": np.dtype(np.int8), "i16": np.dtype(np.int16)}[dtype]
    out = F32 if dtype == "bf16" else np.dtype(np.int32)
    a_name, b_name, c_name = list(rows[0])[3:6]
    made, known = [], []
    for _, tile in grouped(rows, "tile"):
        width = 1 + max(int(row["col"]) for row in tile)
        a = aligned(column(tile[::width], a_name, operand))
        b = aligned(column(tile[:width], b_name, operand).reshape(width, -1).T)
        c = aligned(np.zeros(len(tile), out))
        run(symbol)(a, b, c)
        made.append(c)
        known.append(column(tile, c_name, out))
    return Check(file, np.concatenate(made), np.concatenate(known))


def one_lane(run: Callable[[str], HostFunction], acc: str, left: list[str], right: str) -> float:
    """An accumulator after a few instructions' products of one lane."""
    c = aligned(np.resize(patterns([acc], F32), 16))
    b = aligned(np.repeat(patterns([right], BF16), 4))
    for words in left:
        run("mac_bf16")(aligned(np.tile(patterns([words], BF16), 4)), b, c)
    return c[0]


def sums_in_turn(run: Callable[[str], HostFunction]) -> Check:
    """Products onto accumulators, in one to three instructions, stored as bf16."""
    rows = rows_of("mac_bf16_probe_intra")
    steps = ("a_instruction1", "a_instruction2", "a_instruction3")
    sums = [
        one_lane(
            run, row["acc_f32_hex"], [row[s] for s in steps if row[s]], row["w_bf16_hex_k0..7"]
        )
        for row in rows
    ]
    made = lane_by_lane(run("to_bf16"), np.array(sums, F32), BF16, CONV_EVEN)
    return Check("mac_bf16_probe_intra", made, column(rows, "out_bf16_hex", BF16))


def places(run: Callable[[str], HostFunction]) -> Check:
    """Accumulators that tell what terms are aligned to."""
    rows = rows_of("mac_bf16_place_probe")
    made = [
        one_lane(run, r["acc_f32_hex_before"], [r["a_bf16_hex_k0..7"]], r["w_bf16_hex_k0..7"])
        for r in rows
    ]
    known = column(rows, "silicon_acc_f32_hex_after", F32)
    return Check("mac_bf16_place_probe", np.array(made, F32), known)


def additions(run: Callable[[str], HostFunction], file: str, dtype: str) -> Check:
    """Sums and differences of one type."""
    kind = {"fp32": F32, "bf16": BF16}[dtype]
    symbol = {"fp32": "sums_f32", "bf16": "sums_bf16"}[dtype]
    made, known = [], []
    for (_, op), rows in grouped([r for r in rows_of(file) if r["type"] == dtype], "type", "op"):
        a, b = (aligned(column(rows, c, kind), 16) for c in ("a_hex", "b_hex"))
        plus, minus = aligned(np.zeros(a.size, kind)), aligned(np.zeros(a.size, kind))
        for i in range(0, a.size, 16):
            lanes = slice(i, i + 16)
            run(symbol)(a[lanes], b[lanes], plus[lanes], minus[lanes])
        made.append((plus if op == "add" else minus)[: len(rows)])
        known.append(column(rows, "out_hex", kind))
    return Check(f"{file}, {dtype}", np.concatenate(made), np.concatenate(known))


def by_modes(
    run: Callable[[str], HostFunction],
    file: str,
    symbol: str,
    source: tuple[str, np.dtype],
    out: tuple[str, np.dtype],
    modes: tuple[str, ...] = (),
) -> Check:
    """A function of one number, in the modes that the rows name."""
    codes = {"none": "0", "saturate": "1", "symmetric": "3"}
    made, known = [], []
    for values, rows in grouped(rows_of(file), *modes):
        numbers = [int(codes.get(v, v)) for v in values]
        made.append(lane_by_lane(run(symbol), column(rows, *source), out[1], *numbers))
        known.append(column(rows, *out))
    return Check(file, np.concatenate(made), np.concatenate(known))


def shuffles(run: Callable[[str], HostFunction]) -> Check:
    """Filters and transpositions of aie_api against the modes that do them, by bytes' numbers."""
    modes = json.loads((CAPTURES / "shuffle_routing_aie2.json").read_text())["modes"]
    routing = {mode["name"]: np.array(mode["routing"], np.uint8) for mode in modes}
    source, out = aligned(np.arange(128, dtype=np.uint8)), aligned(np.zeros(128, np.uint8))
    made, known = [], []
    for bits, name in ((8, "T8_64x2"), (16, "T16_32x2"), (32, "T32_16x2")):
        run("filtered")(source, out, bits)
        made.append(out.copy())
        known += [routing[f"{name}Lo"], routing[f"{name}Hi"]]
    for name in ("T8_8x8", "T8_16x4", "T8_4x16", "T16_8x4", "T16_4x8", "T16_16x2", "T16_2x16",
                 "T32_4x4"):  # fmt: skip
        bits, rows, columns = (int(n) for n in name[1:].replace("x", "_").split("_"))
        run("transposed")(source, out, bits, rows, columns)
        made.append(out[:64].copy())
        known.append(routing[name])
    return Check("shuffle_routing_aie2", np.concatenate(made), np.concatenate(known))


INT8, INT16, INT32 = (np.dtype(f"i{size}") for size in (1, 2, 4))
CHECKS: dict[str, Callable[[Callable[[str], HostFunction]], Check]] = {
    "mac_bf16": lambda run: products(run, "mac_bf16_4x8x4", "mul_bf16", "bf16"),
    "mac_bf16_overflow": lambda run: products(run, "mac_bf16_4x8x4_overflow", "mul_bf16", "bf16"),
    "mac_in_turn": sums_in_turn,
    "places": places,
    "add_f32": lambda run: additions(run, "float_add_sub_silicon", "fp32"),
    "add_bf16": lambda run: additions(run, "float_add_sub_silicon", "bf16"),
    "add_f32_classes": lambda run: additions(run, "float_add_sub_class_by_rule", "fp32"),
    "add_bf16_classes": lambda run: additions(run, "float_add_sub_class_by_rule", "bf16"),
    "f32_to_bf16": lambda run: by_modes(
        run, "f32_to_bf16", "to_bf16", ("in_f32_hex", F32), ("out_bf16_hex", BF16),
        ("rounding_code",),
    ),
    "widened": lambda run: by_modes(
        run, "convexp_bf16_denorm", "widened", ("in_bf16_hex", BF16), ("out_f32_hex", F32)
    ),
    "floors": lambda run: by_modes(
        run, "vfloor_bf16_denorm", "floors", ("in_bf16_hex", BF16), ("out_i32_floor", INT32)
    ),
    "srs": lambda run: by_modes(
        run, "srs_i32_to_i16", "shifted_down", ("in_i32", INT32), ("out_i16", INT16),
        ("rounding_code", "saturation_code", "shift"),
    ),
    "ups": lambda run: by_modes(
        run, "ups_i16_to_i32", "shifted_up", ("in_i16", INT16), ("out_i32", INT32), ("shift",)
    ),
    "pack": lambda run: by_modes(
        run, "pack_i16_to_i8", "packed", ("in_i16", INT16), ("out_i8", INT8), ("saturation",)
    ),
    "mac_i8": lambda run: products(run, "mac_i8_4x8x8", "mul_i8", "i8"),
    "mac_i16": lambda run: products(run, "mac_i16_4x2x8", "mul_i16", "i16"),
    "shuffles": shuffles,
}  # fmt: skip
AIE2_ONLY = {"floors"}  # AIE2P's conversion rounds to nearest


def probe(target: Target, symbol: str) -> HostFunction:
    """A function of silicon_probe.cc, compiled for this host."""
    return compile_source(PROBE, symbol, target=target)[symbol]


def check(name: str, target: Target = NPU1) -> Check:
    """One capture against the emulation."""
    return CHECKS[name](partial(probe, target))


def main() -> int:
    """Print the table; 1 if a result differs."""
    parser = argparse.ArgumentParser(description="The emulation held to what chips returned.")
    parser.add_argument("--target", default="npu1", choices=[*TARGETS])
    target = TARGETS[parser.parse_args().target]
    print(f"{'capture':40} {'results':>8} {'NaN':>6} {'wrong':>6}")
    wrong = 0
    for name in CHECKS:
        if target.isa != NPU1.isa and name in AIE2_ONLY:
            continue
        done = check(name, target)
        wrong += done.wrong
        print(f"{done.name:40} {done.known.size:8} {done.nan:6} {done.wrong:6}", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
