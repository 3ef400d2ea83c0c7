"""Each op: what is read, and what E1 and E2 write."""

from __future__ import annotations

import re

import pytest
from dialect_designs import design, lines_of

from aiec.codegen.dialects import parse, print_module
from aiec.ir.errors import DesignError

# Written in E1 and in E2 exactly as here.
SAME = [
    (
        "device",
        "%tile = aie.tile(3, 4) {controller_id = #aie.packet_info<pkt_type = 0, pkt_id = 4>}",
    ),
    ("device", '%b = aie.buffer(%near) {sym_name = "b", address = 1024 : i32} : memref<2xbf16>'),
    ("device", "%b = aie.buffer(%near) : memref<2x2xi32> = dense<[[1, 2], [3, 4]]>"),
    ("device", '%ext = aie.external_buffer {sym_name = "ext"} : memref<64xi32>'),
    ("device", '%l = aie.lock(%near, 3) {init = 2 : i32, sym_name = "l"}'),
    ("device", "%l = aie.lock(%near)"),
    ("device", "aie.flow(%near, DMA : 0, %far, DMA : 1)"),
    ("device", "aie.flow(%near, Core : 0, %far, North : 1)"),
    ("device", "aie.shim_dma_allocation @x(%shim, MM2S, 1)"),
    (
        "device",
        "aie.shim_dma_allocation @x(%shim, S2MM, 0, #aie.packet_info<pkt_type = 1, pkt_id = 2>)",
    ),
    ("device", "aie.packet_flow(3) {\n} {keep_pkt_header = true}"),
    ("device", "aie.packet_source<%near, DMA : 0>"),
    ("device", "aie.packet_dest<%shim, DMA : 0>"),
    ("device", "aie.cascade_flow(%near, %far)"),
    ("device", "aie.configure_cascade(%near, West, South)"),
    ("device", "%plio = aie.plio(4)"),
    ("device", "aie.wire(%near : North, %far : South)"),
    ("device", "aie.objectfifo @f(%shim, {%near}, 2 : i32) : !aie.objectfifo<memref<16xi32>>"),
    (
        "device",
        "aie.objectfifo @f(%mid dimensionsToStream"
        " [<size = 4, stride = 16>, <size = 16, stride = 1>],"
        " {%near dimensionsFromStream [<size = 2, stride = 8>], %far}, [2 : i32, 1 : i32, 3 : i32])"
        " {via_DMA = true, repeat_count = 2 : i32} : !aie.objectfifo<memref<64xi32>>",
    ),
    (
        "device",
        "aie.objectfifo @f(%near, {%far}, 2 : i32) : !aie.objectfifo<memref<2xi32>>"
        " = [dense<[1, 2]> : memref<2xi32>, dense<[3, 4]> : memref<2xi32>]",
    ),
    (
        "device",
        "aie.objectfifo @f(%mid, {%far}, 2 : i32) {padDimensions = #aie<bd_pad_layout_array"
        "[<const_pad_before = 1, const_pad_after = 2>]>} : !aie.objectfifo<memref<16xi32>>",
    ),
    ("device", "aie.objectfifo.link [@a, @b] -> [@c]([0, 16] [])"),
    ("device", "aie.objectfifo.allocate @f(%near)"),
    (
        "device",
        "aie.objectfifo.register_external_buffers @f(%shim, {%buf}) : (memref<64xi32>)",
    ),
    ("device", "aie.bd_chain @chain(%a: memref<8xi32>, %l: index) {\naie.end\n}"),
    ("device", 'memref.global "private" constant @words : memref<2xi32> = dense<[1, 2]>'),
    ("switchbox", "aie.connect<South : 0, North : 1>"),
    ("switchbox", "%amsel = aie.amsel<2>(3)"),
    (
        "switchbox",
        "%amsel = aie.amsel<0>(0)\n%set = aie.masterset(DMA : 1, %amsel) {keep_pkt_header = true}",
    ),
    (
        "switchbox",
        "%amsel = aie.amsel<0>(0)\naie.packet_rules(South : 3) {\naie.rule(31, 3, %amsel)\n}",
    ),
    (
        "core",
        "%s = aie.objectfifo.acquire @f(Consume, 2) : !aie.objectfifosubview<memref<16xi32>>\n"
        "%o = aie.objectfifo.subview.access %s[1]"
        " : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>\n"
        "aie.objectfifo.release @f(Consume, 1)",
    ),
    ("core", "%v = aie.get_cascade() : vector<16xi32>\naie.put_cascade(%v : vector<16xi32>)"),
    ("core", "aie.event(1)"),
    ("core", "%w = memref.get_global @words : memref<64xi32>"),
    ("core", "memref.copy %buf, %buf : memref<64xi32> to memref<64xi32>"),
    ("core", "func.call @kernel(%buf) : (memref<64xi32>) -> ()"),
    ("sequence", "aiex.set_lock(%lock, 1)"),
    ("sequence", "aiex.npu.dma_wait {symbol = @x}"),
    (
        "sequence",
        "aiex.npu.dma_memcpy_nd(%arg0[0, 0, 0, 8][1, 1, 4, 16][0, 0, 64, 1],"
        " packet = <pkt_type = 1, pkt_id = 2>)"
        " {id = 3 : i64, metadata = @x, issue_token = true} : memref<4096xi32>",
    ),
    (
        "sequence",
        "aiex.npu.dma_memcpy_nd(%arg0[0, 0, 0, %n64][1, 1, 1, 16][0, 0, 0, 1])"
        " {id = 3 : i64, metadata = @x} : memref<4096xi32>",
    ),
    ("sequence", "aiex.npu.load_pdi {device_ref = @main}"),
    ("sequence", "aiex.npu.preempt {level = 1 : ui8}"),
    (
        "sequence",
        "aiex.control_packet {address = 126976 : ui32, data = array<i32: 2>, opcode = 0 : i32,"
        " stream_id = 1 : i32}",
    ),
    ("sequence", "%g = memref.get_global @words : memref<2xi32>"),
    (
        "sequence",
        "%g = memref.get_global @words : memref<2xi32>\n"
        "aiex.npu.blockwrite(%g) {address = 64 : ui32, column = 0 : i32, row = 1 : i32}"
        " : memref<2xi32>",
    ),
    (
        "sequence",
        "%task = aiex.dma_configure_task(%shim, MM2S, 0, <pkt_type = 0, pkt_id = 1>) {\n"
        "aie.end\n} {repeat_count = 3 : i32, issue_token = true}\n"
        "aiex.dma_start_task(%task)\naiex.dma_await_task(%task)\naiex.dma_free_task(%task)",
    ),
    ("sequence", "%task = aiex.dma_configure_task_for @x {\naie.end\n}"),
    ("sequence", "%t = aiex.dma_start_bd_chain @c(%arg0) : (memref<4096xi32>) on (%shim, MM2S, 0)"),
    ("sequence", "%t = aiex.dma_start_bd_chain_for @c(%arg0) : (memref<4096xi32>) for @x"),
    ("sequence", "aiex.configure @other {\naiex.run @sequence(%arg0) : (memref<4096xi32>)\n}"),
]

# Only E2 has these.
ONLY_E2 = [
    ("device", "%tile = aie.logical_tile<CoreTile>(?, 3)"),
    (
        "device",
        "aie.objectfifo_rearm_binding @r channels(%near : index) locks(%lock : index)"
        " {channel_dirs = array<i32: 1>, channel_indices = array<i32: 0>,"
        " lock_inits = array<i32: 1>}",
    ),
    ("device", 'aie.trace @t(%near) {\naie.trace.mode "Event-Time"\n}'),
    ("device", "aie.trace.config @t(%near) packet_type = core {\naie.trace.reg value = 3\n}"),
    ("core", "%v = aiex.read_scratchpad_parameter @gain : i32"),
    ("sequence", "aie.trace.host_config {buffer_size = 8192 : i32}"),
    ("sequence", "aie.trace.start_config @t"),
    ("sequence", "aiex.dma_channel_reset(%near, S2MM, 0)"),
    ("sequence", "aiex.dma_channel_reset_for(@f)"),
    ("sequence", "aiex.core_reset(%near)"),
    ("sequence", "aiex.sync_scratchpad_parameters_from_host"),
    ("sequence", "aiex.npu.create_scratchpad {size = 16 : ui32}"),
    (
        "sequence",
        "aiex.npu.update_from_scratchpad<incr> {address = 4 : ui32}",
    ),
    ("sequence", "aiex.npu.assert_bd_field(%n) {max = 63 : i32} : i32"),
    ("sequence", "aiex.npu.assert_bd_divisible(%n) {divisor = 4 : i32} : i32"),
    ("sequence", "%id = aiex.dma_bd_pool_pop(0, 0) : i32"),
    ("sequence", "aiex.dma_bd_pool_push(0, 0) bd_id %n : i32"),
]

# (context, E1, E2): each is read, and both are written as here.
DIFFERENT = [
    (
        "mem",
        "aie.use_lock(%lock, AcquireGreaterEqual, 1)",
        "aie.use_lock(%lock, AcquireGreaterEqual, %c1_i32)",
    ),
    ("core", "aie.use_lock(%lock, Release, 2)", "aie.use_lock(%lock, Release, %c2_i32)"),
    (
        "core",
        "aie.use_lock(%lock, Acquire, 0, NonBlocking) {acq_en = false}",
        "aie.use_lock(%lock, Acquire, %c0_i32, NonBlocking) {acq_en = false}",
    ),
    (
        "mem",
        "aie.dma_bd(%buf : memref<64xi32>, 8, 16)",
        "aie.dma_bd(%buf : memref<64xi32> offset = 8 len = 16)",
    ),
    (
        "mem",
        "aie.dma_bd(%buf : memref<64xi32>, 0, 64,"
        " [<size = 4, stride = 16>, <size = 16, stride = 1>])"
        " {bd_id = 0 : i32, packet = #aie.packet_info<pkt_type = 0, pkt_id = 1>,"
        " next_bd_id = 0 : i32}",
        "aie.dma_bd(%buf : memref<64xi32> offset = 0 len = 64 sizes = [4, 16] strides = [16, 1])"
        " {bd_id = 0 : i32, packet = #aie.packet_info<pkt_type = 0, pkt_id = 1>,"
        " next_bd_id = 0 : i32}",
    ),
    (
        "memtile",
        "aie.dma_bd(%big : memref<4x16xi8>, 0, 96,"
        " [<size = 4, stride = 16>, <size = 16, stride = 1>],"
        " [<const_pad_before = 0, const_pad_after = 0>,"
        " <const_pad_before = 4, const_pad_after = 4>])",
        "aie.dma_bd(%big : memref<4x16xi8> offset = 0 len = 96 sizes = [4, 16] strides = [16, 1]"
        " pad [<const_pad_before = 0, const_pad_after = 0>,"
        " <const_pad_before = 4, const_pad_after = 4>])",
    ),
    (
        "sequence",
        "aiex.npu.rtp_write(@buf, 2, -7)",
        "aiex.npu.rtp_write(@buf, 2, %cm7_i32) : i32",
    ),
    (
        "sequence",
        "aiex.npu.write32 {address = 126976 : ui32, value = 4294967295 : ui32, column = 0 : i32,"
        " row = 2 : i32}",
        "aiex.npu.write32(%c126976_i32, %c4294967295_i32) {column = 0 : i32, row = 2 : i32}"
        " : i32, i32",
    ),
    (
        "sequence",
        "aiex.npu.write32 {address = 0 : ui32, value = 5 : ui32, buffer = @buf}",
        "aiex.npu.write32(%c0_i32, %c5_i32) {buffer = @buf} : i32, i32",
    ),
    (
        "sequence",
        "aiex.npu.maskwrite32 {address = 4 : ui32, value = 1 : ui32, mask = 3 : ui32}",
        "aiex.npu.maskwrite32(%c4_i32, %c1_i32, %c3_i32) : i32, i32, i32",
    ),
    (
        "sequence",
        "aiex.npu.sync {column = 0 : i32, row = 1 : i32, direction = 1 : i32, channel = 2 : i32,"
        " column_num = 1 : i32, row_num = 1 : i32}",
        "aiex.npu.sync(%c0_i32, %c1_i32, %c1_i32, %c2_i32, %c1_i32, %c1_i32)"
        " : i32, i32, i32, i32, i32, i32",
    ),
    (
        "sequence",
        "aiex.npu.address_patch {arg_plus = 16 : i32, addr = 119300 : ui32, arg_idx = 1 : i32}",
        "aiex.npu.address_patch(%c16_i32 : i32) {addr = 119300 : ui32, arg_idx = 1 : i32}",
    ),
    (
        "sequence",
        "aiex.npu.push_queue (0, 0, MM2S:1) {bd_id = 3 : i32, repeat_count = 7 : i32,"
        " issue_token = true}",
        "aiex.npu.push_queue (0, 0, MM2S:1) bd_id %c3_i32 repeat %c7_i32 {issue_token = true}"
        " : i32, i32",
    ),
]

# Values of run time: E2 writes them, E1 has none.
DYNAMIC = [
    ("sequence", "aiex.npu.rtp_write(@buf, 0, %n) : i32"),
    ("sequence", "aiex.npu.write32(%n, %n) : i32, i32"),
    (
        "sequence",
        "aiex.npu.push_queue (0, 0, S2MM:0) bd_id %n repeat %n {issue_token = false} : i32, i32",
    ),
    (
        "sequence",
        "%task = aiex.dma_configure_task_for @x repeat %n : i32 {\naie.end\n}",
    ),
    (
        "sequence",
        "%task = aiex.dma_configure_task(%shim, MM2S, 0) repeat %n : i32 bd_id %n : i32 {\n"
        "aie.end\n}",
    ),
    (
        "sequence",
        "%task = aiex.dma_configure_task_for @x {\naie.dma_bd(%arg0 : memref<4096xi32> offset = %n"
        " len = 16 sizes = [%n64, 4] strides = [4, 1])\naie.end\n}",
    ),
]


def written(text: str, epoch: str) -> str:
    """What `epoch` writes for a design, after checking that it reads back as the same."""
    module = parse(text)
    result = print_module(module, epoch)
    again = parse(result)
    assert module.is_structurally_equivalent(again)
    assert print_module(again, epoch) == result
    return result


def contains(text: str, lines: str) -> bool:
    """Whether `lines` stand in `text`, whatever indents them."""
    return "\n".join(lines_of(lines)) in "\n".join(lines_of(text))


@pytest.mark.parametrize("epoch", ["E1", "E2"])
@pytest.mark.parametrize(("context", "lines"), SAME, ids=lambda value: value[:40])
def test_written_alike_in_both(context: str, lines: str, epoch: str):
    text = design(lines, context)
    if "packet_source" in lines or "packet_dest" in lines:
        text = design(f"aie.packet_flow(0x1) {{\n{lines}\n}}", context)
    assert contains(written(text, epoch), lines)


@pytest.mark.parametrize(("context", "lines"), ONLY_E2, ids=lambda value: value[:40])
def test_only_e2_has_it(context: str, lines: str):
    text = design(lines, context)
    assert contains(written(text, "E2"), lines)
    name = re.search(r"aiex?\.[a-z_.0-9]+", lines)
    assert name is not None
    with pytest.raises(
        DesignError, match=rf"^{re.escape(name[0])} does not exist in E1; at .*:\d+:\d+"
    ):
        print_module(parse(text), "E1")


@pytest.mark.parametrize(
    ("context", "lines", "what"),
    [
        (
            "device",
            "aie.objectfifo @f(%shim, {%near}, 2 : i32) : !aie.objectfifo<memref<16xi32>>"
            " -> !aie.objectfifo<memref<4x4xi32>>",
            "aie.objectfifo has no consumerElemType",
        ),
        (
            "memtile",
            "aie.dma_bd(%big : memref<4x16xi8> offset = 0 len = 32)"
            " {iteration = #aie.bd_iteration<size = 2, stride = 32, current = 0>}",
            "aie.dma_bd has no iteration",
        ),
    ],
    ids=["consumer type", "iteration"],
)
def test_only_e2_has_the_property(context: str, lines: str, what: str):
    text = design(lines, context)
    assert contains(written(text, "E2"), lines)
    with pytest.raises(DesignError, match=rf"^{what} in E1; at .*:\d+:\d+; print E2"):
        print_module(parse(text), "E1")


def test_scratchpad_parameter_stands_in_the_module():
    text = f"aiex.scratchpad_parameter @gain : i32\n{design('')}"
    assert contains(written(text, "E2"), "aiex.scratchpad_parameter @gain : i32")


@pytest.mark.parametrize(("context", "e1", "e2"), DIFFERENT, ids=lambda value: value[:40])
def test_written_differently(context: str, e1: str, e2: str):
    text = design(e1, context)
    assert contains(written(text, "E1"), e1)
    e2_text = written(text, "E2")
    assert contains(e2_text, e2)
    assert contains(written(e2_text, "E1"), e1)


@pytest.mark.parametrize(("context", "lines"), DYNAMIC, ids=lambda value: value[:40])
def test_values_of_run_time(context: str, lines: str):
    text = design(lines, context)
    assert contains(written(text, "E2"), lines)
    with pytest.raises(DesignError, match=r"takes no value of run time in E1; at .*:\d+:\d+"):
        print_module(parse(text), "E1")


def test_region_form_of_a_channel():
    block = "{\naie.dma_bd(%buf : memref<64xi32>, 0, 64)\n}"
    blocks = f"{block}, {block}"
    lines = f"%dma = aie.dma(MM2S, 1) {{loop = false, repeat_count = 2 : i32}} [{blocks}]"
    text = design(f"%mem = aie.mem(%near) {{\n{lines}\naie.end\n}}")
    assert contains(written(text, "E1"), lines)
    assert written(text, "E2")


def test_writebd_keeps_all_its_fields():
    names = [
        "column",
        "row",
        "bd_id",
        "buffer_length",
        "buffer_offset",
        "valid_bd",
        "d0_size",
        "d0_stride",
    ]
    fields = ", ".join(f"{name} = {i} : i32" for i, name in enumerate(names))
    lines = f"aiex.npu.writebd {{{fields}}}"
    assert contains(written(design(lines, "sequence"), "E1"), lines)


def chain(start: str, bd: str) -> str:
    body = f"{start}\n^a:\naie.dma_bd(%big : memref<4x16xi8>{bd})\naie.next_bd ^a\n^b:\naie.end"
    return design(f"%mem = aie.memtile_dma(%mid) {{\n{body}\n}}")


def test_chain_of_descriptors_repeats():
    start = "%dma = aie.dma_start(MM2S, 1, ^a, ^b, repeat_count = 3) {pad_value = 7 : i32}"
    pad = (
        "[<const_pad_before = 0, const_pad_after = 0>, <const_pad_before = 4, const_pad_after = 0>]"
    )
    text = chain(start, f" offset = 0 len = 64 sizes = [4, 12] strides = [16, 1] pad {pad}")
    assert contains(written(text, "E2"), start)
    dims = "[<size = 4, stride = 16>, <size = 12, stride = 1>]"
    e1 = f"aie.dma_bd(%big : memref<4x16xi8>, 0, 64, {dims}, {pad}, pad_value = 7)"
    assert contains(written(text, "E1"), e1)


def test_a_pad_value_that_pads_nothing_is_left_out_of_e1():
    text = chain("aie.dma_start(MM2S, 0, ^a, ^b) {pad_value = 7 : i32}", " offset = 0 len = 64")
    assert contains(print_module(parse(text), "E1"), "aie.dma_bd(%big : memref<4x16xi8>, 0, 64)")
