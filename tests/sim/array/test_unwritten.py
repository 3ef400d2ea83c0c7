"""Reads of memory that nothing has written: what is told, and what is not."""

import designs
import numpy as np

from aiec.runtime.sim import Simulator, simulate

SEND = designs.memcpy("a", "in", (1, 1, 1, 64))
TAKE = designs.memcpy("b", "out", (1, 1, 1, 64), bd_id=1)
POISON = np.frombuffer(b"\xcd" * 4, np.int32)[0]


def arrays(value=1):
    return [np.full(64, value, np.int32), np.zeros(64, np.int32)]


def test_a_load_before_anything_was_stored():
    text = designs.runtime_parameter().replace("aiex.npu.rtp_write(@rtp, 1, %n) : i32\n", "")
    out = np.zeros(8, np.int32)
    simulator = Simulator(text)
    load, send = simulator.run([out, 1]).notes
    assert load.startswith("a core loads byte ")
    assert "of tile (0, 2), which was never written, at memref.load (<design>:" in load
    assert send.startswith("tile (0, 2) MM2S 0 sends 4 bytes")  # the copy reaches the output
    assert out[1] == POISON  # and the poison shows
    (load,) = simulator.run([out, 1]).notes  # what the DMA sends is looked at once
    assert load.startswith("a core loads")


def test_a_parameter_that_was_written_is_not_told():
    assert simulate(designs.runtime_parameter(), [np.zeros(8, np.int32), 3]).notes == ()


def test_a_transfer_that_sends_what_nothing_wrote():
    whole = "aie.dma_bd(%m0 : memref<16xi32> offset = 0 len = 16)\n"
    once = f"aie.dma_start(MM2S, 0, ^s, ^end)\n^s:\n{whole}aie.end\n^end:\n"
    take = designs.memcpy("b", "out", (1, 1, 1, 16), bd_id=1)
    data = arrays()
    (note,) = simulate(designs.relay(take + designs.wait("out"), starts=once), data).notes
    assert note.startswith("tile (0, 1) MM2S 0 sends 64 bytes of memory that was never written")
    assert "at aie.dma_bd (<design>:" in note
    assert (data[1][:16] == POISON).all()


def test_only_the_part_that_was_not_written_counts():
    """8 of 16 words come in before 16 go out."""
    chains = designs.ring("S2MM, 0", ["m0"], "mp", "mc", "memref<16xi32>", "len = 8", 1, 2)
    chains += designs.ring("MM2S, 0", ["m0"], "mc", "mp", "memref<16xi32>", "len = 16", 3, 4)
    body = designs.memcpy("a", "in", (1, 1, 1, 8)) + designs.memcpy(
        "b", "out", (1, 1, 1, 16), bd_id=1
    )
    (note,) = simulate(designs.relay(body + designs.wait("out"), starts=chains), arrays()).notes
    assert "sends 32 bytes of memory that was never written" in note


def test_data_that_looks_like_poison_is_data():
    data = arrays(POISON)
    assert simulate(designs.relay(SEND + TAKE + designs.wait("out")), data).notes == ()
    assert (data[1] == POISON).all()


def test_a_kernel_that_is_given_a_buffer_nothing_wrote():
    def lazy(x, y, n):
        x += n  # forgets y

    notes = simulate(designs.add_one_relay(), arrays(), {"add_one": lazy}).notes
    assert any(
        note.startswith("kernel @add_one is given argument 1, of which nothing was ever written")
        and "func.call (<design>:" in note and note.endswith("of tile (0, 2)")
        for note in notes
    )  # fmt: skip
    assert any(note.startswith("tile (0, 2) MM2S 0 sends 32 bytes") for note in notes)

    def good(x, y, n):
        y[:] = x + 1

    assert simulate(designs.add_one_relay(), arrays(), {"add_one": good}).notes == ()
