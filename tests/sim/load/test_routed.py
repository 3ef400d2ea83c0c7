"""Routed text: switchboxes, packet rules and cascade sides instead of flows; core streams."""

import designs
import numpy as np
import pytest

from aiec.ir.errors import DesignError
from aiec.runtime.sim import simulate

KIND = "memref<64xi32>"
ADD = {"add_one": lambda x, y, n: np.add(x, 1, out=y)}


def i32(n, first=1):
    return np.arange(first, first + n, dtype=np.int32)


def connect(*wires):
    return "".join(f"aie.connect<{a} : {i}, {b} : {j}>\n" for a, i, b, j in wires)


def switchbox(tile, body):
    return f"aie.switchbox(%{tile}) {{\n{body}}}\n"


def mux(*wires):
    return f"aie.shim_mux(%shim) {{\n{connect(*wires)}}}\n"


SHIM = mux(("DMA", 0, "North", 3), ("North", 2, "DMA", 0)) + switchbox(
    "shim", connect(("South", 3, "North", 0), ("North", 1, "South", 2))
)


def without_flows(text, switches):
    """`text` with `switches` for its flows."""
    lines = [line for line in text.splitlines() if not line.startswith("aie.flow(")]
    return "\n".join(lines).replace(
        "aie.shim_dma_allocation", switches + "aie.shim_dma_allocation", 1
    )


MEM = switchbox("mem", connect(("South", 0, "DMA", 0), ("DMA", 0, "North", 2),
                               ("North", 3, "DMA", 1), ("DMA", 1, "South", 1)))  # fmt: skip
TILE = switchbox("tile", connect(("South", 2, "DMA", 0), ("DMA", 0, "South", 3)))


def test_circuits_are_followed_through_the_switches():
    a, b = i32(64), np.zeros(64, np.int32)
    simulate(without_flows(designs.add_one_relay(), SHIM + MEM + TILE), [a, b], ADD)
    assert np.array_equal(b, a + 1)


def test_capitals_of_older_text_are_read():
    switches = SHIM + MEM + TILE
    for word in ("South", "North"):
        switches = switches.replace(word, word.upper())
    a, b = i32(64), np.zeros(64, np.int32)
    simulate(without_flows(designs.add_one_relay(), switches), [a, b], ADD)
    assert np.array_equal(b, a + 1)


def packets(tile, wire, rules, masters):
    body = "".join(f"%s{tile}{i} = aie.amsel<0>({i})\n" for i in range(len(masters)))
    for i, (bundle, channel) in enumerate(masters):
        body += f"%m{tile}{i} = aie.masterset({bundle} : {channel}, %s{tile}{i})\n"
    body += f"aie.packet_rules({wire[0]} : {wire[1]}) {{\n"
    body += "".join(f"aie.rule({mask}, {value}, %s{tile}{i})\n" for mask, value, i in rules)
    return switchbox(tile, body + "}\n")


@pytest.mark.parametrize("beside", [False, True], ids=["switches", "with the flows they are of"])
def test_packets_are_followed_by_their_ids(beside):
    """Packet 4 goes to one core, packet 5 to the other, by rules of one switch.

    mlir-aie's router leaves the packet flows in the text.
    """
    kind = "memref<8xi32>"
    body, memory = "", ""
    for tile in ("low", "high"):
        body += designs.endpoint(tile, f"{tile}x", kind, 1)
        memory += f"aie.mem(%{tile}) {{\n" + designs.ring(
            "S2MM, 0", [f"{tile}x0"], f"{tile}xp", f"{tile}xc", kind, "len = 8", 1, 2
        ) + designs.ring(
            "MM2S, 0", [f"{tile}x0"], f"{tile}xc", f"{tile}xp", kind, "len = 8", 3, 4
        ) + "aie.end }\n"  # fmt: skip
    switches = mux(("DMA", 0, "North", 3)) + packets(
        "shim", ("South", 3), [(31, 4, 0), (31, 5, 0)], [("North", 0)]
    )
    switches += packets("mem", ("South", 0), [(30, 4, 0)], [("North", 0)])
    switches += packets("low", ("South", 0), [(31, 4, 0), (31, 5, 1)], [("DMA", 0), ("North", 1)])
    switches += packets("high", ("South", 1), [(0, 0, 0)], [("DMA", 0)])
    for packet, tile in ((4, "low"), (5, "high")) if beside else ():
        switches += (
            f"aie.packet_flow({packet}) {{\naie.packet_source<%shim, DMA : 0>\n"
            f"aie.packet_dest<%{tile}, DMA : 0>\n}}\n"
        )
    copies = "".join(
        f"aiex.npu.dma_memcpy_nd(%a[0, 0, 0, {8 * i}][1, 1, 1, 8][0, 0, 0, 1], "
        f"packet = <pkt_id = {4 + i}, pkt_type = 0>) {{id = {i} : i64, metadata = @in}} : {KIND}\n"
        for i in range(2)
    )
    text = designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1), low=(0, 2), high=(0, 3), east=(1, 0))
        + body + switches
        + designs.flow("low", 0, "shim", 0) + designs.flow("high", 0, "east", 0)
        + designs.allocation("in", "MM2S", 0) + designs.allocation("fromlow", "S2MM", 0)
        + designs.allocation("fromhigh", "S2MM", 0, "east") + memory
        + designs.sequence(
            {"a": KIND, "b": kind, "c": kind},
            copies + designs.memcpy("b", "fromlow", (1, 1, 1, 8), bd_id=2, kind=kind)
            + designs.memcpy("c", "fromhigh", (1, 1, 1, 8), bd_id=3, kind=kind)
            + designs.wait("fromlow") + designs.wait("fromhigh"),
        ),
        device="npu2_2col",
    )  # fmt: skip
    a, b, c = i32(64), np.zeros(8, np.int32), np.zeros(8, np.int32)
    report = simulate(text, [a, b, c])
    assert np.array_equal(b, a[:8])
    assert np.array_equal(c, a[8:16])
    moved = {channel.name: channel.moved_bytes for channel in report.channels}
    assert moved["tile (0, 2) S2MM 0"] == moved["tile (0, 3) S2MM 0"] == a[:8].nbytes


def stream_text(sender, receiver, flows="aie.flow(%one_, Core : 0, %two_, Core : 1)\n"):
    """Two cores; the first sends words to the second, which sends what it makes of them to %b."""
    kind = "memref<8xi32>"
    return designs.module(
        designs.tiles(shim=(0, 0), one_=(0, 2), two_=(0, 3))
        + designs.endpoint("two_", "y", kind, 1)
        + flows + designs.flow("two_", 0, "shim", 0) + designs.allocation("out", "S2MM", 0)
        + f"aie.core(%one_) {{\n%p0 = arith.constant 0 : i32\n{sender}aie.end\n}}\n"
        + designs.core("two_", designs.acquire("yp") + "%c8 = arith.constant 8 : index\n"
                       + receiver + designs.release("yc"))
        + "aie.mem(%two_) {\n"
        + designs.ring("MM2S, 0", ["y0"], "yc", "yp", kind, "len = 8", 1, 2) + "aie.end }\n"
        + designs.sequence({"b": kind}, designs.memcpy("b", "out", (1, 1, 1, 8), kind=kind)
                           + designs.wait("out"))
    )  # fmt: skip


SEND = """%z = arith.constant 0 : index
%o = arith.constant 1 : index
%n = arith.constant 40 : index
scf.for %i = %z to %n step %o {
  %v = arith.index_cast %i : index to i32
  aie.put_stream(%p0 : i32, %v : i32)
}
"""
RECEIVE = """scf.for %j = %c0 to %c8 step %c1 {
  %w = aie.get_stream(%k1 : i32) : i32
  %d = arith.addi %w, %w : i32
  memref.store %d, %y0[%j] : memref<8xi32>
}
"""


@pytest.mark.parametrize("seed", range(3))
def test_cores_send_words_to_each_other(seed):
    b = np.zeros(8, np.int32)
    simulate(stream_text(SEND, RECEIVE), [b], seed=seed)
    assert b.tolist() == [2 * j for j in range(8)]


def test_vectors_go_word_by_word():
    send = "%v = arith.constant dense<[1, 2, 3, 4]> : vector<4xi32>\n" + 2 * (
        "aie.put_stream(%p0 : i32, %v : vector<4xi32>)\n"
    )
    b = np.zeros(8, np.int32)
    simulate(stream_text(send, RECEIVE), [b])
    assert b.tolist() == [2, 4, 6, 8] * 2


def test_a_stream_that_no_flow_has_is_refused():
    with pytest.raises(DesignError, match=r"no flow is at the core of tile \(0, 2\), stream out 0"):
        simulate(stream_text(SEND, RECEIVE, flows=""), [np.zeros(8, np.int32)])


def test_cascades_by_the_sides_of_their_cores():
    kind = "memref<16xi32>"
    text = designs.module(
        designs.tiles(shim=(0, 0), upper=(0, 3), lower=(0, 2))
        + designs.endpoint("lower", "y", kind, 1)
        + "aie.configure_cascade(%upper, North, South)\n"
        + "aie.configure_cascade(%lower, North, East)\n"
        + designs.flow("lower", 0, "shim", 0) + designs.allocation("out", "S2MM", 0)
        + "func.func private @send()\nfunc.func private @take(memref<16xi32>)\n"
        + "aie.core(%upper) {\nfunc.call @send() : () -> ()\naie.end\n}\n"
        + designs.core("lower", designs.acquire("yp")
                       + f"func.call @take(%y0) : ({kind}) -> ()\n" + designs.release("yc"))
        + "aie.mem(%lower) {\n"
        + designs.ring("MM2S, 0", ["y0"], "yc", "yp", kind, "len = 16", 1, 2) + "aie.end }\n"
        + designs.sequence({"b": kind}, designs.memcpy("b", "out", (1, 1, 1, 16), kind=kind)
                           + designs.wait("out"))
    )  # fmt: skip

    def send():
        yield ("put_cascade", list(range(16)))

    def take(y):
        y[:] = yield ("get_cascade",)

    b = np.zeros(16, np.int32)
    simulate(text, [b], {"send": send, "take": take})
    assert b.tolist() == list(range(16))


def test_a_function_of_commands_is_a_sequence():
    """As compilers of 2024 and IREE write it."""
    text = designs.add_one_relay().replace("aie.runtime_sequence ", "func.func @go")
    text = text.replace(designs.wait("out"), designs.wait("out") + "return\n")
    a, b = i32(64), np.zeros(64, np.int32)
    simulate(text, [a, b], ADD, sequence="go")
    assert np.array_equal(b, a + 1)
