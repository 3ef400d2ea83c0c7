"""What runs here and not on hardware: told once a kind, or refused."""

import designs
import numpy as np
import pytest

from aiec.ir.errors import SimulationError
from aiec.runtime.sim import Simulator, simulate
from aiec.runtime.sim.array.access import access
from aiec.runtime.sim.array.hazards import Hazards
from aiec.runtime.sim.array.overlap import iterations_overlap


@pytest.mark.parametrize(
    ("sizes", "strides", "size", "step_elems", "overlap"),
    [
        ((8,), (1,), 4, 8, False),
        ((8,), (1,), 4, 7, True),
        ((8,), (1,), 1, 1, False),
        ((8,), (1,), 2, 4, True),
        # Rows of 4 in pitches of 16: iterations fill the gaps, or run into the next row.
        ((3, 4), (16, 1), 4, 4, False),
        ((3, 4), (16, 1), 5, 4, True),
        # Windows that overlap within a pass, and passes that do not.
        ((3, 8), (4, 1), 2, 16, False),
        ((3, 8), (4, 1), 2, 12, True),
        ((2, 2, 2), (32, 8, 1), 4, 2, False),
        ((2, 2, 2), (32, 8, 1), 5, 2, True),
    ],
)
def test_iterations_that_touch_the_same_bytes(sizes, strides, size, step_elems, overlap):
    walk = access(sizes, strides, 4)
    assert iterations_overlap(walk, size, 4 * step_elems) is overlap
    seen: set[int] = set()
    again = False
    for n in range(size):
        touched = {
            n * step_elems + sum(i * s for i, s in zip(at, strides, strict=True))
            for at in np.ndindex(*sizes)
        }
        again |= not seen.isdisjoint(touched)
        seen |= touched
    assert again is overlap


def relayed(sizes, strides, pieces="in"):
    """Four times eight words through a mem tile; what is sent, or brought, is iterated."""
    plain = (1, 1, 1, 32), (0, 0, 0, 1)
    send, take = ((sizes, strides), plain) if pieces == "in" else (plain, (sizes, strides))
    return designs.relay(
        designs.memcpy("b", "out", *take, bd_id=1, token=True)
        + designs.memcpy("a", "in", *send) + designs.wait("out"),
        elements=8,
    )  # fmt: skip


def arrays():
    return [np.arange(64, dtype=np.int32), np.zeros(64, np.int32)]


@pytest.mark.parametrize(("pieces", "what"), [("in", "hangs"), ("out", "in no fixed order")])
def test_iterations_of_a_transfer_that_overlap(pieces, what):
    overlapping = relayed((4, 1, 1, 8), (4, 0, 0, 1), pieces)
    (warning,) = simulate(overlapping, arrays()).warnings
    assert "whose iterations overlap" in warning and what in warning
    assert "at aiex.npu.dma_memcpy_nd (<design>:" in warning
    with pytest.raises(SimulationError, match="iterations overlap"):
        simulate(overlapping, arrays(), strict_hardware=True)
    apart = relayed((4, 1, 1, 8), (8, 0, 0, 1), pieces)
    assert not simulate(apart, arrays(), strict_hardware=True).warnings
    repeated = relayed((4, 1, 1, 8), (0, 0, 0, 1), pieces)
    assert not simulate(repeated, arrays(), strict_hardware=True).warnings


MEM_TASK = """
%t = aiex.dma_configure_task(%mem, {way}, {channel}) {{
aie.dma_bd(%m0 : memref<16xi32> offset = 0 len = 16) {{bd_id = {bd} : i32}}
aie.end
}}
"""


def test_tasks_of_a_mem_tile_on_npu1():
    tasks = MEM_TASK.format(way="S2MM", channel=3, bd=30) + MEM_TASK.format(
        way="MM2S", channel=2, bd=10
    ).replace("%t", "%u")
    text = designs.relay(tasks)
    assert not simulate(text, arrays(), strict_hardware=True).warnings
    old = text.replace("npu2_1col", "npu1_1col")
    warnings = simulate(old, arrays()).warnings
    assert len(warnings) == 2
    assert "tile (0, 1) S2MM 3, times out on npu1; at aiex.dma_configure_task" in warnings[0]
    with pytest.raises(SimulationError, match="times out on npu1"):
        simulate(old, arrays(), strict_hardware=True)


def rounding(operation, kind="bf16"):
    fifo = f"aie.objectfifo @out(%tile, {{%shim}}, 2 : i32) : !aie.objectfifo<memref<8x{kind}>>\n"
    code = f"""
%o = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<memref<8x{kind}>>
%y = aie.objectfifo.subview.access %o[0] : !aie.objectfifosubview<memref<8x{kind}>> -> memref<8x{kind}>
%x = arith.constant 1.5 : {kind}
%w = arith.constant 1.00390625 : f32
{operation}
memref.store %v, %y[%c0] : memref<8x{kind}>
aie.objectfifo.release @out(Produce, 1)
"""  # noqa: E501
    array = f"memref<8x{kind}>"
    return designs.module(
        designs.tiles(shim=(0, 0), tile=(0, 2)) + fifo + designs.core("tile", code)
        + designs.sequence({"a": array}, designs.memcpy("a", "out", (1, 1, 1, 8), kind=array)
                           + designs.wait("out"))
    )  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "kind", "told"),
    [
        ("%v = arith.truncf %w : f32 to bf16", "bf16", True),
        ("%v = arith.mulf %x, %x : bf16", "bf16", True),
        ("%v = math.exp %x : bf16", "bf16", True),
        ("%v = arith.maximumf %x, %x : bf16", "bf16", False),
        ("%v = arith.mulf %x, %x : f32", "f32", False),
    ],
)
def test_cores_that_round_to_bf16_by_themselves(operation, kind, told):
    simulator = Simulator(rounding(operation, kind))
    warnings = simulator.run([np.zeros(8, np.int32)]).warnings
    assert bool(warnings) is told
    if told:
        assert "the core of tile (0, 2) rounds down to bf16" in warnings[0]
        with pytest.raises(SimulationError, match="rounds down to bf16"):
            Simulator(rounding(operation, kind), strict_hardware=True)


COUNTER = """
%n = memref.load %count[%c0] : memref<8xi32>
%m = arith.addi %n, %k1 : i32
{keep}
%o = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<memref<8xi32>>
%y = aie.objectfifo.subview.access %o[0] : !aie.objectfifosubview<memref<8xi32>> -> memref<8xi32>
memref.store %m, %y[%c0] : memref<8xi32>
aie.objectfifo.release @out(Produce, 1)
"""


def counting(keep):
    """A core that sends how often it went round, of a buffer that starts with 5."""
    kind = "memref<8xi32>"
    return designs.module(
        designs.tiles(shim=(0, 0), tile=(0, 2))
        + f'%count = aie.buffer(%tile) {{sym_name = "count"}} : {kind} = dense<5>\n'
        + f"aie.objectfifo @out(%tile, {{%shim}}, 1 : i32) : !aie.objectfifo<{kind}>\n"
        + designs.core("tile", COUNTER.format(keep=keep))
        + designs.sequence({"a": kind}, designs.memcpy("a", "out", (1, 1, 1, 8), kind=kind)
                           + designs.wait("out"))
    )  # fmt: skip


def test_what_a_dispatch_leaves_is_gone_once_the_array_is_configured_anew():
    simulator = Simulator(counting("memref.store %m, %count[%c0] : memref<8xi32>"))
    counts = []
    for anew in (False, False, True):
        if anew:
            simulator.configure_anew()
        a = np.zeros(8, np.int32)
        warnings = simulator.run([a]).warnings
        counts.append(a[0])
    assert counts == [6, 7, 6]
    (warning,) = warnings
    assert "buffer count has its first contents again when the driver configures the" in warning
    strict = Simulator(counting("memref.store %m, %count[%c0] : memref<8xi32>"),
                       strict_hardware=True)  # fmt: skip
    with pytest.raises(SimulationError, match="buffer count has its first contents again"):
        strict.run([np.zeros(8, np.int32)])


def test_a_design_that_keeps_nothing_does_not_care():
    simulator = Simulator(counting(""), strict_hardware=True)
    for anew in (False, True):
        if anew:
            simulator.configure_anew()
        a = np.zeros(8, np.int32)
        assert not simulator.run([a]).warnings
        assert a[0] == 6


def test_warnings_of_one_kind_are_told_once():
    hazards = Hazards()
    for n in range(3):
        hazards.tell(f"tile ({n}, 2) waits", f"op {n}", "mend it")
    hazards.tell("another", "op 9", "mend it")
    assert hazards.warnings == (
        "on hardware, tile (0, 2) waits; at op 0; mend it (and 2 more like it)",
        "on hardware, another; at op 9; mend it",
    )
