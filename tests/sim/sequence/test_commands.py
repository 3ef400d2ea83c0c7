"""Commands of sequences beyond transfers: resets, chains by name, pools, control packets."""

import designs
import numpy as np
import pytest

from aiec.ir.errors import DesignError, SimulationError
from aiec.runtime.sim import Simulator, simulate
from aiec.runtime.sim.array.control import WRITE

KIND = "memref<8xi32>"
ADD = {"add_one": lambda x, y, n: np.add(x, 1, out=y)}


def i32(n, first=1):
    return np.arange(first, first + n, dtype=np.int32)


def header(address, operation=WRITE, beats=0, answer=0):
    return answer << 24 | operation << 22 | beats << 20 | address


def fifo_relay(commands):
    """A core adds 1 to eights that come and go by ObjectFifos; `commands` come last."""
    fifo = f"!aie.objectfifo<{KIND}>"
    view = f"!aie.objectfifosubview<{KIND}>"
    body = ""
    for fifo_name, port, name in (("in", "Consume", "x"), ("out", "Produce", "y")):
        body += (
            f"%{name}v = aie.objectfifo.acquire @{fifo_name}({port}, 1) : {view}\n"
            f"%{name} = aie.objectfifo.subview.access %{name}v[0] : {view} -> {KIND}\n"
        )
    body += (
        "%n = arith.constant 8 : i32\n"
        f"func.call @add_one(%x, %y, %n) : ({KIND}, {KIND}, i32) -> ()\n"
        "aie.objectfifo.release @in(Consume, 1)\naie.objectfifo.release @out(Produce, 1)\n"
    )
    return designs.module(
        designs.tiles(shim=(0, 0), tile=(0, 2))
        + f"func.func private @add_one({KIND}, {KIND}, i32)\n"
        + f"aie.objectfifo @in(%shim, {{%tile}}, 2 : i32) : {fifo}\n"
        + f"aie.objectfifo @out(%tile, {{%shim}}, 2 : i32) : {fifo}\n"
        + designs.core("tile", body)
        + designs.sequence({"a": "memref<64xi32>", "b": "memref<64xi32>"}, commands)
    )


def test_a_fifo_is_armed_again():
    """What an unfinished transfer left in the fifo is gone after the reset; what DDR had not sent
    by then comes after it."""
    reset = "aiex.dma_channel_reset_for(@in)\naiex.dma_channel_reset_for(@out)\n"
    reset += "aiex.core_reset(%tile)\n"
    there = designs.memcpy("a", "in", (1, 1, 1, 16), offsets=(0, 0, 0, 16))
    back = designs.memcpy("b", "out", (1, 1, 1, 16), bd_id=1) + designs.wait("out")
    late = designs.memcpy("a", "in", (1, 1, 1, 4), bd_id=2, token=True)
    again = reset + there.replace("id = 0", "id = 3") + back
    b = np.zeros(64, np.int32)
    text = fifo_relay(there + back + late + designs.wait("in") + again)
    simulate(text, [i32(64), b], ADD)
    assert np.array_equal(b[:16], i32(16, 18))
    simulate(fifo_relay(there + back + late + again), [i32(64), b], ADD)
    assert np.array_equal(b[:16], np.r_[i32(4, 2), i32(12, 18)])
    with pytest.raises(DesignError, match="ObjectFifo @gone has no channel or lock in the array"):
        simulate(text.replace("reset_for(@in)", "reset_for(@gone)"), [i32(64), b], ADD)


def chain(more=""):
    """A chain by name that sends two eights of its argument, the second first."""
    return (
        "aie.bd_chain @swap(%m: memref<64xi32>) {\n"
        "aie.dma_bd(%m : memref<64xi32> offset = 8 len = 8)\naie.next_bd ^second\n^second:\n"
        "aie.dma_bd(%m : memref<64xi32> offset = 0 len = 8)\naie.end\n}\n" + more
    )


@pytest.mark.parametrize("where", ["on (%shim, MM2S, 0)", "for @in"])
def test_a_chain_is_started_by_name(where):
    start = f"%t = aiex.dma_start_bd_chain_for @swap(%a) : (memref<64xi32>) {where}\n"
    if where.startswith("on"):
        start = start.replace("chain_for", "chain")
    back = designs.memcpy("b", "out", (1, 1, 1, 16), bd_id=8) + designs.wait("out")
    text = fifo_relay(start + back).replace("%one = ", chain("%one = "), 1)
    b = np.zeros(64, np.int32)
    simulate(text, [i32(64), b], ADD)
    assert np.array_equal(b[:16], np.r_[i32(8, 10), i32(8, 2)])
    with pytest.raises(DesignError, match="there is no bd_chain @swop"):
        simulate(
            text.replace("chain @swap(%a)", "chain @swop(%a)").replace("for @swap", "for @swop"),
            [i32(64), b],
            ADD,
        )
    twice = text.replace(
        "@swap(%a) : (memref<64xi32>)", "@swap(%a, %a) : (memref<64xi32>, memref<64xi32>)"
    )
    with pytest.raises(DesignError, match="is started with 2 arguments"):
        simulate(twice, [i32(64), b], ADD)


def test_descriptors_are_taken_from_a_pool():
    task = (
        "%id{0} = aiex.dma_bd_pool_pop(0, 0) : i32\n"
        "%t{0} = aiex.dma_configure_task(%shim, MM2S, 0) bd_id %id{0} : i32 {{\n"
        "aie.dma_bd(%a : memref<64xi32> offset = {1} len = 8)\naie.end\n}}\n"
        "aiex.dma_start_task(%t{0})\n"
    )
    back = designs.memcpy("b", "out", (1, 1, 1, 16), bd_id=8) + designs.wait("out")
    give = "aiex.dma_bd_pool_push(0, 0) bd_id %id0 : i32\n"
    b = np.zeros(64, np.int32)
    simulate(fifo_relay(task.format(0, 0) + task.format(1, 8) + back + give), [i32(64), b], ADD)
    assert np.array_equal(b[:16], i32(16, 2))
    pops = "".join(f"%p{i} = aiex.dma_bd_pool_pop(0, 0) : i32\n" for i in range(17))
    with pytest.raises(SimulationError, match="has no descriptor left for a task"):
        simulate(fifo_relay(pops), [i32(64), b], ADD)


def test_control_packets_of_the_sequence_write_registers():
    lock = (
        f"aiex.control_packet {{address = {(2 << 20) + 0x1F000 + 15 * 0x10} : ui32, "
        "data = array<i32: 1>, opcode = 0 : i32, stream_id = 0 : i32}\n"
    )
    text = designs.runtime_parameter().replace("aiex.set_lock(%ready, 1)\n", lock)
    b = np.zeros(8, np.int32)
    simulate(text, [b, 3])
    assert b.tolist() == [3 * j for j in range(8)]
    with pytest.raises(DesignError, match="a control packet of operation 1 cannot run here"):
        simulate(text.replace("opcode = 0", "opcode = 1"), [b, 3])


def test_control_packets_that_no_flow_carries_go_to_their_tile():
    """As with the overlay that mlir-aie adds: packet 27 is the first core's, by its row."""
    text = designs.runtime_parameter().replace("%n : i32", "%n : i32, %c : memref<8xi32>")
    send = (
        "aiex.npu.dma_memcpy_nd(%c[0, 0, 0, 0][1, 1, 1, 2][0, 0, 0, 1], "
        "packet = <pkt_id = 27, pkt_type = 1>) {id = 5 : i64, metadata = @ctl} : memref<8xi32>\n"
    )
    text = text.replace("aiex.set_lock(%ready, 1)\n", send)
    text = text.replace(
        "aie.shim_dma_allocation",
        "aie.shim_dma_allocation @ctl(%shim, MM2S, 1)\naie.shim_dma_allocation",
        1,
    )
    b, words = np.zeros(8, np.int32), np.array([header(0x1F0F0), 1], np.uint32)
    simulate(text, [b, 3, words])
    assert b.tolist() == [3 * j for j in range(8)]
    named = text.replace(
        "aie.tile(0, 2)",
        "aie.tile(0, 2) {controller_id = #aie.packet_info<pkt_type = 0, pkt_id = 9>}",
    )
    b[:] = 0
    simulate(named.replace("pkt_id = 27", "pkt_id = 9"), [b, 3, words])
    assert b.tolist() == [3 * j for j in range(8)]


def test_a_kernel_reads_its_tile_over_the_processor_bus():
    def add_one(x, y, n):
        for i in range(n):
            y[i] = yield ("read_register", 0x1F000 + 0x10 * 9)

    text = fifo_relay(
        designs.memcpy("a", "in", (1, 1, 1, 8))
        + designs.memcpy("b", "out", (1, 1, 1, 8), bd_id=1)
        + designs.wait("out")
    ).replace("%one = ", "%data = aie.lock(%tile, 9) {init = 33 : i32}\n%one = ", 1)
    b = np.zeros(64, np.int32)
    simulate(text, [i32(64), b], {"add_one": add_one})
    assert b[:8].tolist() == [33] * 8


def test_a_lowered_fifo_is_armed_again():
    """aie.objectfifo_rearm_binding names the channels and locks of a fifo that is none any more."""
    text = designs.add_one_relay()
    binding = (
        "aie.objectfifo_rearm_binding @x channels(%tile : index) locks(%xp, %xc : index, index) "
        "{channel_dirs = array<i32: 0>, channel_indices = array<i32: 0>, "
        "lock_inits = array<i32: 2, 0>}\n"
    )
    text = text.replace("aie.runtime_sequence", binding + "aie.runtime_sequence")
    text = text.replace(
        designs.wait("out"), designs.wait("out") + "aiex.dma_channel_reset_for(@x)\n"
    )
    simulator = Simulator(text, kernels=ADD)
    for _ in range(2):
        b = np.zeros(64, np.int32)
        simulator.run([i32(64), b])
        assert np.array_equal(b, i32(64, 2))


def test_words_that_the_sequence_computes_are_written_as_a_block():
    text = designs.runtime_parameter().replace(
        "aiex.npu.rtp_write(@rtp, 1, %n) : i32\n",
        "%at = arith.constant 2098176 : i32\n%double = arith.addi %n, %n : i32\n"
        "aiex.npu.blockwrite_values(%at : i32) values %n, %double : i32, i32\n",
    )
    b = np.zeros(8, np.int32)
    simulate(text, [b, 5])
    assert b.tolist() == [10 * j for j in range(8)]
