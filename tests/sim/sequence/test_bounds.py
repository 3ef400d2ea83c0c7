"""What registers can hold, and where descriptors may walk, in whatever form they are written."""

import designs
import numpy as np
import pytest

from aiec.ir.errors import AiecError, DesignError, SimulationError
from aiec.runtime.sim import Simulator, simulate

KIND = "memref<64xi32>"
FIELDS = [
    "buffer_length",
    "buffer_offset",
    "d0_size",
    "d0_stride",
    "d0_zero_after",
    "d0_zero_before",
    "d1_size",
    "d1_stride",
    "d1_zero_after",
    "d1_zero_before",
    "d2_size",
    "d2_stride",
    "d2_zero_after",
    "d2_zero_before",
    "enable_packet",
    "iteration_current",
    "iteration_size",
    "iteration_stride",
    "lock_acq_enable",
    "lock_acq_id",
    "lock_acq_val",
    "lock_rel_id",
    "lock_rel_val",
    "next_bd",
    "out_of_order_id",
    "packet_id",
    "packet_type",
    "use_next_bd",
    "burst_length",
    "bd_id",
    "column",
    "row",
]
OWN = 0x20000  # words: where a mem tile's own memory begins in its view
SHIM_BD = 0x1D000


def writebd(**fields):
    values = dict.fromkeys(FIELDS, 0) | {"valid_bd": 1, "buffer_length": 16} | fields
    return f"aiex.npu.writebd {{{', '.join(f'{k} = {v} : i32' for k, v in values.items())}}}\n"


def push(row, channel, bd, direction="MM2S", repeat=0, column=0):
    return (
        f"aiex.npu.push_queue ({column}, {row}, {direction}:{channel}) "
        f"{{bd_id = {bd} : i32, issue_token = false, repeat_count = {repeat} : i32}}\n"
    )


def sends(body, sink=True):
    """A mem tile and a core, each with a way to the shim."""
    return designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1), tile=(0, 2))
        + designs.flow("mem", 1, "shim", 0) + designs.flow("tile", 1, "shim", 1)
        + designs.flow("shim", 1, "mem", 3)
        + designs.allocation("out", "S2MM", 0)
        + designs.sequence({"a": KIND, "b": KIND}, body)
    )  # fmt: skip


def arrays():
    return [np.arange(64, dtype=np.int32), np.zeros(64, np.int32)]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"row": 1, "d0_size": 1024}, "descriptor's size is 1024; at aiex.npu.writebd"),
        ({"row": 1, "d2_size": 1024}, "size is 1024; .* expected 0 to 1023: its register holds 10"),
        ({"row": 2, "d1_size": 256}, "size is 256; .* holds 8 bits"),
        ({"row": 0, "d0_size": 1024}, "size is 1024"),
        ({"row": 1, "d1_stride": 1 << 17}, "stride is 131072"),
        ({"row": 2, "d2_stride": 1 << 13}, "stride is 8192"),
        ({"row": 1, "buffer_length": 1 << 17}, "length is 131072"),
        ({"row": 2, "buffer_length": 1 << 14}, "length is 16384"),
        ({"row": 1, "buffer_offset": 1 << 19}, "address is 524288"),
        ({"row": 1, "iteration_size": 64}, "iteration size is 64"),
        ({"row": 1, "iteration_stride": 1 << 17}, "iteration stride is 131072"),
        ({"row": 1, "iteration_current": 64}, "iteration current is 64"),
        ({"row": 1, "d0_zero_before": 64}, "padding is 64"),
        ({"row": 1, "d1_zero_after": 32}, "padding is 32"),
        ({"row": 1, "d2_zero_before": 16}, "padding is 16"),
        ({"row": 1, "enable_packet": 1, "packet_id": 32}, "packet is 32"),
        ({"row": 1, "packet_type": 8}, "packet_type is 8"),
        ({"row": 1, "bd_id": 48}, "bd_id is 48; .* expected 0 to 47"),
        ({"row": 2, "bd_id": 16}, "bd_id is 16"),
        ({"row": 1, "use_next_bd": 1, "next_bd": 48}, "next_bd is 48"),
        ({"row": 2, "lock_acq_enable": 1, "lock_acq_id": 16}, "acquire lock is 16"),
        ({"row": 1, "lock_rel_id": 256, "lock_rel_val": 1}, "release lock is 256"),
        ({"row": 2, "lock_acq_val": 128}, "lock_acq_val is 128; .* expected -64 to 63"),
        ({"row": 2, "lock_rel_val": -65}, "lock_rel_val is -65"),
        ({"row": 1, "d0_size": -1}, "size is -1"),
    ],
)
def test_a_field_wider_than_its_register(fields, message):
    with pytest.raises(DesignError, match=message):
        simulate(sends(writebd(**fields)), arrays())


@pytest.mark.parametrize(
    ("fields", "channel"),
    [
        ({"row": 1, "buffer_offset": OWN, "d0_size": 8, "d1_stride": 131070}, 1),
        ({"row": 1, "buffer_offset": 2 * OWN - 8}, 1),
        ({"row": 1, "buffer_offset": OWN, "iteration_size": 1, "iteration_stride": 131071}, 1),
        ({"row": 2, "buffer_offset": 65504}, 1),
        ({"row": 2, "d0_size": 8, "d1_stride": 8191, "buffer_length": 32}, 1),
    ],
)
def test_a_written_descriptor_walks_out_of_its_memory(fields, channel):
    bd_id = 24 if fields["row"] == 1 else 0
    text = sends(writebd(bd_id=bd_id, **fields) + push(fields["row"], channel, bd_id))
    with pytest.raises(SimulationError, match=r"the transfer touches bytes .* at aiex.npu.writebd"):
        simulate(text, arrays())


def test_the_last_dimension_goes_on_until_the_length_is_moved():
    bd = writebd(row=1, bd_id=24, buffer_offset=OWN, d0_size=2, d0_stride=1, d1_stride=0)
    text = sends(bd + push(1, 1, 24) + designs.memcpy("b", "out", (1, 1, 1, 16))
                 + designs.wait("out"))  # fmt: skip
    simulator, (a, b) = Simulator(text), arrays()
    memory = simulator._array.loaded.machine.tile(0, 1).memory.data
    memory[:256].view(np.int32)[:] = np.arange(64)
    simulator.run([a, b])
    assert b[:16].tolist() == [i // 2 + i % 2 * 2 for i in range(16)]


@pytest.mark.parametrize(
    ("pushed", "message"),
    [
        (
            push(1, 1, 8),
            r"tile \(0, 1\) MM2S 1 is given descriptor 8; at aiex.npu.push_queue .*24 to",
        ),
        (push(1, 0, 24), "given descriptor 24; .* expected 0 to 23"),
        (push(2, 0, 16), "given descriptor 16"),
        (
            writebd(row=1, bd_id=24, buffer_offset=OWN) + push(1, 1, 24, repeat=256),
            "runs 257 times",
        ),
    ],
)
def test_a_push_that_the_queue_cannot_hold(pushed, message):
    with pytest.raises(AiecError, match=message):
        simulate(sends(pushed), arrays())


def test_a_lock_beyond_the_neighbours():
    bd = writebd(row=1, bd_id=24, buffer_offset=OWN, lock_acq_enable=1, lock_acq_id=192)
    with pytest.raises(SimulationError, match=r"uses lock 192; at aiex.npu.writebd .* 0 to 191"):
        simulate(sends(bd), arrays())


def patched(plus=0, length=16, argument=0, direction="MM2S", **fields):
    """A shim transfer whose address comes by a patch."""
    bd = writebd(row=0, bd_id=3, buffer_length=length, **fields)
    patch = (
        f"aiex.npu.address_patch {{addr = {SHIM_BD + 0x60 + 4} : ui32, "
        f"arg_idx = {argument} : i32, arg_plus = {plus} : i32}}\n"
    )
    into = writebd(row=1, bd_id=24, buffer_offset=OWN, buffer_length=length)
    return sends(into + push(1, 3, 24, "S2MM") + bd + patch + push(0, 1, 3))


@pytest.mark.parametrize(
    ("text", "short", "message"),
    [
        (patched(), 8, "touches bytes 0 to 64 of argument 0"),
        (patched(), 0, "touches bytes 0 to 64 of argument 0"),
        (patched(plus=200), 64, "touches bytes 200 to 264 of argument 0"),
        (patched(plus=-4), 64, "touches bytes -4 to 60 of argument 0"),
        (patched(argument=1, d0_size=2, d1_stride=15), 16, "touches bytes 0 to 456 of argument 1"),
        (
            patched(iteration_size=3, iteration_stride=15),
            48,
            "touches bytes 0 to 256 of argument 0",
        ),
    ],
)
def test_a_patched_address_stays_within_its_array(text, short, message):
    with pytest.raises(SimulationError, match=message):
        simulate(text, [np.zeros(short, np.int32), np.zeros(short, np.int32)])


def test_a_patched_address_within_its_array():
    simulate(patched(plus=192), arrays())


@pytest.mark.parametrize("take", ["", "sizes = [2, 8] strides = [8, 1]"])
def test_descriptors_of_the_text_stay_within_memory(take):
    far = designs.relay("", take=take).replace("offset = 0 len = 16", "offset = 131065 len = 16")
    with pytest.raises(
        DesignError, match=r"descriptor touches bytes 524\d+ to \d+ of tile \(0, 1\)"
    ):
        Simulator(far)
