"""Switchboxes, muxes and arbiters of routed text: what is refused, and what blocks."""

import designs
import numpy as np
import pytest

from aiec.ir.errors import DesignError
from aiec.runtime.sim import DeadlockError, Simulator, simulate

MUX = "aie.shim_mux(%shim) {\naie.connect<DMA : 0, North : 3>\naie.connect<North : 2, DMA : 0>\n}\n"


def box(tile, *lines):
    return f"aie.switchbox(%{tile}) {{\n" + "\n".join(lines) + "\n}\n"


def connect(a, b):
    return f"aie.connect<{a}, {b}>"


def amsel(name, arbiter, selection):
    return f"%{name} = aie.amsel<{arbiter}>({selection})"


def master(port, *amsels, more=""):
    name = port.replace(" : ", "").lower() + amsels[0]
    return f"%m{name} = aie.masterset({port}, {', '.join('%' + a for a in amsels)}) {more}"


def rules(port, *given):
    lines = [f"aie.rule({mask}, {value}, %{name})" for mask, value, name in given]
    return f"aie.packet_rules({port}) {{\n" + "\n".join(lines) + "\n}"


def loaded(*boxes, device="npu2_2col"):
    tiles = designs.tiles(shim=(0, 0), mem=(0, 1), tile=(0, 2), top=(0, 5), east=(1, 2))
    return Simulator(designs.module(tiles + "".join(boxes) + designs.sequence({}, ""), device))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (box("tile", amsel("a", 6, 0)), r"switch of tile \(0, 2\) has no arbiter 6; at aie.amsel"),
        (box("mem", amsel("a", -1, 0)), "has no arbiter -1; .* expected 0 to 5"),
        (box("tile", amsel("a", 0, 4)), "has no selection 4; .* expected 0 to 3"),
        (box("tile", connect("South : 6", "DMA : 0")), "no port in South : 6; .* South : 0 to 5"),
        (box("tile", connect("South : 0", "DMA : 2")), "no port out DMA : 2; .* DMA : 0 to 1"),
        (box("tile", connect("South : 0", "South : 4")), "no port out South : 4"),
        (box("tile", connect("South : 0", "North : -1")), "no port out North : -1"),
        (box("tile", connect("West : 0", "DMA : 0")), "no port in West : 0; .* no West port there"),
        (box("east", connect("East : 0", "DMA : 0")), "no port in East : 0"),
        (box("top", connect("South : 0", "North : 0")), "no port out North : 0"),
        (box("mem", connect("West : 0", "DMA : 0")), "no port in West : 0"),
        (box("mem", connect("South : 0", "DMA : 6")), "no port out DMA : 6"),
        (box("mem", connect("South : 0", "North : 1")), "does not connect South : 0 to North : 1"),
        (box("mem", connect("DMA : 0", "DMA : 1")), "does not connect DMA : 0 to DMA : 1"),
        (box("tile", connect("North : 0", "North : 1")), "does not connect North : 0 to North : 1"),
        (box("tile", connect("TileControl : 0", "DMA : 0")), "does not connect TileControl : 0"),
        (box("tile", connect("Core : 0", "Core : 0")), "does not connect Core : 0 to Core : 0"),
        (box("tile", connect("Trace : 0", "North : 0")), "does not connect Trace : 0 to North : 0"),
        (box("mem", connect("Trace : 0", "North : 0")), "does not connect Trace : 0 to North : 0"),
        (box("mem", connect("TileControl : 0", "DMA : 0")), "does not connect TileControl : 0"),
        (box("shim", connect("North : 0", "North : 1")), "does not connect North : 0 to North : 1"),
        (box("shim", connect("Trace : 0", "North : 0")), "does not connect Trace : 0 to North : 0"),
        (box("shim", connect("TileControl : 0", "TileControl : 0")), "does not connect TileCon"),
        (
            box("tile", connect("South : 0", "DMA : 0"), connect("South : 1", "DMA : 0")),
            r"DMA : 0 of the switch of tile \(0, 2\) has two sources; at aie.connect",
        ),
        (
            box("tile", connect("South : 0", "DMA : 0"), amsel("a", 0, 0), master("DMA : 0", "a")),
            "DMA : 0 .* has two sources; at aie.masterset",
        ),
        (
            box("tile", connect("South : 0", "DMA : 0"))
            + box("tile", connect("South : 1", "DMA : 0")),
            "has two sources",
        ),
        (
            box("tile", amsel("a", 0, 0), amsel("b", 1, 0), master("DMA : 0", "a", "b")),
            r"DMA : 0 .* is fed by arbiters \[0, 1\]; at aie.masterset",
        ),
        (
            box("tile", amsel("a", 0, 0), rules("South : 0", (31, 1, "a")),
                rules("South : 0", (31, 2, "a"))),
            "what comes in at South : 0 .* is routed twice; at aie.packet_rules",
        ),
        (
            box("tile", connect("South : 0", "DMA : 0"), amsel("a", 0, 0),
                rules("South : 0", (31, 1, "a"))),
            "is routed twice",
        ),
        (
            box("tile", amsel("a", 0, 0), rules("South : 0", (31, 1, "a")),
                connect("South : 0", "DMA : 0")),
            "is a circuit and packets",
        ),
        (
            box("mem", amsel("a", 0, 0), master("North : 1", "a"),
                rules("South : 0", (31, 1, "a"))),
            "does not connect South : 0 to North : 1; at aie.masterset",
        ),
        (
            box("tile", amsel("a", 0, 0), rules("South : 0", *((31, i, "a") for i in range(5)))),
            "South : 0 .* has 5 packet rules; at aie.rule .* at most 4",
        ),
        (
            box("tile", amsel("a", 0, 0), rules("South : 0", (32, 1, "a"))),
            "a packet rule has the mask 32",
        ),
        (
            box("tile", amsel("a", 0, 0), rules("South : 0", (31, 32, "a"))),
            "a packet rule has the id 32",
        ),
        (box("tile", rules("South : 0", (31, 1, "one_"))), "%one_ is no amsel; at aie.rule"),
        (
            "aie.shim_mux(%shim) {\naie.connect<DMA : 0, North : 4>\n}\n",
            "shim mux .* does not connect DMA : 0 to North : 4",
        ),
        (
            "aie.shim_mux(%shim) {\naie.connect<DMA : 2, North : 3>\n}\n",
            r"shim mux of tile \(0, 0\) has no port in DMA : 2",
        ),
        (
            "aie.shim_mux(%shim) {\n%a = aie.amsel<0>(0)\n}\n",
            r"aie.amsel is in the shim mux of tile \(0, 0\)",
        ),
    ],
)  # fmt: skip
def test_what_a_switch_does_not_have(text, message):
    first = "%one_ = arith.constant 1 : index\n" if "one_" in text else ""
    with pytest.raises(DesignError, match=message):
        loaded(first + text)


def test_what_a_switch_has():
    loaded(
        box("tile", amsel("a", 5, 3), amsel("b", 5, 2), master("DMA : 1", "a", "b"),
            rules("South : 5", *((31, i, "ab"[i % 2]) for i in range(4))),
            connect("Trace : 0", "South : 3"), connect("DMA : 1", "North : 5")),
        box("east", connect("West : 3", "DMA : 0"), connect("Core : 0", "West : 3")),
        box("mem", connect("DMA : 5", "DMA : 5"), connect("South : 5", "North : 5"),
            connect("TileControl : 0", "South : 3"), connect("Trace : 0", "South : 2")),
        box("shim", connect("South : 7", "North : 5"), connect("East : 1", "South : 5"),
            connect("TileControl : 0", "South : 0"), connect("Trace : 0", "South : 1")),
    )  # fmt: skip


def test_packets_that_go_round_in_a_circle():
    round_ = [amsel("a", 0, 0), master("North : 0", "a"),
              rules("South : 3", (31, 1, "a")), rules("North : 0", (31, 1, "a"))]  # fmt: skip
    mem = [amsel("u", 0, 0), amsel("d", 1, 0), master("North : 0", "u"), master("South : 0", "d"),
           rules("South : 0", (31, 1, "u")), rules("North : 0", (31, 1, "d"))]  # fmt: skip
    with pytest.raises(DesignError, match="comes there again"):
        loaded(MUX, box("shim", *round_), box("mem", *mem),
               box("tile", connect("South : 0", "South : 0")))  # fmt: skip


ECHO = "memref<8xi32>"


def echo(*, arbiters, ids=(1, 2), words=64, port=0, selections=(0, 1)):
    """A core that sends back what it gets in eights. `arbiters`: of the mem tile's switch, for the
    requests on their way up and for the answers on their way down."""
    there, back = ids
    up, down = (f"{side} : {port}" for side in ("North", "South"))
    switches = MUX + box(
        "shim", amsel("s0", 0, 0), amsel("s1", 1, 0), master(up, "s0"), master("South : 2", "s1"),
        rules("South : 3", (31, there, "s0")), rules(up, (31, back, "s1")),
    ) + box(
        "mem", amsel("m0", arbiters[0], selections[0]), amsel("m1", arbiters[1], selections[1]),
        master(up, "m0"), master(down, "m1"),
        rules(down, (31, there, "m0")), rules(up, (31, back, "m1")),
    ) + box(
        "tile", amsel("t0", 2, 0), amsel("t1", 3, 0), master("DMA : 0", "t0"), master(down, "t1"),
        rules(down, (31, there, "t0")), rules("DMA : 1", (31, back, "t1")),
    )  # fmt: skip
    packet = f"{{packet = #aie.packet_info<pkt_type = 0, pkt_id = {back}>}}"
    step = (
        designs.acquire("xc") + designs.acquire("yp")
        + f"func.call @copy(%x0, %y0) : ({ECHO}, {ECHO}) -> ()\n"
        + designs.release("xp") + designs.release("yc")
    )  # fmt: skip
    whole = f"memref<{words}xi32>"
    send = designs.memcpy("a", "in", (1, 1, 1, words), kind=whole).replace(
        "[0, 0, 0, 1]) {id", f"[0, 0, 0, 1], packet = <pkt_id = {there}, pkt_type = 0>) {{id"
    )
    return designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1), tile=(0, 2))
        + f"func.func private @copy({ECHO}, {ECHO})\n"
        + designs.endpoint("tile", "x", ECHO, 1) + designs.endpoint("tile", "y", ECHO, 1)
        + switches + designs.allocation("in", "MM2S", 0) + designs.allocation("out", "S2MM", 0)
        + "aie.mem(%tile) {\n"
        + designs.ring("S2MM, 0", ["x0"], "xp", "xc", ECHO, "offset = 0 len = 8", 1, 2)
        + designs.ring("MM2S, 1", ["y0"], "yc", "yp", ECHO, f"len = 8) {packet} //", 3, 4)
        + "aie.end }\n" + designs.core("tile", step)
        + designs.sequence(
            {"a": whole, "b": whole},
            designs.memcpy("b", "out", (1, 1, 1, words), bd_id=1, kind=whole) + send
            + designs.wait("out"),
        )
    )  # fmt: skip


def run(text, words=64, seed=0):
    a, b = np.arange(words, dtype=np.int32), np.zeros(words, np.int32)
    simulate(text, [a, b], {"copy": lambda x, y: np.copyto(y, x)}, seed=seed)
    assert np.array_equal(a, b)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("arbiter", "ids", "port", "words"), [(0, (1, 2), 0, 64), (5, (9, 30), 3, 256)]
)
def test_request_and_answer_that_share_an_arbiter_wait_for_each_other(
    arbiter, ids, port, words, seed
):
    text = echo(arbiters=(arbiter, arbiter), ids=ids, port=port, words=words)
    with pytest.raises(DeadlockError) as caught:
        run(text, words, seed)
    wait = next(wait for wait in caught.value.waits if "arbiter" in wait)
    assert f"waits for arbiter {arbiter} of the switch of tile (0, 1), which serves" in wait
    assert f"packet {ids[0]} of tile (0, 0) MM2S 0" in wait


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("arbiters", "selections"), [((0, 1), (0, 0)), ((5, 2), (3, 1))])
def test_request_and_answer_with_an_arbiter_each(arbiters, selections, seed):
    run(echo(arbiters=arbiters, selections=selections), seed=seed)


def test_what_fits_into_the_switches_lets_the_arbiter_go():
    """A request of a word less than its answers leave room for: buffers take its end."""
    run(echo(arbiters=(0, 0), words=24), 24)
