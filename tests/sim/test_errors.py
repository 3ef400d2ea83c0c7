"""What the simulator refuses, and what it says."""

import designs
import numpy as np
import pytest

from aiec.ir.errors import DesignError, SimulationError
from aiec.runtime.sim import DeadlockError, Simulator, simulate


def arrays():
    return [np.arange(64, dtype=np.int32), np.zeros(64, np.int32)]


def through(body):
    return designs.relay(body)


SEND = designs.memcpy("a", "in", (1, 1, 1, 64))
TAKE = designs.memcpy("b", "out", (1, 1, 1, 64), bd_id=1)


def test_deadlock_says_who_waits_for_what():
    with pytest.raises(DeadlockError) as caught:
        simulate(through(TAKE + designs.wait("out")), arrays())
    text = str(caught.value)
    assert "deadlock at cycle" in text
    assert "runtime sequence @sequence waits for a task-complete token of" in text
    assert "tile (0, 1) MM2S 0 waits for lock 1 of tile (0, 1) >= 1 (it holds 0)" in text
    assert any("aie.dma_bd (<design>:" in wait for wait in caught.value.waits)


def test_a_core_that_waits_is_part_of_the_deadlock():
    text = designs.add_one_relay().replace(designs.memcpy("a", "in", (1, 1, 1, 64)), "")
    with pytest.raises(DeadlockError, match=r"core of tile \(0, 2\) waits for lock 1"):
        simulate(text, arrays(), {"add_one": lambda x, y, n: None})


def test_a_deadlock_of_many_tells_each_kind_once():
    waits = [f"core of tile ({c}, 2) waits for lock x_{c} >= 1 since cycle {c}" for c in range(8)]
    error = DeadlockError(9, ("runtime sequence @s waits for a token", *waits))
    assert str(error).startswith(
        "deadlock at cycle 9: runtime sequence @s waits for a token; core of tile (0, 2) waits for "
        "lock x_0 >= 1 since cycle 0 (and 7 more like it)"
    )
    assert error.waits[1:] == tuple(waits)


def test_a_fifth_outstanding_task_is_refused():
    pushes = "".join(designs.memcpy("b", "out", (1, 1, 1, 16), bd_id=i) for i in range(5))
    with pytest.raises(SimulationError, match="a task is pushed to a full queue"):
        simulate(through(pushes), arrays())


def test_a_descriptor_in_use_is_not_rewritten():
    with pytest.raises(SimulationError, match=r"descriptor 1 of tile \(0, 0\) is rewritten"):
        simulate(through(TAKE + TAKE), arrays())


def test_a_transfer_stays_inside_its_array():
    with pytest.raises(SimulationError, match="touches bytes 0 to 256 of argument 0"):
        simulate(through(SEND), [np.zeros(63, np.int32), np.zeros(64, np.int32)])


def test_a_descriptor_that_shims_do_not_have():
    with pytest.raises(SimulationError, match=r"tile \(0, 0\) has no descriptor 16"):
        simulate(through(designs.memcpy("a", "in", (1, 1, 1, 64), bd_id=16)), arrays())


def test_a_kernel_that_nobody_passed():
    with pytest.raises(DesignError, match="calls @add_one, which has no kernel"):
        simulate(designs.add_one_relay(), arrays())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("memref<16xi32>", "memref<200000xi32>", "buffer m0 of 800000 bytes does not fit"),
        ("aie.tile(0, 1)", "aie.tile(3, 1)", r"there is no tile \(3, 1\)"),
        ("%mp = aie.lock(%mem)", "%mp = aie.lock(%mem, 64)", "has no lock 64"),
        ("@out(%shim, S2MM, 0)", "@out(%shim, S2MM, 2)", "has no channel S2MM 2"),
        ("metadata = @out", "metadata = @uot", "no shim DMA allocation @uot"),
        ('{sym_name = "m0"}', '{sym_name = "m0", address = 524284 : i32}', "does not fit"),
        ("offset = 0 len = 16", "offset = 131065 len = 16", "the descriptor touches byte"),
        (
            "aie.flow(%mem, DMA : 0, %shim, DMA : 0)",
            "aie.flow(%mem, DMA : 0, %shim, DMA : 0) aie.flow(%mem, DMA : 1, %shim, DMA : 0)",
            "is the end of two flows",
        ),
    ],
)
def test_what_the_hardware_does_not_have(old, new, message):
    text = through(SEND + TAKE + designs.wait("out"))
    assert old in text
    with pytest.raises(DesignError, match=message):
        simulate(text.replace(old, new), arrays())


def test_a_length_that_forgets_its_padding():
    pad = "sizes = [16] strides = [1] pad [<const_pad_before = 2, const_pad_after = 2>]"
    with pytest.raises(DesignError, match=r"len.* 16.* make 20"):
        simulate(designs.relay(SEND, give=pad), arrays())


def test_channels_of_a_mem_tile_run_out_of_descriptors_by_parity():
    names = [f"m{i}" for i in range(13)]
    chains = designs.ring("S2MM, 0", names, "mp", "mc", "memref<16xi32>", "len = 16", 1, 14)
    chains += designs.ring("MM2S, 2", names, "mc", "mp", "memref<16xi32>", "len = 16", 15, 28)
    text = designs.relay(SEND, objects=13, starts=chains)
    with pytest.raises(DesignError, match="no descriptor left for its even channels"):
        simulate(text, arrays())
    assert simulate(text.replace("MM2S, 2", "MM2S, 1"), arrays()).ddr_bytes == 256


def test_a_descriptor_of_the_wrong_parity():
    text = through(SEND).replace(
        "aie.dma_bd(%m0 : memref<16xi32> offset = 0 len = 16 )",
        "aie.dma_bd(%m0 : memref<16xi32> offset = 0 len = 16) {bd_id = 30 : i32}",
        1,
    )
    with pytest.raises(DesignError, match=r"channel 0 of .* cannot use descriptor 30"):
        simulate(text, arrays())


def test_arguments_and_names():
    text = through(SEND + TAKE + designs.wait("out"))
    with pytest.raises(SimulationError, match="1 arguments were passed"):
        simulate(text, arrays()[:1])
    with pytest.raises(SimulationError, match="argument 1 is a list"):
        simulate(text, [arrays()[0], [0] * 64])
    with pytest.raises(SimulationError, match="argument 0 is not contiguous"):
        simulate(text, [np.zeros(128, np.int32)[::2], arrays()[1]])
    with pytest.raises(SimulationError, match="there is no runtime sequence 'other'"):
        simulate(text, arrays(), sequence="other")
    with pytest.raises(DesignError, match="there is no device @other"):
        simulate(text, arrays(), device="other")
    with pytest.raises(DesignError, match="device 'xcvc1902' cannot be simulated"):
        simulate(text.replace("npu2_1col", "xcvc1902"), arrays())


def test_a_limit_on_cycles():
    with pytest.raises(SimulationError, match="the design still runs at cycle"):
        simulate(through(SEND + TAKE + designs.wait("out")), arrays(), max_cycles=10)


def test_a_runtime_parameter_outside_its_buffer():
    text = designs.runtime_parameter()
    with pytest.raises(SimulationError, match="runtime parameter 4 of rtp is outside"):
        Simulator(text.replace("(@rtp, 1,", "(@rtp, 4,")).run([np.zeros(8, np.int32), 1])
    with pytest.raises(DesignError, match="there is no buffer @rpt"):
        Simulator(text.replace("@rtp", "@rpt")).run([np.zeros(8, np.int32), 1])


def test_a_started_descriptor_that_was_never_written():
    text = through(SEND + TAKE + designs.wait("out"))
    simulator = Simulator(text)
    machine = simulator._array.main.machine
    machine.tiles[0, 0].descriptors.clear()
    from aiec.runtime.sim.array.channels import ChannelTask
    from aiec.runtime.sim.array.machine import Direction, Port

    with pytest.raises(SimulationError, match="descriptor 7 is started"):
        machine.channel(Port(0, 0, Direction.MM2S, 1)).push(ChannelTask(7))
