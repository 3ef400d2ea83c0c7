"""Packets and the cascade."""

import designs
import numpy as np
import pytest
from streaming import KIND, cascaded, collect, packet_flow, sender, sink, source

from aiec.ir.errors import SimulationError
from aiec.runtime.sim import simulate


@pytest.mark.parametrize("seed", range(6))
def test_packets_of_two_sources_do_not_mix(seed):
    body = sender("left", 1, 3) + sender("right", 101, 5)
    flows = packet_flow(3, ["left"], "shim") + packet_flow(5, ["right"], "shim")
    b = np.zeros(16, np.int32)
    simulate(collect(16, body, flows), [b], seed=seed)
    ones, hundreds = list(range(1, 9)), list(range(101, 109))
    assert b.tolist() in (ones + hundreds, hundreds + ones)


def test_a_header_that_is_kept_is_the_first_word():
    flows = packet_flow(3, ["left"], "shim", "{keep_pkt_header = true}")
    b = np.zeros(9, np.uint32)
    simulate(collect(9, sender("left", 1, 3), flows), [b])
    assert b[1:].tolist() == list(range(1, 9))
    header = int(b[0])
    assert header & 0x1F == 3
    assert header >> 16 & 0x1F == 2  # the row it comes from
    assert header.bit_count() % 2 == 1


def raw_sender(tile, values):
    """Sends `values` as they are: the first of them is the header of the packet."""
    text = ", ".join(map(str, values))
    kind = f"memref<{len(values)}xi32>"
    return (
        f'%{tile}b = aie.buffer(%{tile}) {{sym_name = "{tile}b"}} : {kind} = dense<[{text}]>\n'
        f"aie.mem(%{tile}) {{\naie.dma_start(MM2S, 0, ^s, ^end)\n^s:\n"
        f"aie.dma_bd(%{tile}b : {kind} offset = 0 len = {len(values)})\n"
        "aie.end\n^end:\naie.end }\n"
    )


@pytest.mark.parametrize("seed", range(6))
def test_data_may_begin_with_its_header(seed):
    """Two such packets to one sink: one waits for the other, and its header is read once."""
    body = raw_sender("left", [5, *range(1, 9)]) + raw_sender("right", [3, *range(101, 109)])
    flows = packet_flow(5, ["left"], "shim") + packet_flow(3, ["right"], "shim")
    b = np.zeros(16, np.int32)
    simulate(collect(16, body, flows), [b], seed=seed)
    ones, hundreds = list(range(1, 9)), list(range(101, 109))
    assert b.tolist() in (ones + hundreds, hundreds + ones)


def test_a_header_in_the_data_is_kept_as_it_is():
    header = 7 << 16 | 5
    flows = packet_flow(5, ["left"], "shim", "{keep_pkt_header = true}")
    b = np.zeros(9, np.int32)
    simulate(collect(9, raw_sender("left", [header, *range(1, 9)]), flows), [b])
    assert b.tolist() == [header, *range(1, 9)]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([6, 1], "sends with packet id 6 as its first word says, which no packet flow carries"),
        ([5], "sends 4 bytes without a packet id"),
    ],
)
def test_data_that_is_no_packet(values, message):
    with pytest.raises(SimulationError, match=message):
        simulate(
            collect(8, raw_sender("left", values), packet_flow(5, ["left"], "shim")),
            [np.zeros(8, np.int32)],
        )


def test_a_packet_without_a_flow():
    body = sender("left", 1, 4)
    with pytest.raises(SimulationError, match="sends with packet id 4, which no packet flow"):
        simulate(collect(8, body, packet_flow(3, ["left"], "shim")), [np.zeros(8, np.int32)])


@pytest.mark.parametrize("seed", range(3))
def test_beats_cross_the_cascade_in_order_and_block(seed):
    b = np.zeros(16, np.int32)
    simulate(cascaded(), [b], {"source": source, "sink": sink}, seed=seed)
    assert b.tolist() == [45] * 16


def test_a_request_that_is_none():
    def wrong(n):
        yield ("get_cascade",)

    with pytest.raises(SimulationError, match="kernel @source asks for"):
        simulate(cascaded(), [np.zeros(16, np.int32)], {"source": wrong, "sink": sink})


def control_word(address, beats=1, read=False, answer=0):
    return address | (beats - 1) << 20 | int(read) << 22 | answer << 24


def controlled(words):
    kind = f"memref<{words}xi32>"
    return designs.module(
        designs.tiles(shim=(0, 0), tile=(0, 2))
        + f'%c = aie.buffer(%tile) {{sym_name = "c", address = 1024 : i32}} : {KIND} = dense<7>\n'
        + "aie.packet_flow(1) {\naie.packet_source<%shim, DMA : 0>\n"
        "aie.packet_dest<%tile, TileControl : 0>\n}\n"
        "aie.packet_flow(2) {\naie.packet_source<%tile, TileControl : 0>\n"
        "aie.packet_dest<%shim, DMA : 0>\n}\n"
        + designs.allocation("in", "MM2S", 0) + designs.allocation("out", "S2MM", 0)
        + designs.sequence(
            {"a": kind, "b": "memref<4xi32>"},
            designs.memcpy("a", "in", (1, 1, 1, words), kind=kind).replace(
                "][0, 0, 0, 1])", "][0, 0, 0, 1], packet = <pkt_type = 0, pkt_id = 1>)")
            + designs.memcpy("b", "out", (1, 1, 1, 4), bd_id=1, kind="memref<4xi32>")
            + designs.wait("out"),
        )
    )  # fmt: skip


def test_control_packets_write_and_read_registers():
    words = [control_word(1028, 2), 40, 41, control_word(1024, 4, read=True, answer=2)]
    b = np.zeros(4, np.int32)
    simulate(controlled(4), [np.array(words, np.int32), b])
    assert b.tolist() == [7, 40, 41, 7]


def test_control_packets_that_make_no_sense():
    b = np.zeros(4, np.int32)
    with pytest.raises(SimulationError, match=r"the control port of tile .* gets the control word"):
        simulate(controlled(1), [np.array([control_word(1024)], np.int32), b])
    trace = np.array([control_word(0x34000, read=True, answer=2)], np.int32)
    with pytest.raises(SimulationError, match=r"register 0x34000 of tile \(0, 2\) cannot be read"):
        simulate(controlled(1), [trace, b])
