"""ObjectFifos: pools, links, layouts and windows, each by what a design computes with it."""

import designs
import numpy as np
import pytest

from aiec.ir.errors import DesignError, OptionError, SimulationError
from aiec.runtime.sim import Simulator, simulate

SEEDS = (0, 1, 2)


def fifo(name, ends, kind, depth="2 : i32", attributes=""):
    return f"aie.objectfifo @{name}({ends}, {depth}) {attributes} : !aie.objectfifo<{kind}>\n"


def acquire(value, name, port, count, kind):
    lines = [
        f"%{value} = aie.objectfifo.acquire @{name}({port}, {count}) "
        f": !aie.objectfifosubview<{kind}>"
    ]
    lines += [
        f"%{value}{i} = aie.objectfifo.subview.access %{value}[{i}] "
        f": !aie.objectfifosubview<{kind}> -> {kind}"
        for i in range(count)
    ]
    return "\n".join(lines) + "\n"


def release(name, port, count=1):
    return f"aie.objectfifo.release @{name}({port}, {count})\n"


def call(kernel, *arguments, kind):
    values = ", ".join(f"%{a}" for a in arguments)
    return f"func.call @{kernel}({values}) : ({', '.join([kind] * len(arguments))}) -> ()\n"


def transfers(n_in, n_out, out="out"):
    return designs.sequence(
        {"a": f"memref<{n_in}xi32>", "b": f"memref<{n_out}xi32>"},
        designs.memcpy("a", "in", (1, 1, 1, n_in), kind=f"memref<{n_in}xi32>")
        + designs.memcpy("b", out, (1, 1, 1, n_out), bd_id=1, kind=f"memref<{n_out}xi32>")
        + designs.wait(out),
    )


def copy_core(tile, into, out, kind, kernel="copy"):
    return designs.core(
        tile,
        acquire("x", into, "Consume", 1, kind) + acquire("y", out, "Produce", 1, kind)
        + call(kernel, "x0", "y0", kind=kind)
        + release(into, "Consume") + release(out, "Produce"),
    )  # fmt: skip


def copy(x, y):
    y[...] = x


def twice(x, y):
    y[...] = 2 * x


def run(text, n_in, n_out, seed=0, **kernels):
    a, b = np.arange(1, n_in + 1, dtype=np.int32), np.zeros(n_out, np.int32)
    simulate(text, [a, b], {"copy": copy, "twice": twice, **kernels}, seed=seed)
    return a, b


KIND = "memref<8xi32>"
DECLARED = f"func.func private @copy({KIND}, {KIND})\nfunc.func private @twice({KIND}, {KIND})\n"


@pytest.mark.parametrize("seed", SEEDS)
def test_links_through_a_mem_tile_with_objects_of_other_sizes(seed):
    text = designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1), core=(0, 2)) + DECLARED
        + fifo("in", "%shim, {%mem}", "memref<16xi32>") + fifo("x", "%mem, {%core}", KIND)
        + fifo("y", "%core, {%mem}", KIND) + fifo("out", "%mem, {%shim}", "memref<16xi32>")
        + "aie.objectfifo.link [@in] -> [@x] ([] [])\n"
        + "aie.objectfifo.link [@y] -> [@out] ([] [])\n"
        + copy_core("core", "x", "y", KIND, "twice") + transfers(64, 64)
    )  # fmt: skip
    a, b = run(text, 64, 64, seed)
    assert np.array_equal(b, 2 * a)


@pytest.mark.parametrize("seed", SEEDS)
def test_broadcast_distribute_and_join(seed):
    """Two rows of two cores: halves of the input to the rows, both columns' results joined."""
    text = designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1), left=(0, 2), right=(0, 3)) + DECLARED
        + fifo("in", "%shim, {%mem}", "memref<16xi32>")
        + fifo("l", "%mem, {%left}", KIND) + fifo("r", "%mem, {%right}", KIND)
        + "aie.objectfifo.link [@in] -> [@l, @r] ([] [0, 8])\n"
        + fifo("lo", "%left, {%mem}", KIND) + fifo("ro", "%right, {%mem}", KIND)
        + fifo("out", "%mem, {%shim}", "memref<16xi32>")
        + "aie.objectfifo.link [@ro, @lo] -> [@out] ([0, 8] [])\n"
        + copy_core("left", "l", "lo", KIND) + copy_core("right", "r", "ro", KIND, "twice")
        + transfers(64, 64)
    )  # fmt: skip
    a, b = run(text, 64, 64, seed)
    halves = a.reshape(4, 2, 8)
    assert np.array_equal(b.reshape(4, 2, 8)[:, 0], 2 * halves[:, 1])
    assert np.array_equal(b.reshape(4, 2, 8)[:, 1], halves[:, 0])


@pytest.mark.parametrize("seed", SEEDS)
def test_one_fifo_feeds_two_cores(seed):
    text = designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1), left=(0, 2), right=(0, 3)) + DECLARED
        + fifo("in", "%shim, {%left, %right}", KIND)
        + fifo("lo", "%left, {%mem}", KIND) + fifo("ro", "%right, {%mem}", KIND)
        + fifo("out", "%mem, {%shim}", "memref<16xi32>")
        + "aie.objectfifo.link [@lo, @ro] -> [@out] ([0, 8] [])\n"
        + copy_core("left", "in", "lo", KIND) + copy_core("right", "in", "ro", KIND, "twice")
        + transfers(32, 64)
    )  # fmt: skip
    a, b = run(text, 32, 64, seed)
    blocks = b.reshape(4, 2, 8)
    assert np.array_equal(blocks[:, 0].reshape(-1), a)
    assert np.array_equal(blocks[:, 1].reshape(-1), 2 * a)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("consumer", [(0, 3), (1, 2)])
def test_neighbours_share_memory(seed, consumer):
    text = designs.module(
        designs.tiles(shim=(0, 0), first=(0, 2), second=consumer) + DECLARED
        + fifo("in", "%shim, {%first}", KIND) + fifo("pipe", "%first, {%second}", KIND)
        + fifo("out", "%second, {%shim}", KIND)
        + copy_core("first", "in", "pipe", KIND, "twice")
        + copy_core("second", "pipe", "out", KIND, "twice") + transfers(64, 64),
        "npu2",
    )  # fmt: skip
    simulator = Simulator(text, kernels={"copy": copy, "twice": twice}, seed=seed)
    a, b = np.arange(64, dtype=np.int32), np.zeros(64, np.int32)
    report = simulator.run([a, b])
    assert np.array_equal(b, 4 * a)
    assert len([c for c in report.channels if c.moved_bytes]) == 4  # in and out, both ends


@pytest.mark.parametrize("seed", SEEDS)
def test_layouts_of_both_ends(seed):
    text = designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1))
        + fifo("in", "%shim, {%mem dimensionsFromStream [<size = 4, stride = 1>, "
               "<size = 4, stride = 4>]}", "memref<16xi32>")
        + fifo("out", "%mem dimensionsToStream [<size = 2, stride = 2>, <size = 4, stride = 4>, "
               "<size = 2, stride = 1>], {%shim}", "memref<16xi32>")
        + "aie.objectfifo.link [@in] -> [@out] ([] [])\n" + transfers(64, 64)
    )  # fmt: skip
    a, b = run(text, 64, 64, seed)
    stored = a.reshape(4, 4, 4).transpose(0, 2, 1)
    assert np.array_equal(b, stored.reshape(4, 4, 2, 2).transpose(0, 2, 1, 3).reshape(-1))


@pytest.mark.parametrize("depth", [1, 2])
def test_repeat_sends_every_object_again(depth):
    text = designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1)) + fifo("in", "%shim, {%mem}", KIND, f"{depth} : i32")
        + fifo("out", "%mem, {%shim}", KIND, f"{depth} : i32", "{repeat_count = 3 : i32}")
        + "aie.objectfifo.link [@in] -> [@out] ([] [])\n" + transfers(32, 96)
    )  # fmt: skip
    a, b = run(text, 32, 96)
    assert np.array_equal(b.reshape(4, 3, 8), np.repeat(a.reshape(4, 1, 8), 3, axis=1))


def test_initial_values_are_full_objects():
    text = designs.module(
        designs.tiles(shim=(0, 0), core=(0, 2))
        + "aie.objectfifo @out(%core, {%shim}, 2 : i32) : !aie.objectfifo<memref<4xi32>> "
        "= [dense<[1, 2, 3, 4]>, dense<[5, 6, 7, 8]>]\n"
        + designs.sequence({"b": "memref<8xi32>"}, designs.memcpy(
            "b", "out", (1, 1, 1, 8), kind="memref<8xi32>") + designs.wait("out"))
    )  # fmt: skip
    b = np.zeros(8, np.int32)
    simulate(text, [b])
    assert b.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_padding_of_a_link():
    text = designs.module(
        designs.tiles(shim=(0, 0), mem=(0, 1)) + fifo("in", "%shim, {%mem}", "memref<5xi32>")
        + fifo("out", "%mem dimensionsToStream [<size = 5, stride = 1>], {%shim}", KIND, "2 : i32",
               "{padDimensions = #aie<bd_pad_layout_array[<const_pad_before = 1, "
               "const_pad_after = 2>]>, padValue = 9 : i32}")
        + "aie.objectfifo.link [@in] -> [@out] ([] [])\n" + transfers(10, 16)
    )  # fmt: skip
    _, b = run(text, 10, 16)
    assert b.tolist() == [9, 1, 2, 3, 4, 5, 9, 9, 9, 6, 7, 8, 9, 10, 9, 9]


def add(x, y, z):
    z[...] = x + y


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sliding_window_acquires_what_it_does_not_hold(seed):
    """Sums of neighbouring rows; acquire 2 while 1 is held asks for one more."""
    three = f"func.func private @add({KIND}, {KIND}, {KIND})\n"
    body = (
        acquire("x", "in", "Consume", 2, KIND) + acquire("y", "out", "Produce", 1, KIND)
        + call("add", "x0", "x1", "y0", kind=KIND)
        + release("in", "Consume") + release("out", "Produce")
    )  # fmt: skip
    text = designs.module(
        designs.tiles(shim=(0, 0), core=(0, 2)) + three
        + fifo("in", "%shim, {%core}", KIND, "3 : i32") + fifo("out", "%core, {%shim}", KIND)
        + designs.core("core", body) + transfers(64, 56)
    )  # fmt: skip
    a, b = run(text, 64, 56, seed, add=add)
    rows = a.reshape(8, 8)
    assert np.array_equal(b.reshape(7, 8), rows[:-1] + rows[1:])


def test_what_a_fifo_cannot_be():
    base = designs.tiles(shim=(0, 0), mem=(0, 1), core=(0, 2)) + DECLARED
    ends = fifo("in", "%shim, {%core}", KIND) + fifo("out", "%core, {%shim}", KIND)
    good = base + ends + copy_core("core", "in", "out", KIND) + transfers(64, 64)
    for old, new, message in [
        ("@in(%shim", "@in(%mem", "no shim DMA allocation @in"),
        ("acquire @in(Consume", "acquire @in(Produce", "ObjectFifo @in has no such end on tile"),
        ("2 : i32)  : !aie", "2 : i32) {plio = true} : !aie", "on PLIO is not supported"),
    ]:
        with pytest.raises(DesignError, match=message):
            run(designs.module(good.replace(old, new)), 64, 64)
    link = "aie.objectfifo.link [@in] -> [@out] ([] [])\n"
    other = base + fifo("in", "%shim, {%mem}", KIND) + fifo("out", "%core, {%shim}", KIND)
    with pytest.raises(DesignError, match="@in does not end where @out begins"):
        run(designs.module(other + link + transfers(64, 64)), 64, 64)
    with pytest.raises(DesignError, match="there is no ObjectFifo @x"):
        run(designs.module(other + link.replace("[@in]", "[@x]") + transfers(8, 8)), 8, 8)
    many = "".join(fifo(f"f{i}", "%shim, {%core}", KIND) for i in range(3))
    with pytest.raises(DesignError, match=r"no MM2S channel of tile .* is left for ObjectFifo @f2"):
        run(designs.module(base + many + transfers(8, 8)), 8, 8)


def test_releasing_more_than_is_held_is_a_warning():
    """The lock rises by what the text says; hardware does not count what a core holds."""
    ends = fifo("in", "%shim, {%core}", KIND) + fifo("out", "%core, {%shim}", KIND)
    good = designs.tiles(shim=(0, 0), core=(0, 2)) + DECLARED + ends
    good += copy_core("core", "in", "out", KIND) + transfers(64, 64)
    text = designs.module(good.replace("release @in(Consume, 1)", "release @in(Consume, 2)"))
    a, b = np.arange(64, dtype=np.int32), np.zeros(64, np.int32)
    report = simulate(text, [a, b], {"copy": lambda x, y: np.copyto(y, x)})
    (warning,) = report.warnings
    assert "a core releases 2 objects of @in and holds 1" in warning
    assert "at aie.objectfifo.release (<design>:" in warning
    assert f"  warning: {warning}" in report.lines()
    with pytest.raises(SimulationError, match="on hardware, a core releases 2 objects of @in"):
        simulate(text, [a, b], {"copy": lambda x, y: np.copyto(y, x)}, strict_hardware=True)


def test_a_shim_end_of_its_own_goes_round_the_hosts_buffers():
    """Registered external buffers: the shim's chain is in the design, no sequence drives it."""
    kind = "memref<8xi32>"
    text = designs.module(
        designs.tiles(shim=(0, 0), tile=(0, 2))
        + "%from = aie.external_buffer {sym_name = \"from\"} : memref<32xi32>\n"
        + "%to = aie.external_buffer {sym_name = \"to\"} : memref<32xi32>\n"
        + f"aie.objectfifo @in(%shim, {{%tile}}, 2 : i32) : !aie.objectfifo<{kind}>\n"
        + f"aie.objectfifo @out(%tile, {{%shim}}, 2 : i32) : !aie.objectfifo<{kind}>\n"
        + "aie.objectfifo.register_external_buffers @in(%shim, {%from}) : (memref<32xi32>)\n"
        + "aie.objectfifo.register_external_buffers @out(%shim, {%to}) : (memref<32xi32>)\n"
        + designs.core("tile", f"""
      %xv = aie.objectfifo.acquire @in(Consume, 1) : !aie.objectfifosubview<{kind}>
      %x = aie.objectfifo.subview.access %xv[0] : !aie.objectfifosubview<{kind}> -> {kind}
      %yv = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<{kind}>
      %y = aie.objectfifo.subview.access %yv[0] : !aie.objectfifosubview<{kind}> -> {kind}
      func.call @add_one(%x, %y) : ({kind}, {kind}) -> ()
      aie.objectfifo.release @in(Consume, 1)
      aie.objectfifo.release @out(Produce, 1)""")
        + f"func.func private @add_one({kind}, {kind})\n"
        # What the shim's chain waits for: that the input is full, its fourth lock.
        + designs.sequence({"a": kind}, "aiex.npu.write32 {address = 81968 : ui32, "
                           "value = 1 : ui32, column = 0 : i32, row = 0 : i32}\n")
    )  # fmt: skip
    simulator = Simulator(text, kernels={"add_one": lambda x, y: np.add(x, 1, out=y)})
    simulator.buffer("from")[:] = np.arange(32)
    simulator.run([np.zeros(8, np.int32)])
    assert simulator.buffer("to").tolist() == list(range(1, 33))
    with pytest.raises(OptionError, match="there is no buffer 'too'"):
        simulator.buffer("too")


def test_values_that_the_device_defines_are_used_in_cores():
    """Constants that stand outside of a core, and arithmetic of the index dialect inside."""
    kind = "memref<8xi32>"
    text = designs.module(
        designs.tiles(shim=(0, 0), tile=(0, 2))
        + "%bound = arith.constant 8 : index\n%shift = arith.constant 3 : index\n"
        + f"aie.objectfifo @out(%tile, {{%shim}}, 2 : i32) : !aie.objectfifo<{kind}>\n"
        + designs.core("tile", f"""
      %yv = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<{kind}>
      %y = aie.objectfifo.subview.access %yv[0] : !aie.objectfifosubview<{kind}> -> {kind}
      scf.for %j = %c0 to %bound step %c1 {{
        %s = index.add %j, %shift
        %t = index.mul %s, %s
        %u = index.sub %t, %c1
        %v = arith.index_cast %u : index to i32
        memref.store %v, %y[%j] : {kind}
      }}
      aie.objectfifo.release @out(Produce, 1)""")
        + designs.sequence({"a": kind}, designs.memcpy("a", "out", (1, 1, 1, 8), kind=kind)
                           + designs.wait("out"))
    )  # fmt: skip
    a = np.zeros(8, np.int32)
    simulate(text, [a])
    assert a.tolist() == [(j + 3) ** 2 - 1 for j in range(8)]


STREAMED = "aie_stream = {} : i32, aie_stream_port = {} : i32"


def stream_core(tile):
    """Doubles every word that comes and sends it on."""
    return designs.core(
        tile,
        "%p0 = arith.constant 0 : i32\n%p1 = arith.constant 1 : i32\n"
        "%w = aie.get_stream(%p0 : i32) : i32\n"
        "%d = arith.addi %w, %w : i32\n"
        "aie.put_stream(%p1 : i32, %d : i32)\n",
    )


def streamed(first=""):
    """Shim to a core's stream, on to another core's, into a mem tile and back to the shim."""
    given = first or "{" + STREAMED.format(1, 0) + "}"
    return (
        designs.tiles(shim=(0, 0), mem=(0, 1), left=(0, 2), right=(0, 3))
        + fifo("in", "%shim, {%left}", KIND, attributes=given)
        + "aie.flow(%left, Core : 1, %right, Core : 0)\n"
        + fifo("up", "%right, {%mem}", KIND, attributes="{" + STREAMED.format(0, 1) + "}")
        + fifo("out", "%mem, {%shim}", KIND)
        + "aie.objectfifo.link [@up] -> [@out] ([] [])\n"
        + stream_core("left") + stream_core("right") + transfers(64, 64)
    )  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_ends_that_are_a_core_s_stream(seed):
    a = np.arange(64, dtype=np.int32)
    b = np.zeros(64, np.int32)
    simulate(designs.module(streamed()), [a, b], seed=seed)
    np.testing.assert_array_equal(b, 4 * a)


def test_both_ends_a_core_s_stream():
    text = streamed()
    both = fifo("mid", "%left, {%right}", KIND, attributes="{" + STREAMED.format(2, 1) + "}")
    text = text.replace("aie.flow(%left, Core : 1, %right, Core : 0)\n", both)
    text = text.replace(
        stream_core("right"), stream_core("right").replace("get_stream(%p0", "get_stream(%p1")
    )
    a = np.arange(64, dtype=np.int32)
    b = np.zeros(64, np.int32)
    simulate(designs.module(text), [a, b])
    np.testing.assert_array_equal(b, 4 * a)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ("{aie_stream = 3 : i32, aie_stream_port = 0 : i32}", "is none of 0, 1, 2"),
        ("{aie_stream = 1 : i32}", "names no port"),
        ("{aie_stream_port = 1 : i32}", "left out has an aie_stream_port"),
        ("{aie_stream = 0 : i32, aie_stream_port = 0 : i32}", "a tile without a core"),
        (
            "{" + STREAMED.format(1, 0) + ", cons_dma_channels = array<i32: 0>}",
            "names a DMA channel",
        ),
    ],
)
def test_refused_stream_ends(attributes, message):
    with pytest.raises(DesignError, match=message):
        run(designs.module(streamed(attributes)), 64, 64)


def test_a_stream_end_is_no_memory():
    text = streamed()
    taken = text.replace(
        "aie.flow(%left, Core : 1,",
        "aie.flow(%mem, DMA : 5, %left, Core : 0)\naie.flow(%left, Core : 1,",
    )
    with pytest.raises(DesignError, match="stream in 0 is taken"):
        run(designs.module(taken), 64, 64)
    allocated = text + "aie.objectfifo.allocate @in (%left)\n"
    with pytest.raises(DesignError, match="has a stream port and is allocated"):
        run(designs.module(allocated), 64, 64)
    acquired = DECLARED + text.replace(stream_core("left"), copy_core("left", "in", "in", KIND))
    with pytest.raises(DesignError, match="@in has no such end"):
        run(designs.module(acquired), 64, 64)
