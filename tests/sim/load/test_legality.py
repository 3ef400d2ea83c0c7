"""What a device's text may not say: each rule, and its message with the operation."""

import designs
import numpy as np
import pytest

from aiec.ir.errors import DesignError
from aiec.runtime.sim import Simulator

KIND = "memref<16xi32>"
TILES = {"shim": (0, 0), "mem": (0, 1), "far": (2, 1), "side": (1, 1), "tile": (0, 2),
         "east": (1, 2), "north": (0, 3)}  # fmt: skip


def device(body: str, sequence: str = "", chip: str = "npu2") -> str:
    """All tiles, each with a buffer `%b_tile` and a lock `%l_tile`, and `body`."""
    homes = [name for name in TILES if name != "shim"]
    made = "".join(
        f'%b_{name} = aie.buffer(%{name}) {{sym_name = "b_{name}"}} : {KIND}\n'
        f"%l_{name} = aie.lock(%{name}) {{init = 1 : i32}}\n"
        for name in homes
    )
    return designs.module(
        designs.tiles(**TILES) + "%much = arith.constant 64 : i32\n" + made + body + "\n"
        + designs.allocation("in", "MM2S", 0)
        + designs.sequence({"a": "memref<64xi32>", "w": "memref<64xi64>"}, sequence),
        chip,
    )  # fmt: skip


def chain(at: str, start: str, block: str) -> str:
    region = "memtile_dma" if at in ("mem", "far", "side") else "mem"
    return (
        f"%dma = aie.{region}(%{at}) {{\n%0 = aie.dma_start({start}, ^a, ^end)\n"
        f"^a:\n{block}\naie.next_bd ^end\n^end:\naie.end\n}}"
    )


def bd(buffer: str, rest: str = "len = 16") -> str:
    return f"aie.dma_bd(%b_{buffer} : {KIND} offset = 0 {rest})"


def task(block: str) -> str:
    return f"%t = aiex.dma_configure_task(%mem, MM2S, 4) {{\n{block}\naie.end\n}}"


def lock(name: str, action: str = "AcquireGreaterEqual", value: str = "%one") -> str:
    return f"aie.use_lock(%l_{name}, {action}, {value})\n"


def core(body: str) -> str:
    return f"%core = aie.core(%tile) {{\n%i = arith.constant 0 : index\n{body}\naie.end\n}}"


PAIR = lock("mem") + bd("mem") + "\n" + lock("mem", "Release")
PAD = "len = 16 sizes = [14] strides = [1] pad [<const_pad_before = 2, const_pad_after = 0>]"
PORTS = "aie.packet_source<%shim, DMA : 0>\naie.packet_dest<%mem, DMA : 0>\n"
FLOW = f"aie.packet_flow(32) {{\n{PORTS}}}"

REFUSED = [
    (chain("tile", "S2MM, 0", bd("north")), r"channel 0 of tile \(0, 2\) does not reach %b_north"),
    (chain("mem", "S2MM, 4", bd("side")), r"channel 4 of tile \(0, 1\) does not reach %b_side"),
    (chain("mem", "S2MM, 0", bd("far")), r"does not reach %b_far of tile \(2, 1\); at aie\.dma_bd"),
    (
        chain("mem", "MM2S, 4", lock("side") + bd("mem") + "\n" + lock("side", "Release")),
        r"does not reach %l_side of tile \(1, 1\); at aie\.use_lock",
    ),
    (chain("tile", "MM2S, 0", bd("tile", PAD)), r"MM2S of tile \(0, 2\) cannot pad; at aie"),
    (chain("mem", "S2MM, 0", bd("mem", PAD)), r"S2MM of tile \(0, 1\) cannot pad"),
    (chain("mem", "MM2S, 0", lock("mem") + bd("mem")), "has 1 acquires and 0 releases; at aie"),
    (chain("mem", "MM2S, 0", lock("mem") + PAIR), "has 2 acquires and 1 releases"),
    (chain("mem", "MM2S, 0", bd("mem") + " {burst_length = 96 : i32}"), "no burst of 96 bytes"),
    (core(f"%v = memref.load %b_east[%i] : {KIND}"), r"does not see %b_east of tile \(1, 2\)"),
    (core(lock("mem")), r"core of tile \(0, 2\) does not see %l_mem of tile \(0, 1\); at aie.use"),
    (core(lock("tile", value="%much")), "a lock is used with 64; at aie.use_lock"),
    ("%bad = aie.lock(%tile) {init = 64 : i32}", "a lock starts with 64; at aie.lock"),
    (FLOW, "there is no packet id 32; at aie.packet_flow"),
    ("aie.cascade_flow(%tile, %north)", r"no cascade leads from tile \(0, 2\) to \(0, 3\)"),
    ("aie.cascade_flow(%mem, %side)", r"no cascade leads from tile \(0, 1\) to \(1, 1\)"),
    (f"%u = aie.buffer(%tile) {{mem_bank = 4 : i32}} : {KIND}", "has no memory bank 4; at aie.buf"),
    (
        "%u = aie.buffer(%tile) {mem_bank = 1 : i32} : memref<3000xi32>\n"
        "%v = aie.buffer(%tile) {mem_bank = 1 : i32} : memref<2000xi32>",
        r"buffers of 20000 bytes are in bank 1 of tile \(0, 2\); at aie\.buffer",
    ),
    ("%e = aie.external_buffer {} : memref<1099511627776xi32>", "external buffer of type memref<1"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "message"), REFUSED)
def test_a_device_that_cannot_be(body, message):
    with pytest.raises(DesignError, match=message):
        Simulator(device(body))


@pytest.mark.parametrize(
    ("sequence", "message"),
    [
        (
            designs.memcpy("w", "in", (1, 1, 1, 8), kind="memref<64xi64>"),
            "a transfer of elements of type i64; at aiex.npu.dma_memcpy_nd",
        ),
        (
            designs.memcpy("a", "in", (1, 1, 1, 8)).replace(
                "{id", "{packet = #aie.packet_info<pkt_type = 8, pkt_id = 1>, id"
            ),
            "there is no packet type 8",
        ),
        (
            designs.memcpy("a", "in", (1, 1, 1, 8)).replace("{id", "{burst_length = 512 : i64, id"),
            "there is no burst of 512 bytes; .*; expected one of 0, 64, 128, 256",
        ),
        (task(bd("side")), r"channel 4 of tile \(0, 1\) does not reach %b_side"),
    ],
)
def test_a_sequence_that_cannot_be(sequence, message):
    with pytest.raises(DesignError, match=message):
        Simulator(device("", sequence, "npu1"))


def test_a_pad_value_is_of_the_second_generation():
    body = chain("mem", "MM2S, 0", bd("mem", PAD))
    body = body.replace("^a, ^end)", "^a, ^end) {pad_value = 3 : i32}")
    Simulator(device(body))
    with pytest.raises(DesignError, match=r"tile \(0, 1\) cannot pad with 3; at aie\.dma_bd"):
        Simulator(device(body, chip="npu1"))


def test_an_overflowing_field_names_op_and_tile():
    body = chain("tile", "S2MM, 0", bd("tile", "len = 4 sizes = [2, 2] strides = [9000, 1]"))
    with pytest.raises(DesignError, match=r"at aie\.dma_bd \(<design>:\d+:1\) of tile \(0, 2\)"):
        Simulator(device(body))
    far = designs.memcpy("a", "in", (1, 1, 2, 8), (0, 0, 1 << 21, 1))
    simulator = Simulator(device("", far))
    with pytest.raises(DesignError, match=r"of tile \(0, 0\) MM2S 0"):
        simulator.run([np.zeros(64, np.int32), np.zeros(64, np.int64)])


def test_what_neighbours_may_use():
    body = (
        chain("mem", "S2MM, 3", lock("side") + bd("side") + "\n" + lock("side", "Release"))
        + core(f"%v = memref.load %b_north[%i] : {KIND}\n" + lock("north"))
        + "\naie.cascade_flow(%north, %tile)\naie.cascade_flow(%tile, %east)\n"
        + "%u = aie.buffer(%tile) {mem_bank = 1 : i32} : memref<4096xi32>\n"
        + "%v = aie.buffer(%tile) {address = 49152 : i32, mem_bank = 1 : i32} : memref<512xi32>"
    )
    Simulator(device(body.replace("%dma", "%dma_of_mem")))


def test_a_program_that_no_core_holds():
    unrolled = "memref.store %one, %b_tile[%i] : memref<16xi32>\n"
    Simulator(device(core(unrolled * 4000)))
    with pytest.raises(DesignError, match=r"takes 17\d\d\d bytes or more .*; at aie\.core"):
        Simulator(device(core(unrolled * 4300)))
    call = f"func.call @big(%b_tile) : ({KIND}) -> ()\n"
    text = device(f"func.func private @big({KIND})\n" + core(call * 2))
    with pytest.raises(DesignError, match="2 operations, kernels of 16380 bytes"):
        Simulator(text, kernels={"big": kernel_of(16_380)})
    Simulator(text, kernels={"big": kernel_of(9_000)})


def kernel_of(program_bytes: int):
    def kernel(x: np.ndarray) -> None:
        """Nothing."""

    kernel.program_bytes = program_bytes  # type: ignore[attr-defined]
    return kernel
