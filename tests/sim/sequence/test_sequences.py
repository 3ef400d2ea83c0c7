"""What runtime sequences do beyond transfers: tasks, registers, several devices, control flow."""

import designs
import numpy as np
import pytest

from aiec.ir.errors import DesignError, SimulationError
from aiec.runtime.sim import Simulator, simulate
from aiec.runtime.sim.sequence.bd_words import RawBd, decode, encode

SEEDS = (0, 1, 2)


def i32(n, first=1):
    return np.arange(first, first + n, dtype=np.int32)


def task(name, where, body, attributes="", operands=""):
    return (
        f"%{name} = aiex.dma_configure_task_for @{where} {operands} {{\n{body}\naie.end\n}} "
        f"{attributes}\n"
    )


def bd(argument, count, rest="", kind="memref<64xi32>", offset="0"):
    return f"aie.dma_bd(%{argument} : {kind} offset = {offset} len = {count} {rest})"


TOKEN = "{issue_token = true}"


@pytest.mark.parametrize("seed", SEEDS)
def test_tasks_are_started_awaited_and_freed(seed):
    body = (
        task("s", "in", bd("a", 64)) + task("t", "out", bd("b", 64), TOKEN)
        + "aiex.dma_start_task(%s)\naiex.dma_start_task(%t)\naiex.dma_await_task(%t)\n"
        + "aiex.dma_free_task(%s)\n"
    )  # fmt: skip
    a, b = i32(64), np.zeros(64, np.int32)
    simulate(designs.relay(body), [a, b], seed=seed)
    assert np.array_equal(b, a)


def test_a_task_of_two_descriptors_and_one_that_iterates():
    chain = bd("a", 16, offset="32") + "\naie.next_bd ^second\n^second:\n" + bd("a", 16, offset="0")
    taps = bd("b", 16, "sizes = [2, 1, 2, 8] strides = [8, 0, 16, 1]")
    body = (
        task("s", "in", chain)
        + task("t", "out", taps, "{issue_token = true, repeat_count = 1 : i32}")
        + "aiex.dma_start_task(%s)\naiex.dma_start_task(%t)\naiex.dma_await_task(%t)\n"
    )
    a, b = i32(64), np.zeros(64, np.int32)
    simulate(designs.relay(body), [a, b])
    sent = np.concatenate([a[32:48], a[:16]]).reshape(2, 2, 8)
    assert np.array_equal(b[:32].reshape(2, 2, 8), sent.transpose(1, 0, 2))


@pytest.mark.parametrize("count", [1, 3, 4])
def test_loops_and_numbers_of_the_moment(count):
    body = (
        "%c0 = arith.constant 0 : index\n%c1 = arith.constant 1 : index\n"
        "%many = arith.index_cast %n : i32 to index\n%k = arith.constant 16 : i32\n"
        "%len = arith.muli %n, %k : i32\n%wide = arith.extsi %n : i32 to i64\n"
        + task("t", "out", bd("b", "%len", "sizes = [1, 1, %wide, 16] strides = [0, 0, 16, 1]"),
               TOKEN)
        + "aiex.dma_start_task(%t)\n"
        "scf.for %i = %c0 to %many step %c1 {\n"
        "%j = arith.index_cast %i : index to i32\n%at = arith.muli %j, %k : i32\n"
        + task("s", "in", bd("a", 16, offset="%at"), TOKEN)
        + "aiex.dma_start_task(%s)\naiex.dma_await_task(%s)\n}\n"
        "aiex.dma_await_task(%t)\n"
    )  # fmt: skip
    arguments = {"a": "memref<64xi32>", "b": "memref<64xi32>", "n": "i32"}
    a, b = i32(64), np.zeros(64, np.int32)
    simulate(designs.relay(body, arguments=arguments), [a, b, count])
    assert np.array_equal(b[: 16 * count], a[: 16 * count])
    assert not b[16 * count :].any()


def test_tasks_that_cannot_be():
    start = task("s", "in", bd("a", 64)) + "aiex.dma_start_task(%s)\naiex.dma_await_task(%s)\n"
    arrays = [i32(64), np.zeros(64, np.int32)]
    with pytest.raises(SimulationError, match="a task without a token is awaited"):
        simulate(designs.relay(start), arrays)
    many = "".join(task(f"s{i}", "in", bd("a", 64)) for i in range(17))
    with pytest.raises(SimulationError, match="has no descriptor left for a task"):
        simulate(designs.relay(many), arrays)
    taps = bd("a", 4, "sizes = [65, 1, 1, 4] strides = [4, 0, 0, 1]")
    with pytest.raises(DesignError, match="iterates 65 times"):
        simulate(designs.relay(task("s", "in", taps)), arrays)


LOCK_0 = 0xC0000  # of a mem tile


def test_registers_of_locks_queues_and_memory():
    """A mem tile whose only descriptor is pushed, gated and filled by register writes."""
    shot = (
        "aie.dma_start(MM2S, 1, ^s, ^end)\n^s:\naie.use_lock(%mc, AcquireGreaterEqual, %one)\n"
        "aie.dma_bd(%m0 : memref<16xi32> offset = 0 len = 16) {bd_id = 24 : i32}\n"
        "aie.use_lock(%mp, Release, %one)\naie.end\n^end:\n"
    )
    body = (
        f"aiex.npu.write32 {{address = {LOCK_0 + 0x10} : ui32, value = 2 : ui32, "
        "column = 0 : i32, row = 1 : i32}\n"
        "aiex.npu.write32 {address = 3 : ui32, value = 77 : ui32, buffer = @m0}\n"
        "aiex.npu.maskwrite32 {address = 4 : ui32, value = 255 : ui32, mask = 15 : ui32, "
        "buffer = @m0}\n"
        "aiex.npu.push_queue (0, 1, MM2S:1) "
        "{bd_id = 24 : i32, issue_token = true, repeat_count = 0 : i32}\n"
        + designs.memcpy("b", "out", (1, 1, 1, 32))
        + "aiex.npu.sync {column = 0 : i32, row = 1 : i32, direction = 1 : i32, "
        "channel = 1 : i32, column_num = 1 : i32, row_num = 1 : i32}\n" + designs.wait("out")
        + "aiex.npu.write32 {address = 213200 : ui32, value = 1 : ui32, "
        "column = 0 : i32, row = 0 : i32}\n"
    )  # fmt: skip
    text = designs.relay(body, starts=shot)
    text = text.replace('"m0"} : memref<16xi32>', '"m0"} : memref<16xi32> = dense<5>')
    text = text.replace("(%mem, DMA : 0, %shim", "(%mem, DMA : 1, %shim")
    b = np.zeros(64, np.int32)
    report = simulate(text, [i32(64), b])
    once = [5, 5, 5, 77, 15, *[5] * 11]
    assert b[:32].tolist() == once * 2
    assert any("a write to register 0x340d0" in note for note in report.notes)


def device(name, factor):
    kind = "memref<8xi32>"
    kernel = designs.core(
        "tile",
        designs.acquire("xc") + designs.acquire("yp")
        + f"%f = arith.constant {factor} : i32\n"
        "affine.for %j = 0 to 8 {\n"
        f"%v = affine.load %x0[7 - %j] : {kind}\n%w = arith.muli %v, %f : i32\n"
        f"affine.store %w, %y0[%j] : {kind}\n}}\n"
        + designs.release("xp") + designs.release("yc"),
    )  # fmt: skip
    body = (
        designs.tiles(shim=(0, 0), tile=(0, 2))
        + designs.endpoint("tile", "x", kind, 1) + designs.endpoint("tile", "y", kind, 1)
        + designs.flow("shim", 0, "tile", 0) + designs.flow("tile", 0, "shim", 0)
        + designs.allocation("in", "MM2S", 0) + designs.allocation("out", "S2MM", 0) + kernel
        + "aie.mem(%tile) {\n"
        + designs.ring("S2MM, 0", ["x0"], "xp", "xc", kind, "len = 8", 1, 2)
        + designs.ring("MM2S, 0", ["y0"], "yc", "yp", kind, "len = 8", 3, 4) + "aie.end }\n"
        + designs.sequence(
            {"p": kind},
            designs.memcpy("p", "in", (1, 1, 1, 8), kind=kind)
            + designs.memcpy("p", "out", (1, 1, 1, 8), bd_id=1, kind=kind) + designs.wait("out"),
            "@go",
        )
    )  # fmt: skip
    return f"aie.device(npu2) @{name} {{\n{body}}}\n"


def test_devices_one_after_the_other():
    main = (
        "aie.device(npu2) @main {\naie.runtime_sequence @all(%a: memref<24xi32>) {\n"
        "aiex.configure @double {\n"
        "%v = memref.subview %a[8] [8] [1] : memref<24xi32> to memref<8xi32, strided<[1], "
        "offset: 8>>\n%p = memref.reinterpret_cast %v to offset: [0], sizes: [8], strides: [1] : "
        "memref<8xi32, strided<[1], offset: 8>> to memref<8xi32>\n"
        "aiex.run @go(%p) : (memref<8xi32>)\naiex.run @go(%p) : (memref<8xi32>)\n}\n"
        "aiex.configure @triple {\n"
        "%q = memref.reinterpret_cast %a to offset: [0], sizes: [8], strides: [1] : "
        "memref<24xi32> to memref<8xi32>\naiex.run @go(%q) : (memref<8xi32>)\n}\n}\n}\n"
    )
    text = "module {\n" + main + device("double", 2) + device("triple", 3) + "}\n"
    a = i32(24)
    simulate(text, [a])
    expected = np.concatenate([3 * i32(8)[::-1], 4 * i32(8, 9), i32(8, 17)])
    assert np.array_equal(a, expected)
    both = text.replace(main, "")
    with pytest.raises(DesignError, match="no device was named"):
        simulate(both, [a])
    with pytest.raises(DesignError, match="there is no device @single"):
        simulate(text.replace("aiex.configure @double", "aiex.configure @single"), [a])
    with pytest.raises(DesignError, match="has no runtime sequence @gone"):
        simulate(text.replace("aiex.run @go(%q)", "aiex.run @gone(%q)"), [a])


def test_control_flow_in_a_core():
    """Counts how often a number halves or triples on its way to 1, by cf, scf.while and scf.if."""
    kind = "memref<8xi32>"
    body = """
      %c1 = arith.constant 1 : index
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %k0 = arith.constant 0 : i32
      %k1 = arith.constant 1 : i32
      %k2 = arith.constant 2 : i32
      %k3 = arith.constant 3 : i32
      cf.br ^go
    ^go:
      aie.use_lock(%yp, AcquireGreaterEqual, 1)
      memref.store %k2, %y0[%c0] : memref<8xi32>
      scf.while : () -> () {
        %left = memref.load %y0[%c0] : memref<8xi32>
        %any = arith.cmpi sgt, %left, %k0 : i32
        scf.condition(%any)
      } do {
        %last = memref.load %y0[%c0] : memref<8xi32>
        %less = arith.subi %last, %k1 : i32
        memref.store %less, %y0[%c0] : memref<8xi32>
        scf.yield
      }
      scf.for %i = %c0 to %c8 step %c1 {
        %n = arith.index_cast %i : index to i32
        %first = arith.addi %n, %k1 : i32
        %r:2 = scf.while (%v = %first, %c = %k0) : (i32, i32) -> (i32, i32) {
          %more = arith.cmpi ne, %v, %k1 : i32
          scf.condition(%more) %v, %c : i32, i32
        } do {
        ^bb0(%v: i32, %c: i32):
          %rest = arith.remsi %v, %k2 : i32
          %odd = arith.cmpi eq, %rest, %k1 : i32
          %next = scf.if %odd -> (i32) {
            %t = arith.muli %v, %k3 : i32
            %u = arith.addi %t, %k1 : i32
            scf.yield %u : i32
          } else {
            %h = arith.shrui %v, %k1 : i32
            scf.yield %h : i32
          }
          %d = arith.addi %c, %k1 : i32
          scf.yield %next, %d : i32, i32
        }
        memref.store %r#1, %y0[%i] : memref<8xi32>
      }
      aie.use_lock(%yc, Release, 1)
      cf.br ^go
    """
    text = designs.module(
        designs.tiles(shim=(0, 0), tile=(0, 2)) + designs.endpoint("tile", "y", kind, 1)
        + designs.flow("tile", 0, "shim", 0) + designs.allocation("out", "S2MM", 0)
        + f"aie.core(%tile) {{{body}}}\naie.mem(%tile) {{\n"
        + designs.ring("MM2S, 0", ["y0"], "yc", "yp", kind, "len = 8", 1, 2) + "aie.end }\n"
        + designs.sequence({"b": kind}, designs.memcpy("b", "out", (1, 1, 1, 8), kind=kind)
                           + designs.wait("out"))
    )  # fmt: skip
    b = np.zeros(8, np.int32)
    simulate(text, [b])
    assert b.tolist() == [0, 1, 7, 2, 5, 8, 16, 3]


def test_a_core_that_is_reset_starts_again():
    text = designs.runtime_parameter()
    body = text[text.index("aie.runtime_sequence") :]
    again = body.replace(
        designs.wait("out"),
        designs.wait("out") + "aiex.core_reset(%tile)\naiex.npu.rtp_write(@rtp, 1, 5) : i32\n"
        "aiex.set_lock(%ready, 1)\n"
        + designs.memcpy("b", "out", (1, 1, 1, 8), kind="memref<8xi32>") + designs.wait("out"),
    )  # fmt: skip
    b = np.zeros(8, np.int32)
    simulate(text.replace(body, again), [b, 3])
    assert b.tolist() == [5 * j for j in range(8)]


def test_a_logical_tile_gets_a_place():
    text = designs.add_one_relay().replace(
        "%tile = aie.tile(0, 2)", "%tile = aie.logical_tile<CoreTile>(?, ?)"
    )
    a, b = i32(64), np.zeros(64, np.int32)
    kernels = {"add_one": lambda x, y, n: np.add(x, 1, out=y)}
    simulate(text, [a, b], kernels)
    assert np.array_equal(b, a + 1)
    five = "".join(f"%t{i} = aie.logical_tile<CoreTile>(0, ?)\n" for i in range(5))
    with pytest.raises(DesignError, match="no CoreTile is left for a logical tile"):
        simulate(text.replace("%tile = aie.logical", five + "%tile = aie.logical"), [a, b], kernels)


LOADS = "aiex.npu.load_pdi {device_ref = @other}\naiex.npu.load_pdi {device_ref = @main}\n"


@pytest.mark.parametrize(("before", "after"), [("aiex.configure @main {\n", "}\n"), (LOADS, "")])
def test_a_sequence_that_loads_its_own_device_goes_on_with_it(before, after):
    text = designs.add_one_relay().replace("aie.device(npu2_1col)", "aie.device(npu2) @main")
    text = text.replace("module {\n", "module {\naie.device(npu2) @other {}\n")
    first = "aiex.npu.dma_memcpy_nd(%a"
    text = text.replace(first, before + first)
    text = text.replace(designs.wait("out"), designs.wait("out") + after)
    kernels = {"add_one": lambda x, y, n: np.add(x, 1, out=y)}
    simulator = Simulator(text, kernels=kernels, device="main")
    for _ in range(2):
        a, b = i32(64), np.zeros(64, np.int32)
        simulator.run([a, b])
        assert np.array_equal(b, a + 1)


@pytest.mark.parametrize("seed", range(6))
def test_a_write_takes_effect_after_the_cores_have_begun(seed):
    first = designs.acquire("ready", how="Acquire")
    text = designs.runtime_parameter().replace(
        first, "memref.store %k2, %rtp[%c1] : memref<4xi32>\n" + first
    )
    b = np.zeros(8, np.int32)
    simulate(text, [b, 9], seed=seed)
    assert b.tolist() == [9 * j for j in range(8)]


def part_of_a_descriptor(shown, first=""):
    """A mem tile sends its 16 words, then what `shown`, a change of the descriptor, makes it."""
    shot = (
        "aie.dma_start(MM2S, 1, ^s, ^end)\n^s:\naie.use_lock(%mc, AcquireGreaterEqual, %one)\n"
        "aie.dma_bd(%m0 : memref<16xi32> offset = 0 len = 16) {bd_id = 24 : i32}\n"
        "aie.use_lock(%mp, Release, %one)\naie.end\n^end:\n"
    )
    fill = (
        f"aiex.npu.write32 {{address = {LOCK_0 + 0x10} : ui32, value = 1 : ui32, "
        "column = 0 : i32, row = 1 : i32}\n"
    )
    body = (
        "".join(f"aiex.npu.write32 {{address = {i} : ui32, value = {i} : ui32, buffer = @m0}}\n"
                for i in range(16))
        + first + fill + designs.memcpy("b", "out", (1, 1, 1, 16)) + designs.wait("out")
        + shown + fill
        + "aiex.npu.push_queue (0, 1, MM2S:1) "
        "{bd_id = 24 : i32, issue_token = false, repeat_count = 0 : i32}\n"
        + designs.memcpy("b", "out", (1, 1, 1, 8), offsets=(0, 0, 0, 16)) + designs.wait("out")
    )  # fmt: skip
    return designs.relay(body, starts=shot).replace(
        "(%mem, DMA : 0, %shim", "(%mem, DMA : 1, %shim"
    )


def masked(word, value, mask):
    return (
        f"aiex.npu.maskwrite32 {{address = {0xA0000 + 24 * 0x20 + 4 * word} : ui32, "
        f"value = {value} : ui32, mask = {mask} : ui32, column = 0 : i32, row = 1 : i32}}\n"
    )


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (masked(0, 8, 0x1FFFF), range(8)),
        (masked(0, 8, 0x1FFFF) + masked(2, 1, 0x1FFFF), range(0, 16, 2)),  # every second word
    ],
)
def test_a_part_of_a_descriptor_is_written(shown, expected):
    """The rest is what the text wrote: its buffer, its locks, and that it ends."""
    b = np.zeros(64, np.int32)
    simulate(part_of_a_descriptor(shown), [i32(64), b])
    assert b[:16].tolist() == list(range(16))
    assert b[16:24].tolist() == list(expected)


@pytest.mark.parametrize(
    ("shown", "first", "message"),
    [
        (masked(4, 1 << 31, 1 << 31), "", "descriptor 24 of tile .* compresses"),
        ("", masked(0, 8, 0x1FFFF), "descriptor 24"),  # that waits for its lock
    ],
)
def test_parts_of_descriptors_that_cannot_be_written(shown, first, message):
    with pytest.raises(SimulationError, match=message):
        simulate(part_of_a_descriptor(shown, first), [i32(64), np.zeros(64, np.int32)])


def test_a_part_of_a_transfer_is_written():
    """A shim's descriptor keeps the host's buffer and the layout of the transfer before."""
    cut = (
        "aiex.npu.maskwrite32 {address = 118784 : ui32, value = 8 : ui32, mask = 255 : ui32, "
        "column = 0 : i32, row = 0 : i32}\n"
        "aiex.npu.write32 {address = 119316 : ui32, value = 0 : ui32, column = 0 : i32, "
        "row = 0 : i32}\n"
    )
    body = (
        designs.memcpy("a", "in", (1, 1, 4, 4), (0, 0, 8, 1))
        + designs.memcpy("b", "out", (1, 1, 1, 16), bd_id=1) + designs.wait("out")
    )  # fmt: skip
    for place in (16, 24):  # the second cut finds the first one gone
        body += cut + designs.memcpy("b", "out", (1, 1, 1, 8), offsets=(0, 0, 0, place), bd_id=1)
        body += designs.wait("out")
    a, b = i32(64), np.zeros(64, np.int32)
    simulate(designs.relay(body, elements=8), [a, b])
    rows = a[:32].reshape(4, 8)[:, :4]
    assert np.array_equal(b[:16].reshape(4, 4), rows)
    assert np.array_equal(b[16:32].reshape(4, 4), np.concatenate([rows[:2], rows[:2]]))


@pytest.mark.parametrize("row", [0, 1, 2])
def test_words_of_descriptors_are_read_as_they_were_made(row):
    draw = np.random.default_rng(row)
    places = 3 if row == 1 else 2
    for _ in range(50):
        raw = RawBd(
            length=int(draw.integers(1, 8000)),
            address=0 if row == 0 else int(draw.integers(1, 16000)),
            sizes=tuple(draw.integers(0, 200, places).tolist()),
            strides=tuple(draw.integers(0, 4000, places + 1).tolist()),
            packet=[None, 3, 31][draw.integers(3)],
            iteration_size=int(draw.integers(64)),
            iteration_stride=int(draw.integers(4000)),
            iteration_current=int(draw.integers(60)),
            next=[None, 3, 15][draw.integers(3)],
            acquire=[None, (3, -1), (15, 1)][draw.integers(3)],
            release=[None, (3, 1), (7, -2)][draw.integers(3)],
        )
        assert decode(row, encode(row, raw)) == raw


def test_a_transfer_costs_what_its_register_writes_cost():
    """The same transfer as the words of its descriptor, the address patch and the queue's push."""
    words = "dense<[16, 0, 0, 0, -2147483648, 33554432, 0, 33554432]>"
    lowered = (
        "%bd = memref.get_global @bd : memref<8xi32>\n"
        "aiex.npu.blockwrite(%bd) {address = 118784 : ui32} : memref<8xi32>\n"
        "aiex.npu.address_patch {addr = 118788 : ui32, arg_idx = 0 : i32, arg_plus = 0 : i32}\n"
        "aiex.npu.write32 {address = 119316 : ui32, value = 0 : ui32}\n"
    )
    cycles = []
    for send in (designs.memcpy("a", "in", (1, 1, 1, 16)), lowered):
        rest = designs.memcpy("b", "out", (1, 1, 1, 16), bd_id=1, token=True) + designs.wait("out")
        text = designs.relay(send + rest).replace(
            "aie.runtime_sequence",
            f'memref.global "private" constant @bd : memref<8xi32> = {words}\naie.runtime_sequence',
        )
        a, b = np.arange(16, dtype=np.int32), np.zeros(16, np.int32)
        cycles.append(simulate(text, [a, b]).cycles)
        assert np.array_equal(a, b)
    assert cycles[0] == cycles[1]
