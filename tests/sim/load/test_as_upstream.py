"""What mlir-aie's tools and chips run, and this simulator with them."""

import designs
import numpy as np
import pytest
from streaming import cascaded, sink, source

from aiec.ir.errors import DesignError, SimulationError
from aiec.runtime.sim import Simulator, simulate
from aiec.runtime.sim.program.types import block_bytes

BROADCAST = """
%a = aie.tile(0, 2)
%b = aie.tile(0, 3)
aie.flow(%shim, DMA : {channel}, %a, DMA : 0)
aie.flow(%shim, DMA : {channel}, %b, DMA : {into})
aie.shim_mux(%shim) {{ aie.connect<DMA : {channel}, North : {south}> }}
aie.switchbox(%shim) {{ aie.connect<South : {south}, North : 1> }}
aie.switchbox(%mem) {{ aie.connect<South : 1, North : 1> }}
aie.switchbox(%a) {{
aie.connect<South : 1, DMA : 0>
aie.connect<South : 1, North : 2>
}}
aie.switchbox(%b) {{ aie.connect<South : 2, DMA : {into}> }}
"""


@pytest.mark.parametrize(("channel", "south"), [(0, 3), (1, 7)])
@pytest.mark.parametrize("into", [0, 1])
def test_flows_that_the_switches_make_may_stay_in_the_text(channel, south, into):
    kind = "memref<8xi32>"
    switches = BROADCAST.format(channel=channel, south=south, into=into)
    body = ""
    for name, port in (("a", 0), ("b", into)):
        body += designs.endpoint(name, f"{name}x", kind, 1) + f"aie.mem(%{name}) {{\n"
        body += designs.ring(f"S2MM, {port}", [f"{name}x0"], f"{name}xp", f"{name}xc", kind,
                             "offset = 0 len = 8") + "aie.end }\n"  # fmt: skip
    text = designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1)) + switches + body
        + designs.allocation("in", "MM2S", channel)
        + designs.sequence(
            {"x": kind}, designs.memcpy("x", "in", (1, 1, 1, 8), token=True, kind=kind)
            + designs.wait("in"),
        )
    )  # fmt: skip
    simulator, values = Simulator(text), np.arange(8, dtype=np.int32)
    simulator.run([values])
    for name in ("ax0", "bx0"):
        assert np.array_equal(simulator.buffer(name), values)
    flow = f"(%shim, DMA : {channel}, %b"
    elsewhere = text.replace(flow, flow.replace("shim", "mem"))
    with pytest.raises(DesignError, match="is the end of two flows"):
        Simulator(elsewhere)


def test_a_cascade_that_nothing_configures_goes_from_north_to_south():
    text, y = cascaded(), np.zeros(4 * 16, np.int32)
    kernels = {"source": source, "sink": sink}
    lines = [line for line in text.splitlines() if "cascade_flow" not in line]
    assert len(lines) < len(text.splitlines())
    simulate(text, [y], kernels)
    again = np.zeros_like(y)
    simulate("\n".join(lines), [again], kernels)
    assert y.any() and np.array_equal(y, again)


def test_a_cascade_to_the_east_has_to_be_configured():
    text = cascaded()
    kernels = {"source": source, "sink": sink}
    beside = "\n".join(line for line in text.splitlines() if "cascade_flow" not in line)
    beside = beside.replace("aie.tile(0, 3)", "aie.tile(1, 2)").replace("npu2_1col", "npu2_2col")
    with pytest.raises(SimulationError, match="asks for"):
        simulate(beside, [np.zeros(64, np.int32)], kernels)


@pytest.mark.parametrize(
    ("dims", "wanted"),
    [
        # Four dimensions: the outermost goes on until the length is moved.
        ("sizes = [1, 2, 2, 2] strides = [8, 4, 1, 2]", [0, 2, 1, 3, 4, 6, 5, 7] * 1),
        # Fewer: the dimension that is not written goes on, by a word.
        ("sizes = [2, 4] strides = [4, 1]", list(range(8))),
        ("sizes = [4] strides = [2]", [0, 2, 4, 6, 1, 3, 5, 7]),
    ],
)
def test_a_length_beyond_the_sizes_is_moved(dims, wanted):
    text = designs.relay(
        designs.memcpy("a", "in", (1, 1, 1, 16))
        + designs.memcpy("b", "out", (1, 1, 1, 16), bd_id=1) + designs.wait("out"),
        give=dims,
    )  # fmt: skip
    a, b = np.arange(64, dtype=np.int32), np.zeros(64, np.int32)
    simulate(text, [a, b])
    again = {4: lambda v: v + 8, 2: lambda v: v + 1, 1: lambda v: v + 2}
    step = again[dims.count(",") // 2 + 1]
    assert b[:16].tolist() == wanted + [step(v) for v in wanted]


def test_a_layout_that_leaves_its_buffer():
    text = designs.relay("", give="sizes = [2, 8] strides = [9, 1]")
    with pytest.raises(DesignError, match=r"layout walks to element 16 of %m0; at aie.dma_bd"):
        Simulator(text)


def test_a_buffer_declared_in_a_core():
    kind = "memref<8xi32>"
    code = """
%kept = aie.buffer(%tile) {sym_name = "kept"} : memref<8xi32> = dense<5>
%o = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<memref<8xi32>>
%y = aie.objectfifo.subview.access %o[0] : !aie.objectfifosubview<memref<8xi32>> -> memref<8xi32>
%v = memref.load %kept[%c1] : memref<8xi32>
memref.store %v, %y[%c0] : memref<8xi32>
aie.objectfifo.release @out(Produce, 1)
"""
    text = designs.module(
        designs.tiles(shim=(0, 0), tile=(0, 2))
        + f"aie.objectfifo @out(%tile, {{%shim}}, 2 : i32) : !aie.objectfifo<{kind}>\n"
        + designs.core("tile", code)
        + designs.sequence({"a": kind}, designs.memcpy("a", "out", (1, 1, 1, 8), kind=kind)
                           + designs.wait("out"))
    )  # fmt: skip
    a = np.zeros(8, np.int32)
    simulate(text, [a])
    assert a[0] == 5


BLOCKS = [("v8bfp16ebs8", 9), ("v16bfp16ebs16", 17), ("v16bfp16ebs8", 18)]


@pytest.mark.parametrize(("name", "nbytes"), BLOCKS)
def test_blocks_of_bfp16_are_moved(name, nbytes):
    """A relay of whole blocks, and its transposed walk; the dtype is so many raw bytes."""
    assert block_bytes(name) == nbytes
    block = f'!aiex.bfp<"{name}">'
    kind = f"memref<64x{block}>"
    text = designs.relay(
        designs.memcpy("a", "in", (1, 1, 1, 64), kind=kind)
        + designs.memcpy("b", "out", (1, 1, 1, 64), bd_id=1, kind=kind) + designs.wait("out"),
        kind=block, arguments={"a": kind, "b": kind}, give="sizes = [2, 8] strides = [8, 1]",
    )  # fmt: skip
    a = np.arange(64 * nbytes).astype(np.uint8).view(np.dtype((np.void, nbytes)))
    b = np.zeros(64, np.dtype((np.void, nbytes)))
    simulate(text, [a, b])
    assert a.tobytes() == b.tobytes()


def test_names_that_are_no_blocks():
    for name in ("v8bfp16", "v8bfp16ebs3", "v8bfp16ebs0"):
        assert block_bytes(name) is None
    with pytest.raises(DesignError, match=r"element type .* has no layout in memory"):
        Simulator(designs.relay("", kind='!aiex.bfp<"v8bfp16ebs3">'))


def test_padding_of_blocks_is_refused():
    pad = "sizes = [12] strides = [1] pad [<const_pad_before = 4, const_pad_after = 0>]"
    text = designs.relay("", kind='!aiex.bfp<"v8bfp16ebs8">', give=pad)
    with pytest.raises(DesignError, match="pads elements of 9 bytes"):
        Simulator(text)
