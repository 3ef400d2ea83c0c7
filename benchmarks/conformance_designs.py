"""What mlir-aie's static designs of test/npu-xrt compute: arguments and expected values, restated.

The designs stay upstream; conformance.py reads them from a checkout. A design without `NPUDEVICE`
in its text has no devices here. Arguments that a rule does not mention must keep their contents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np

from aiec.runtime.sim import Simulator

Arrays = list[Any]
# Loads a device of the design (the only one by default) on a fresh array.
Load = Callable[..., Simulator]
# What a design's host program does: it runs the design and yields (what came, what should).
Play = Callable[[Load], Iterator[tuple[np.ndarray, np.ndarray]]]
ONE, MANY = ("npu1_1col", "npu2_1col"), ("npu1", "npu2_4col")
NPU2 = ("npu2_1col",)


@dataclass(frozen=True, slots=True)
class Design:
    """One design. `path` within test/npu-xrt; `devices` stand for NPUDEVICE, one run each."""

    path: str
    play: Play
    devices: tuple[str, ...] = ("",)


def blank(*shape: int, dtype: Any = np.int32) -> np.ndarray:
    """An array of bytes 0xCD."""
    return np.frombuffer(b"\xcd" * (np.dtype(dtype).itemsize * int(np.prod(shape))), dtype).reshape(
        shape
    )


def count(n: int, first: int = 1, dtype: Any = np.int32) -> np.ndarray:
    """n numbers from `first` on, modulo the type's range."""
    return np.arange(first, first + n).astype(dtype)


def plain(args: Arrays, expected: Mapping[int, np.ndarray], sequence: str | None = None) -> Play:
    """Run once; argument i is then expected[i], every other array unchanged."""

    def play(load: Load) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        given = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
        load().run(given, sequence=sequence)
        for place, (after, before) in enumerate(zip(given, args, strict=True)):
            if isinstance(before, np.ndarray):
                yield after, expected.get(place, before)

    return play


def mapped(n: int, rule: Callable[[np.ndarray], np.ndarray], first: int = 1, middle: int = 32,
           dtype: Any = np.int32) -> Play:  # fmt: skip
    """An input that counts, an unused buffer, and out = rule(input)."""
    a = count(n, first, dtype)
    return plain([a, blank(middle, dtype=dtype), blank(n, dtype=dtype)], {2: rule(a)})


def copied(n: int, middle: bool = False) -> Play:
    """out = input, of n int32."""
    a = count(n)
    args = [a, blank(n), blank(n)] if middle else [a, blank(n)]
    return plain(args, {len(args) - 1: a})


def _padded(rows: np.ndarray, before: tuple[int, int], after: tuple[int, int]) -> np.ndarray:
    return np.pad(rows, tuple(zip(before, after, strict=True)))


def padded_2d() -> Play:
    """61 x 56 ones in a frame of zeros to 64 x 64, plus 12."""
    ones = np.ones((61, 56), np.int8)
    out = _padded(ones, (2, 4), (1, 4)) + np.int8(12)
    return plain([ones, blank(32, dtype=np.int8), blank(64, 64, dtype=np.int8)], {2: out})


def padded_rows(n: int, columns: tuple[int, int], added: int, dtype: Any) -> Play:
    """4 rows padded with zeros to 16 columns, plus `added`."""
    a = count(n, dtype=dtype)
    out = _padded(a.reshape(4, -1), (0, columns[0]), (0, columns[1])) + dtype(added)
    return plain([a, blank(32, dtype=dtype), blank(64, dtype=dtype)], {2: out.reshape(-1)})


def pad_value() -> Play:
    """13 numbers between 2 and 1 words of 42."""
    a = count(13)
    out = np.concatenate([[42, 42], a, [42]]).astype(np.int32)
    return plain([a, blank(16)], {1: out})


def blockwrite() -> Play:
    """The constants of the core's buffer are written by the sequence, one of them twice."""
    constants = np.array([1, 2, 3, 4, 42, 6, 7, 8], np.int32)
    return mapped(64, lambda a: a + np.tile(constants, 8))


def maskwrite() -> Play:
    """Bits of two words of a filled buffer are replaced, then all words counted up."""
    words = np.full(8, 0x37373737, np.uint32)
    for place, (value, mask) in enumerate([(0x12345678, 0xF0F0F0F0), (0x9ABCDEF0, 0x0F0F0F0F)]):
        words[place] = (words[place] & ~np.uint32(mask)) | (value & mask)
    out = blank(64, dtype=np.uint32).copy()
    out[:8] = words + 1
    return plain([blank(64, dtype=np.uint32)], {0: out})


def chained(devices: tuple[str, str], added: int, middle: bool) -> Play:
    """Two devices one after the other: the second takes the first's output."""

    def play(load: Load) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        data = count(64)
        for device in devices:
            out = blank(64).copy()
            load(device).run([data, blank(32).copy(), out] if middle else [data, out])
            data = out
        yield data, count(64, 1 + added)

    return play


def three_lanes(load: Load) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Three independent lanes through two devices."""
    lanes = [count(64, lane) for lane in range(3)]
    for device in ("aie_add_1", "aie_add_2"):
        outs = [blank(64).copy() for _ in lanes]
        load(device).run([a for pair in zip(lanes, outs, strict=True) for a in pair])
        lanes = outs
    for lane, data in enumerate(lanes):
        yield data, count(64, lane + 3)


def two_devices(load: Load) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The first adds 1 to its input, the second 102."""
    for device, first, added in (("add_one", 1, 1), ("add_two", 2, 102)):
        out = blank(64).copy()
        load(device).run([count(64, first), out])
        yield out, count(64, first + added)


def control_word(address: int, operation: int = 0, beats: int = 0, stream: int = 0) -> int:
    """The header of a control packet, with odd parity."""
    word = stream << 24 | operation << 22 | beats << 20 | address
    return word | (1 - word.bit_count() % 2) << 31


def control_packets(cores: int) -> Play:
    """Locks 0 and 2 of every core are set to 2 by control packets; each core counts on."""
    locks = [control_word(0x1F000), 2, control_word(0x1F020), 2] * cores
    packets = np.zeros(64, np.uint32)
    packets[: 4 * cores] = locks
    reads = [control_word(0x440 + 16 * i, operation=1, beats=3, stream=2) for i in range(2)]
    if cores == 1:
        packets[4:6] = reads
    out, answer = blank(64).copy(), blank(64).copy()
    out[: 8 * cores] = np.tile(count(8, 7), cores)
    answer[:8] = count(8, 8)
    expected = {2: out, 0: answer} if cores == 1 else {2: out}
    return plain([blank(64), packets, blank(64)], expected)


def reconfigured(cores: int, wrap: int, added: int, device: str = "main") -> Play:
    """Every core adds `added` and its number to its 64 x 64 bytes."""

    def play(load: Load) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        a = (np.arange(cores * 4096) % wrap + 1).astype(np.int8)
        out = blank(cores * 4096, dtype=np.int8).copy()
        load(device).run([a, out])
        number = np.repeat(np.arange(cores), 4096)
        yield out, (a + added + number).astype(np.int8)

    return play


def queue() -> Play:
    """Sums: of the five words of a, then of twelve of b and c each."""
    a, b, c = count(5, 0), count(96), count(96, 2)
    sums = np.concatenate([[a.sum()], (b + c).reshape(8, 12).sum(1)]).astype(np.int32)
    return plain([a, b, c, np.zeros(9, np.int32)], {3: sums})


def repeated(n: int, copy: bool = True, arguments: tuple[int, ...] = ()) -> Play:
    """n copies of a tile, or nothing."""
    a, out = count(256), np.full(4096, -12345, np.int32)
    wanted = out.copy()
    if copy:
        wanted[: 256 * n] = np.tile(a, n)
    return plain([a, out, n, *arguments], {1: wanted})


def many_counts(copy: bool | None) -> Play:
    """`repeated` for several counts."""

    def play(load: Load) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for n in (1, 2, 8, 16):
            yield from repeated(n, copy is not False, () if copy is None else (int(copy),))(load)

    return play


def restarted(load: Load) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """A counter in a core's memory survives a reset of the core, and moves on by one."""
    out = blank(16).copy()
    load().run([out])
    yield out, np.repeat([out[0], out[0] + 1], 8).astype(np.int32)


def dispatched(load: Load) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Every dispatch of one load gives the same, as the sequence resets the channel."""
    simulator = load()
    for _ in range(8):
        out = np.full(8, -559038737, np.int32)
        simulator.run([out])
        yield out, count(8, 100)


def pairs() -> Play:
    """Eight pairs of buffers, each copied."""
    args: Arrays = []
    for p in range(8):
        args += [np.arange(64, dtype=np.int32) * (p + 1), blank(64)]
    return plain(args, {2 * p + 1: args[2 * p] for p in range(8)})


def multiplied() -> Play:
    """C = A B in int32."""
    a, b = np.random.default_rng(0).integers(-(2**31), 2**31, (2, 16, 16)).astype(np.int32)
    return plain([a, b, np.zeros((16, 16), np.int32)], {2: a @ b})


def quarters() -> Play:
    """The quarters of the input in the order 2, 0, 3, 1."""
    a = count(4096)
    return plain([a, blank(4096)], {1: a.reshape(4, 1024)[[2, 0, 3, 1]].reshape(-1)})


def merged(load: Load) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Packets of two sources, in any order, neither mixed within a packet."""
    out = blank(16).copy()
    load().run([blank(8).copy(), blank(8).copy(), out])
    yield np.sort(out), np.concatenate([count(8), count(8, 101)])
    yield out.reshape(2, 8), np.sort(out.reshape(2, 8), axis=1)


def merged_bytes(load: Load) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """256 bytes of each of three sources."""
    out = np.full(768, -1, np.int8)
    load().run([out])
    yield np.sort(out), np.repeat([1, 2, 3], 256).astype(np.int8)


def two_packets() -> Play:
    """Ones; the first half plus 12, the second plus 7."""
    ones = np.ones((128, 64), np.int8)
    out = np.repeat([13, 8], 64 * 64).astype(np.int8).reshape(128, 64)
    args = [ones, blank(32, dtype=np.int8), blank(128, 64, dtype=np.int8)]
    return plain(args, {2: out})


def in_place(added: list[int], each: int, sequence: str = "sequence") -> Play:
    """Runs of `each` words of one buffer, every one with its own sum."""

    def play(load: Load) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        data = np.zeros(512, np.int32)
        data[: each * len(added)] = before = count(each * len(added), 0)
        load("main").run([data], sequence=sequence)
        yield data[: before.size], before + np.repeat(added, each)

    return play


def persistent(load: Load) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """A mem tile's constants survive the next configuration."""
    data = np.zeros(512, np.int32)
    load("main").run([data], sequence="sequence")
    yield data[:8], np.array([11, 22, 33, 44] * 2, np.int32)


def running_sums() -> Play:
    """Row r is the sum of the rows before it; the first two are ones."""
    a = np.zeros((8, 16), np.int32)
    a[0] = 1
    out = a.copy()
    out[1:] = 2 ** np.arange(7)[:, None]
    return plain([a.reshape(-1)], {0: out.reshape(-1)})


def offset_parameter(load: Load) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """A scratchpad parameter moves the start of the input."""
    simulator = load("test")
    for offset in (0, 8, 16):
        out = blank(8).copy()
        simulator.run([count(32, 0), out], parameters={"input_offset": offset})
        yield out, count(8, offset)


def bf16_parameters(load: Load) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """A core multiplies two scratchpad parameters in bf16."""
    simulator = load("test")
    for foo, bar, product in ((3.0, 4.0, 12.0), (2.0, 5.0, 10.0)):
        out = np.zeros(2, ml_dtypes.bfloat16)
        simulator.run([out], parameters={"foo": foo, "bar": bar})
        yield out[:1], np.array([product], ml_dtypes.bfloat16)


def raw_scratchpad(load: Load) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The scratchpad's word 0 is added to a buffer that survives the reconfiguration."""
    simulator = load("regwrite_test")
    for added, total in ((42, 42), (1, 43)):
        out = np.zeros(1, np.int32)
        simulator.run([out], parameters={0: added << 2})
        yield out, np.array([total], np.int32)


def alternating() -> Play:
    """Slices of two sources in turn."""
    a, b = count(2560), count(2560, 10001)
    out = np.stack([a.reshape(10, 256), b.reshape(10, 256)], 1)
    return plain([a, b, blank(5120)], {2: out.reshape(-1)})


def summed() -> Play:
    """The input plus a constant 0 to 255 that the design holds."""
    a = count(256)
    return plain([a, count(256, 0), blank(256)], {2: a + count(256, 0)})


def image() -> Play:
    """Bytes above 50 become 255, others 0."""
    a = np.random.default_rng(0).integers(0, 255, 8192).astype(np.uint8)
    out = np.where(a > 50, 255, 0).astype(np.uint8)
    return plain([a, blank(32), blank(8192, dtype=np.uint8)], {2: out})


def scaled() -> Play:
    """out = 3 input, with traces that nothing here reads."""
    a = np.random.default_rng(42).integers(1, 100, 4096).astype(np.int32)
    return plain([a, np.array([3], np.int32), blank(4096)], {2: 3 * a})


def locks_as_data() -> Play:
    """The values 42 to 49 of eight locks, eight times."""
    args = [np.full(64, 0xFABCDEF, np.int32), blank(64)]
    return plain(args, {1: np.tile(count(8, 42), 8)})


def cascade() -> Play:
    """A number handed through three cores at index 5, zeros elsewhere."""
    out = np.zeros(64, np.int32)
    out[5] = 214
    return plain([count(64), blank(64), blank(64)], {2: out})


def packet_of_ones() -> Play:
    """Ones plus 12."""
    ones = np.ones((64, 64), np.int8)
    args = [ones, blank(32, dtype=np.int8), blank(64, 64, dtype=np.int8)]
    return plain(args, {2: ones + np.int8(12)})


DESIGNS: tuple[Design, ...] = (
    Design("add_12_i8_using_2d_dma_op_with_padding", padded_2d(), ONE),
    Design("add_21_i8_using_dma_op_with_padding", padded_rows(32, (4, 4), 21, np.int8), ONE),
    Design("add_256_using_dma_op_no_double_buffering", mapped(64, lambda a: a + 256, 0), ONE),
    Design("add_314_using_dma_op", mapped(64, lambda a: a + 314), ONE),
    Design("add_378_i32_using_dma_op_with_padding", padded_rows(52, (2, 1), 378, np.int32), ONE),
    Design("add_blockwrite", blockwrite(), ONE),
    Design("add_maskwrite", maskwrite(), ONE),
    Design("add_multi_arg_runlist", three_lanes, MANY),
    Design("add_one_cpp_aiecc", mapped(64, lambda a: a + 1), ONE),
    Design("add_one_ctrl_packet", control_packets(1), ONE),
    Design("add_one_ctrl_packet_4_cores", control_packets(4), MANY),
    Design("add_one_ctrl_packet_col_overlay", control_packets(4)),
    Design("add_one_func_link_with_peano", mapped(64, lambda a: a + 1), ONE),
    Design("add_one_objFifo", mapped(64, lambda a: a + 41), ONE),
    Design("add_one_objFifo_elf", mapped(64, lambda a: a + 41), ONE),
    Design("add_one_scale_func_link_with_peano", mapped(64, lambda a: 2 * (a + 1)), ONE),
    Design("add_one_two", chained(("design1", "design2"), 3, True), ONE),
    Design("add_one_two_runlist", chained(("aie_add_1", "aie_add_2"), 3, False), ONE),
    Design("add_one_two_txn", two_devices, ONE),
    Design("add_one_using_dma", mapped(64, lambda a: a + 1), ONE),
    Design("cascade_flows", cascade()),
    Design("core_dmas/dma_configure_task_lock", copied(1024), ONE),
    Design("core_dmas/dma_configure_task_token", copied(1024), ONE),
    Design("ctrl_packet_reconfig", reconfigured(1, 256, 12), ONE),
    Design("ctrl_packet_reconfig_1x4_cores", reconfigured(4, 256, 12), ONE),
    Design("ctrl_packet_reconfig_4x1_cores", reconfigured(4, 128, 12), ("npu1", "npu2")),
    Design("ctrl_packet_reconfig_elf", reconfigured(1, 64, 3), ONE),
    Design("dma_op_pad_value_i32", pad_value(), NPU2),
    Design("dmabd_task_queue", queue(), MANY),
    Design("dynamic_conditional_passthrough", many_counts(True)),
    Design("dynamic_conditional_passthrough", many_counts(False)),
    Design("dynamic_pingpong_passthrough", many_counts(None)),
    Design("dynamic_pingpong_trace", many_counts(None)),
    Design("loadpdi", plain([count(512, 0)], {0: count(512, 2)})),
    Design("local_reset/core", restarted, ONE),
    Design("local_reset/core_reset_op", restarted, ONE),
    Design("local_reset/dma", dispatched, ONE),
    Design("local_reset/dma_channel_reset_op", dispatched, ONE),
    Design("many_buffers", pairs(), MANY),
    Design("matrix_multiplication_using_cascade/aie_bufferx4.mlir", multiplied()),
    Design("matrix_multiplication_using_cascade/aie_cascadex4.mlir", multiplied()),
    Design("matrix_multiplication_using_cascade/aie_plainx1.mlir", multiplied()),
    Design("matrix_multiplication_using_cascade/aie_plainx4.mlir", multiplied()),
    Design("memtile_dmas/blockwrite_using_locks", copied(4096, True)),
    Design("memtile_dmas/dma_configure_task_lock", quarters(), ONE),
    Design("memtile_dmas/dma_configure_task_token", quarters(), ONE),
    Design("memtile_dmas/writebd", copied(4096, True)),
    Design("memtile_dmas/writebd_tokens", copied(4096, True)),
    Design("multi_source_packet_flow", merged, ONE),
    Design("objectfifo_pad_value_i32", pad_value(), NPU2),
    Design("packet_flow", packet_of_ones(), ONE),
    Design("packet_flow_fanin", two_packets(), ONE),
    Design("packet_flow_fanout", two_packets(), ONE),
    Design("packet_flow_same_id_merge_3way", merged_bytes),
    Design("reconfigure_loadpdi", in_place([2, 3, 0, 5], 4)),
    Design("reconfigure_loadpdi_persistent_memtile", persistent),
    Design("runtime_cumsum", running_sums()),
    Design("scratchpad_addr_offset", offset_parameter),
    Design("scratchpad_params", bf16_parameters),
    Design("scratchpad_regwrite", raw_scratchpad),
    Design("shim_dma_bd_reuse", alternating(), ONE),
    Design("static_L1_init", summed(), ONE),
    Design("tile_dmas/blockwrite_using_locks", copied(4096, True)),
    Design("tile_dmas/writebd", copied(4096, True)),
    Design("tile_dmas/writebd_tokens", copied(4096, True)),
    Design("tile_mapped_read", locks_as_data()),
    Design("two_col", image()),
    Design("vec_mul_event_trace", scaled()),
    Design("vec_mul_trace_distribute_lateral", scaled()),
    Design("vec_vec_add_memtile_init", summed(), ONE),
    Design("vec_vec_add_tile_init", summed(), ONE),
    Design("vector_scalar_using_dma", mapped(4096, lambda a: 3 * a, middle=4096)),
    Design("xrt_handle_lifetime", mapped(64, lambda a: a + 1), ONE),
)
