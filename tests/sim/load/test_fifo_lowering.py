"""The lowering of ObjectFifos: lengths, channels, memory, locks, and what it refuses."""

import designs
import numpy as np
import pytest
from xdsl.ir import SSAValue

from aiec.codegen.dialects import parse
from aiec.codegen.dialects.structure import TileOp
from aiec.ir.errors import DesignError, SimulationError
from aiec.runtime.sim import Simulator, simulate
from aiec.runtime.sim.load.fifo_place import place_pools
from aiec.runtime.sim.load.fifo_plan import plan_fifos

EIGHT, SIXTEEN = "memref<8xi32>", "memref<16xi32>"


def fifo(name, ends, kind=EIGHT, depth="2 : i32", rest="", values=""):
    return f"aie.objectfifo @{name}({ends}, {depth}) {rest} : !aie.objectfifo<{kind}> {values}\n"


def link(ins, outs, offsets="[] []"):
    return f"aie.objectfifo.link [{ins}] -> [{outs}] ({offsets})\n"


def sequence(n_in, outs):
    """Sends `n_in` i32 to @in and waits for what every fifo of `outs` (name: i32) brings."""
    arguments = {"a": f"memref<{n_in}xi32>"}
    arguments |= {f"b{i}": f"memref<{n}xi32>" for i, n in enumerate(outs.values())}
    body = designs.memcpy("a", "in", (1, 1, 1, n_in), kind=arguments["a"])
    for i, (name, n) in enumerate(outs.items()):
        body += designs.memcpy(f"b{i}", name, (1, 1, 1, n), bd_id=i + 1, kind=f"memref<{n}xi32>")
    return designs.sequence(arguments, body + "".join(designs.wait(name) for name in outs))


def run(text, n_in, *n_out):
    a, outs = np.arange(n_in, dtype=np.int32), [np.zeros(n, np.int32) for n in n_out]
    report = simulate(text, [a, *outs])
    return report, a, outs


def moving(report):
    return {channel.name for channel in report.channels if channel.moved_bytes}


def pools(body, columns=8):
    """The pools of a design in the order of their locks, as (name, tiles of the buffers)."""
    ops = list(parse(designs.module(body)).walk())
    places: dict[SSAValue, tuple[int, int]] = {
        op.result: op.coordinates for op in ops if isinstance(op, TileOp)
    }
    placed = place_pools(plan_fifos(ops, places), columns, 512 * 1024)
    return [(item.pool.name, item.places) for item in placed]


def test_a_part_reaches_to_the_next_offset():
    text = designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1))
        + fifo("in", "%shim, {%mem}", "memref<32xi32>")
        + fifo("x", "%mem, {%shim}") + fifo("y", "%mem, {%shim}")
        + link("@in", "@x, @y", "[] [0, 24]") + sequence(64, {"x": 48, "y": 16})
    )  # fmt: skip
    _, a, (x, y) = run(text, 64, 48, 16)
    rows = a.reshape(2, 32)
    assert np.array_equal(x.reshape(2, 24), rows[:, :24])
    assert np.array_equal(y.reshape(2, 8), rows[:, 24:])


def test_a_core_tile_forwards_objects_of_the_outputs_size():
    """The pool has the input's larger objects; of each, one of the output's size leaves."""
    text = designs.module(
        designs.tiles(shim=(0, 0), core=(0, 2))
        + fifo("in", "%shim, {%core}", SIXTEEN) + fifo("out", "%core, {%shim}")
        + link("@in", "@out") + sequence(64, {"out": 32})
    )  # fmt: skip
    _, a, (out,) = run(text, 64, 32)
    assert np.array_equal(out.reshape(4, 8), a.reshape(4, 16)[:, :8])


@pytest.mark.parametrize(
    ("layout", "sent"),
    [
        ("<size = 4, stride = 2>", [0, 2, 4, 6, 1, 3, 5, 7]),
        ("<size = 3, stride = 2>", [0, 2, 4, 1, 3, 5, 2, 4]),
        (
            "<size = 1, stride = 2>, <size = 1, stride = 8>, <size = 2, stride = 4>, "
            "<size = 2, stride = 1>",
            [0, 1, 4, 5, 2, 3, 6, 7],
        ),
        ("<size = 4, stride = 1>, <size = 4, stride = 2>", [0, 2, 4, 6, 1, 3, 5, 7]),
    ],
)
def test_the_length_of_the_object_ends_a_layout(layout, sent):
    text = designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1)) + fifo("in", "%shim, {%mem}")
        + fifo("out", f"%mem dimensionsToStream [{layout}], {{%shim}}")
        + link("@in", "@out") + sequence(16, {"out": 16})
    )  # fmt: skip
    _, _, (out,) = run(text, 16, 16)
    assert out.tolist() == [*sent, *(n + 8 for n in sent)]


def test_initial_values_of_a_join():
    values = "= [dense<7>, dense<9>]"
    text = designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1), core=(0, 2)) + fifo("in", "%shim, {%mem}")
        + fifo("y", "%core, {%mem}") + fifo("out", "%mem, {%shim}", SIXTEEN, values=values)
        + link("@in, @y", "@out", "[0, 8] []") + sequence(16, {"out": 32})
    )  # fmt: skip
    _, _, (out,) = run(text, 16, 32)
    assert out.tolist() == [7] * 16 + [9] * 16


def copy_core(tile, into, out):
    """A core that copies objects of @`into` to @`out` for ever."""
    objects = "".join(
        f"%{v} = aie.objectfifo.acquire @{name}({port}, 1) : !aie.objectfifosubview<{EIGHT}>\n"
        f"%{v}0 = aie.objectfifo.subview.access %{v}[0] : !aie.objectfifosubview<{EIGHT}> "
        f"-> {EIGHT}\n"
        for v, name, port in (("x", into, "Consume"), ("y", out, "Produce"))
    )
    return f"func.func private @copy({EIGHT}, {EIGHT})\n" + designs.core(
        tile,
        objects + f"func.call @copy(%x0, %y0) : ({EIGHT}, {EIGHT}) -> ()\n"
        f"aie.objectfifo.release @{into}(Consume, 1)\naie.objectfifo.release @{out}(Produce, 1)\n",
    )


KERNELS = {"copy": lambda x, y: np.copyto(y, x)}


def test_iterations_bound_the_mem_tile_and_not_the_core():
    """Twice the mem tile's two objects, from a core whose chain has one; then it takes no more."""
    bound = "{iter_count = 2 : i32}"
    text = designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1), core=(0, 2)) + fifo("in", "%shim, {%core}")
        + fifo("y", "%core, {%mem}", depth="[1, 2]", rest=bound)
        + fifo("out", "%mem, {%shim}", rest=bound) + link("@y", "@out")
        + copy_core("core", "in", "y") + sequence(32, {"out": 32})
    )  # fmt: skip
    simulator = Simulator(text, kernels=KERNELS)
    a, out = np.arange(32, dtype=np.int32), np.zeros(32, np.int32)
    simulator.run([a, out])
    assert np.array_equal(a, out)
    with pytest.raises(SimulationError, match=r"deadlock.* waits for .*tile \(0, 0\) S2MM 0"):
        simulator.run([a, out])


def test_channels_that_the_text_chooses():
    text = designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1))
        + fifo("in", "%shim, {%mem}", rest="{cons_dma_channels = array<i32: 4>}")
        + fifo("out", "%mem, {%shim}", rest="{prod_dma_channel = 3 : i32}")
        + link("@in", "@out") + sequence(16, {"out": 16})
    )  # fmt: skip
    report, a, (out,) = run(text, 16, 16)
    assert np.array_equal(a, out)
    assert {"tile (0, 1) S2MM 4", "tile (0, 1) MM2S 3"} < moving(report)


def test_a_consumer_reads_the_pool_of_a_link_that_it_sees():
    """Only the way in has a stream: the second core finds the objects in the first one's memory."""
    text = designs.module(
        designs.tiles(shim=(0, 0), core=(0, 2), near=(0, 3))
        + fifo("in", "%shim, {%core}") + fifo("x", "%core, {%near}")
        + fifo("out", "%near, {%shim}") + "aie.objectfifo.allocate @x(%core)\n"
        + link("@in", "@x") + copy_core("near", "x", "out") + sequence(32, {"out": 32})
    )  # fmt: skip
    a, out = np.arange(32, dtype=np.int32), np.zeros(32, np.int32)
    report = simulate(text, [a, out], KERNELS)
    assert np.array_equal(a, out)
    assert "tile (0, 2) S2MM 0" in moving(report)
    assert not {"tile (0, 2) MM2S 0", "tile (0, 3) S2MM 0"} & moving(report)


def test_locks_and_buffers_are_numbered_from_the_last_pool():
    body = designs.tiles(shim=(0, 0), core=(0, 2), far=(0, 4)) + fifo("in", "%shim, {%core}")
    body += fifo("x", "%core, {%far, %shim}")
    names = ["x_0_cons", "x", "in_cons"]
    assert [name for name, _ in pools(body)] == names


def test_buffers_spill_to_the_mem_tile_with_more_room():
    """The largest first: it keeps a place at home, its second buffer goes where more room is."""
    mem = {f"m{c}": (c, 1) for c in (1, 2, 3)}
    body = designs.tiles(s1=(1, 0), s2=(2, 0), s3=(3, 0), **mem)
    body += fifo("left", "%s1, {%m1}", "memref<250000xi8>", "1 : i32")
    body += fifo("right", "%s3, {%m3}", "memref<300000xi8>", "1 : i32")
    body += fifo("wide", "%s2, {%m2}", "memref<270000xi8>")
    assert dict(pools(body)) == {
        "right_cons": ((3, 1),),
        "wide_cons": ((2, 1), (1, 1)),
        "left_cons": ((1, 1),),
    }
    assert dict(pools(body, columns=3))["wide_cons"] == ((2, 1), (1, 1))
    alone = designs.tiles(s0=(0, 0), m0=(0, 1)) + fifo("f", "%s0, {%m0}", "memref<300000xi8>")
    assert pools(alone, columns=1) == [("f_cons", ((0, 1), (0, 1)))]


def test_a_spilled_pool_moves_its_objects_on_the_first_channels():
    kind, n = "memref<96000xi32>", 96000
    text = designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1), core=(0, 2))
        + fifo("small", "%core, {%mem}") + fifo("in", "%shim, {%mem}", kind)
        + fifo("out", "%mem, {%shim}", kind) + link("@in", "@out")
        + sequence(2 * n, {"out": 2 * n}),
        "npu2",
    )  # fmt: skip
    report, a, (out,) = run(text, 2 * n, 2 * n)
    assert np.array_equal(a, out)
    assert {"tile (0, 1) S2MM 0", "tile (0, 1) MM2S 0"} < moving(report)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (fifo("a", "%shim, {%mem}", rest="{iter_count = 0 : i32}"), "@a iterates 0 times"),
        (fifo("a", "%shim, {%mem}", rest="{iter_count = 257 : i32}"), "@a iterates 257 times"),
        (fifo("a", "%core, {%far}", rest="{iter_count = 2 : i32}"), "@a iterates and touches no"),
        (
            fifo("a", "%shim, {%mem}", SIXTEEN) + fifo("b", "%mem, {%core}")
            + fifo("c", "%mem, {%far}") + link("@a", "@b, @c", "[] [8, 0]"),
            r"the parts of a link start at \[8, 0\] of 16 elements",
        ),
        (
            fifo("a", "%shim, {%mem}") + fifo("b", "%mem, {%core}") + fifo("c", "%core, {%far}")
            + link("@a", "@b") + link("@b", "@c"),
            "ObjectFifo @b is in two links",
        ),
        (
            fifo("a", "%core, {%far}") + "aie.objectfifo.allocate @a(%core)\n",
            r"not both ends of ObjectFifo @a see the memory of tile \(0, 2\)",
        ),
        (
            fifo("a", "%core, {%near}") + "aie.objectfifo.allocate @a(%core)\n"
            + "aie.objectfifo.allocate @a(%near)\n",
            "ObjectFifo @a is allocated twice",
        ),
        (
            fifo("a", "%core, {%far}", rest="{prod_dma_channel = 1 : i32}")
            + fifo("b", "%core, {%mem}", rest="{prod_dma_channel = 1 : i32}"),
            "no MM2S channel of tile .* is left for ObjectFifo @b; .* expected channel 1",
        ),
    ],
)  # fmt: skip
def test_what_a_lowering_refuses(body, message):
    tiles = designs.tiles(shim=(0, 0), mem=(0, 1), core=(0, 2), near=(0, 3), far=(0, 5))
    with pytest.raises(DesignError, match=message):
        Simulator(designs.module(tiles + body), kernels={})
