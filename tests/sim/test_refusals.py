"""Rarer things that a design can say and the simulator refuses."""

import designs
import numpy as np
import pytest

from aiec.ir.errors import DesignError, SimulationError
from aiec.runtime.sim import simulate


def run(text, extra=()):
    simulate(text, [np.zeros(64, np.int32), np.zeros(64, np.int32), *extra])


def core_of(body):
    return designs.module(
        designs.tiles(shim=(0, 0), tile=(0, 2)) + f"aie.core(%tile) {{\n{body}\naie.end\n}}\n"
        + designs.sequence({"a": "memref<64xi32>", "b": "memref<64xi32>"}, "")
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("aiex.core_reset(%shim)", "has no core to reset"),
        ("aiex.npu.load_pdi {}", "load_pdi names no device"),
        (
            "aiex.npu.write32 {address = 0 : ui32, value = 0 : ui32, buffer = @gone}",
            "there is no buffer @gone",
        ),
        (
            "%g = memref.get_global @gone : memref<4xi32>\n"
            "aiex.npu.blockwrite(%g) {address = 0 : ui32} : memref<4xi32>",
            "there is no constant global @gone",
        ),
        (
            "aiex.npu.push_queue (0, 1, MM2S:9) "
            "{bd_id = 0 : i32, issue_token = false, repeat_count = 0 : i32}",
            "has no channel MM2S 9",
        ),
        (
            "aiex.npu.write32 {address = 0 : ui32, value = 0 : ui32, column = 9 : i32, "
            "row = 1 : i32}",
            r"there is no tile \(9, 1\)",
        ),
    ],
)
def test_of_sequences(body, message):
    with pytest.raises((DesignError, SimulationError), match=message):
        run(designs.relay(body + "\n"))


def test_a_number_where_a_buffer_is_patched_in():
    arguments = {"a": "memref<64xi32>", "b": "memref<64xi32>", "n": "i32"}
    patch = "aiex.npu.address_patch {addr = 118788 : ui32, arg_idx = 2 : i32, arg_plus = 0 : i32}\n"
    with pytest.raises(SimulationError, match="argument 2 is a number, not a buffer"):
        run(designs.relay(patch, arguments=arguments), (7,))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("%v = aie.get_cascade() : vector<16xi32>", "no cascade reaches the core"),
        (
            "%v = arith.constant dense<0> : vector<16xi32>\naie.put_cascade(%v : vector<16xi32>)",
            "no cascade leaves the core",
        ),
        (
            "%k = arith.constant 0 : i32\n%v = aie.get_stream(%k : i32) : i32",
            "no flow is at the core",
        ),
        (
            "%k = arith.constant 0 : i32\n%v = math.absi %k : i32",
            "operation math.absi is not supported here",
        ),
    ],
)
def test_of_cores(body, message):
    with pytest.raises(DesignError, match=message):
        run(core_of(body))


def test_of_buffers_and_locks():
    odd = "%o = aie.buffer(%tile) : memref<4xi5>\n"
    with pytest.raises(DesignError, match="element type i5 has no layout in memory"):
        run(core_of("").replace("aie.core", odd + "aie.core"))
    locks = "".join(f"%l{i} = aie.lock(%tile)\n" for i in range(17))
    with pytest.raises(DesignError, match="has no lock left"):
        run(core_of("").replace("aie.core", locks + "aie.core"))
    flow = "aie.flow(%shim, PLIO : 0, %tile, DMA : 0)\n"
    with pytest.raises(DesignError, match="a flow at PLIO is not supported"):
        run(core_of("").replace("aie.core", flow + "aie.core"))


def test_of_chains():
    def relay(chain):
        return designs.relay("", starts=chain)

    with pytest.raises(DesignError, match=r"started with no descriptor; at aie\.dma_start"):
        run(relay("aie.dma_start(MM2S, 0, ^end, ^end)\n^end:\n"))
    two = "aie.dma_bd(%m0 : memref<16xi32> offset = 0 len = 16)\n"
    both = f"aie.dma_start(MM2S, 0, ^s, ^end)\n^s:\n{two}{two}aie.end\n^end:\n"
    with pytest.raises(DesignError, match="a block has 2 dma_bd"):
        run(relay(both))
    pad = "pad [<const_pad_before = 64, const_pad_after = 0>]"
    padded = "aie.dma_start(MM2S, 0, ^s, ^end)\n^s:\naie.dma_bd(%m0 : memref<16xi32> " + (
        f"offset = 0 len = 80 sizes = [16] strides = [1] {pad})\naie.end\n^end:\n"
    )
    with pytest.raises(DesignError, match="pads dimension 0 with 64"):
        run(relay(padded))
    narrow = padded.replace("memref<16xi32>", "memref<32xi16>").replace("= 64,", "= 1,")
    narrow = narrow.replace("len = 80 sizes = [16]", "len = 33 sizes = [32]")
    text = designs.relay("", starts=narrow).replace("memref<16xi32>", "memref<32xi16>")
    with pytest.raises(DesignError, match="pads 1 and 0 elements of 2 bytes innermost"):
        run(text)


def test_of_links_and_chains_of_tasks():
    text = designs.linked_fifos()
    with pytest.raises(DesignError, match=r"a link of 1 ObjectFifos to 0; at aie\.objectfifo"):
        run(text.replace("[@in] -> [@x]", "[@in] -> []"))
    end = "aie.end\n}\naiex.dma_start_task(%send)"
    chain = f"aie.next_bd ^b\n^b:\naie.use_lock(%mp, Release, %one)\n{end}"
    with pytest.raises(DesignError, match=r"leads to a block with no descriptor; at aie\.next_bd"):
        run(designs.tasks_and_packets().replace(end, chain))


def test_of_functions_and_addresses():
    text = core_of("func.call @f() : () -> ()").replace(
        "aie.core", "func.func @f() {\nfunc.call @f() : () -> ()\nreturn\n}\naie.core"
    )
    with pytest.raises(DesignError, match=r"@f calls itself; at func\.call"):
        run(text)
    with pytest.raises(DesignError, match=r"buffer m0 starts at byte -64; at aie\.buffer"):
        run(designs.relay("").replace('"m0"}', '"m0", address = -64 : i32}'))


@pytest.mark.parametrize(
    ("row", "cores", "message"),
    [(1, 1, r"tile \(0, 1\) has no place for a core"), (2, 2, r"tile \(0, 2\) has two cores")],
    ids=["mem tile", "twice"],
)
def test_of_tiles_for_cores(row, cores, message):
    text = f"%t = aie.tile(0, {row})\n" + "aie.core(%t) {\naie.end\n}\n" * cores
    with pytest.raises(DesignError, match=message):
        simulate(
            designs.module(text + designs.sequence({"a": "memref<8xi32>"}, "")),
            [np.zeros(8, np.int32)],
        )
