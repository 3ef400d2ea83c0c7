"""Sequences assembled to instructions: mlir-aie's bytes, each command's words, each refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiec.codegen.dialects import parse
from aiec.codegen.instructions import assemble
from aiec.ir.errors import DesignError
from aiec.ir.transaction import (
    BlockWrite,
    CreateScratchpad,
    LoadPdi,
    MaskWrite,
    Operation,
    Patch,
    Preempt,
    Sync,
    UpdateFromScratchpad,
    Write,
)

UPSTREAM = Path(__file__).parent / "insts"
TILES = """
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %mem1 = aie.tile(1, 1)
    %core = aie.tile(1, 2)
    aie.shim_dma_allocation @in(%shim, MM2S, 1)
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
"""


def operations(
    body: str, *, declared: str = "", arguments: str = "%a: memref<4096xi32>",
    epoch: str = "E2", device: str = "npu1",
) -> tuple[Operation, ...]:  # fmt: skip
    """What the sequence `body` becomes on a small device."""
    text = f"""
module {{
  aie.device({device}) {{
{TILES}{declared}
    aie.runtime_sequence({arguments}) {{
{body}
    }}
  }}
}}"""
    (assembled,) = assemble(parse(text), epoch)
    return assembled.transaction.operations


@pytest.mark.parametrize("target", ["npu1", "npu2"])
def test_streams_are_those_of_mlir_aie(target):
    module = parse((UPSTREAM / f"{target}.mlir").read_text())
    (assembled,) = assemble(module, "E1")
    assert assembled.sequence == "encoder_cross" and assembled.arguments == 4
    assert assembled.transaction.encode() == (UPSTREAM / f"{target}.insts.bin").read_bytes()


def test_a_transfer_is_a_descriptor_a_patch_and_a_push():
    block, patch, push = operations(
        "aiex.npu.dma_memcpy_nd(%a[0, 1, 0, 8][2, 3, 4, 16][1024, 256, 32, 1]) "
        "{metadata = @in, id = 3 : i64} : memref<4096xi32>"
    )
    words = (192, 0, 0, 16 << 20, 2 << 30 | 4 << 20 | 31, 2 << 24 | 255, 1 << 20 | 1023, 1 << 25)
    assert block == BlockWrite(0x1D060, words)
    assert patch == Patch(0x1D064, 0, (256 + 8) * 4)
    assert push == Write(0x1D21C, 3 | 1 << 16)


def test_what_writes_the_host_sends_a_token_under_the_shims_id():
    *_, mask, push = operations(
        "aiex.npu.dma_memcpy_nd(%a[0, 0, 0, 0][1, 1, 1, 64][0, 0, 0, 1]) "
        "{metadata = @out, id = 0 : i64} : memref<4096xi32>"
    )
    assert mask == MaskWrite(0x1D200, 15 << 8, 0x1F00)
    assert push == Write(0x1D204, 1 << 31)


@pytest.mark.parametrize(("epoch", "word"), [("E1", 16 << 20), ("E2", 0)])
def test_august_writes_what_follows_on_as_one_run(epoch, word):
    block, *_ = operations(
        "aiex.npu.dma_memcpy_nd(%a[0, 0, 0, 0][1, 1, 4, 16][0, 0, 16, 1]) "
        "{metadata = @in, id = 0 : i64} : memref<4096xi32>",
        epoch=epoch,
    )
    assert isinstance(block, BlockWrite)
    assert block.words[0] == 64 and block.words[3] == word


def test_a_repeat_has_no_iteration_and_a_packet_has_a_header():
    block, _, push = operations(
        "aiex.npu.dma_memcpy_nd(%a[0, 0, 0, 0][5, 1, 1, 64][0, 0, 0, 1], "
        "packet = <pkt_type = 2, pkt_id = 9>) "
        "{metadata = @in, id = 1 : i64, burst_length = 64 : i64} : memref<4096xi32>"
    )
    assert isinstance(block, BlockWrite)
    assert block.words == (64, 0, 1 << 30 | 9 << 19 | 2 << 16, 0, 0, 2 << 24, 0, 1 << 25)
    assert push == Write(0x1D21C, 1 | 4 << 16)


def test_arguments_after_the_fifth_say_that_their_address_is_raw():
    arguments = ", ".join(f"%a{i}: memref<64xi32>" for i in range(6))
    body = (
        "aiex.npu.dma_memcpy_nd(%a5[0, 0, 0, 4][1, 1, 1, 8][0, 0, 0, 1]) "
        "{metadata = @in, id = 0 : i64} : memref<64xi32>"
    )
    assert operations(body, arguments=arguments)[1] == Patch(0x1D004, 5, 0x80000010)
    assert operations(body, arguments=arguments, epoch="E1")[1] == Patch(0x1D004, 5, 16)


def test_register_commands():
    body = """
      %c7 = arith.constant 7 : i32
      %c9 = arith.constant 9 : i32
      %mask = arith.constant 15 : i32
      aiex.npu.write32(%c7, %c9) {column = 1 : i32, row = 2 : i32} : i32, i32
      aiex.npu.write32(%c7, %c9) {buffer = @par} : i32, i32
      aiex.npu.maskwrite32(%c7, %c9, %mask) : i32, i32, i32
      %words = memref.get_global @words : memref<2xi32>
      aiex.npu.blockwrite(%words)
        {address = 64 : ui32, column = 1 : i32, row = 1 : i32} : memref<2xi32>
      aiex.npu.rtp_write(@par, 3, %c9) : i32
      aiex.set_lock(%lock, 1)
      %one = arith.constant 1 : i32
      %zero = arith.constant 0 : i32
      aiex.npu.sync(%one, %zero, %one, %zero, %one, %one) : i32, i32, i32, i32, i32, i32
      aiex.npu.dma_wait {symbol = @out}
      aiex.npu.push_queue (0, 1, MM2S:2) bd_id %mask repeat %one {issue_token = false} : i32, i32
      aiex.npu.address_patch(%c7 : i32) {addr = 74560 : ui32, arg_idx = 0 : i32}
      aiex.npu.preempt {level = 1 : ui8}
      aiex.npu.load_pdi {id = 2 : i32, size = 8 : i32, address = 4294967296 : ui64}
      aiex.npu.create_scratchpad {size = 128 : ui32}
      aiex.npu.update_from_scratchpad<mul>
        {state_table_idx = 1 : ui8, func_arg = 4 : ui32, address = 16 : ui32}
      aiex.dma_channel_reset(%mem, MM2S, 1)
      aiex.core_reset(%core)
"""
    declared = """
    memref.global "private" constant @words : memref<2xi32> = dense<[5, -1]>
    %par = aie.buffer(%core) {sym_name = "par", address = 1024 : i32} : memref<16xi32>
    %lock = aie.lock(%core, 4)
"""
    core, core_par = 0x2200000, 0x2200400
    assert operations(body, declared=declared) == (
        Write(core + 7, 9),
        Write(core_par + 28, 9),
        MaskWrite(7, 9, 15),
        BlockWrite(0x2100040, (5, 0xFFFFFFFF), (1, 1)),
        Write(core_par + 12, 9),
        Write(core + 0x1F040, 1),
        Sync(1, 0, 1, 0),
        Sync(0, 0, 0, 0),
        Write(0x1A0644, 15 | 1 << 16),
        Patch(74560, 0, 7),
        Preempt(1),
        LoadPdi(2, 8, 1 << 32),
        CreateScratchpad(0, 128),
        UpdateFromScratchpad(1, 0, 4, 16),
        MaskWrite(0x1A0638, 2, 2),
        MaskWrite(0x1A0638, 0, 2),
        MaskWrite(core + 0x32000, 2, 2),
        MaskWrite(core + 0x32000, 0, 2),
    )


def test_a_written_descriptor_of_each_kind_of_tile():
    fields = (
        "buffer_length = 8 : i32, buffer_offset = 64 : i32, enable_packet = 1 : i32, "
        "packet_id = 3 : i32, packet_type = 1 : i32, d0_size = 4 : i32, d0_stride = 1 : i32, "
        "d1_size = 2 : i32, d1_stride = 7 : i32, d2_stride = 9 : i32, iteration_size = 1 : i32, "
        "iteration_stride = 5 : i32, next_bd = 2 : i32, use_next_bd = 1 : i32, "
        "valid_bd = 1 : i32, lock_acq_enable = 1 : i32, lock_acq_val = -1 : i32, "
        "lock_acq_id = 6 : i32, lock_rel_val = 1 : i32, lock_rel_id = 7 : i32, bd_id = 1 : i32"
    )
    shim, mem, core = operations(
        "".join(f"aiex.npu.writebd {{column = 1 : i32, row = {r} : i32, {fields}}}\n"
                for r in (0, 1, 2))
    )  # fmt: skip
    assert shim == BlockWrite(0x201D020, (
        8, 64, 1 << 30 | 3 << 19 | 1 << 16, 4 << 20 | 1, 2 << 30 | 2 << 20 | 7, 2 << 24 | 9,
        1 << 20 | 5, 2 << 27 | 1 << 26 | 1 << 25 | 1 << 18 | 7 << 13 | 1 << 12 | 127 << 5 | 6,
    ))  # fmt: skip
    assert mem == BlockWrite(0x21A0020, (
        1 << 31 | 1 << 28 | 3 << 23 | 8, 2 << 20 | 1 << 19 | 64, 4 << 17 | 1, 2 << 17 | 7, 9, 0,
        1 << 17 | 5, 1 << 31 | 1 << 24 | 7 << 16 | 1 << 15 | 127 << 8 | 6,
    ))  # fmt: skip
    assert core == BlockWrite(0x221D020, (
        16 << 14 | 8, 1 << 30 | 3 << 19 | 1 << 16, 7 << 13 | 1, 2 << 21 | 4 << 13 | 9,
        1 << 13 | 5, 2 << 27 | 1 << 26 | 1 << 25 | 1 << 18 | 7 << 13 | 1 << 12 | 127 << 5 | 6,
    ))  # fmt: skip


RING = """
    %ring = aie.buffer(%mem) {address = 4096 : i32} : memref<64xi32>
    %empty = aie.lock(%mem, 2)
    %full = aie.lock(%mem1, 3)
"""
CHAIN = """
      %task = aiex.dma_configure_task(%mem, MM2S, 1) {
        aie.use_lock(%full, AcquireGreaterEqual, %c1)
        aie.dma_bd(%ring : memref<64xi32> offset = 16 len = 16
          sizes = [4, 4] strides = [8, 1]
          pad [<const_pad_before = 1, const_pad_after = 2>,
               <const_pad_before = 3, const_pad_after = 0>])
        aie.use_lock(%empty, Release, %c1)
        aie.next_bd ^second
      ^second:
        aie.dma_bd(%ring : memref<64xi32> offset = 0 len = 16) {bd_id = 0 : i32}
        aie.end
      } {issue_token = true, repeat_count = 3 : i32}
"""


@pytest.mark.parametrize(("device", "window"), [("npu1", 0), ("npu2", 0x20000)])
def test_a_task_in_a_mem_tile(device, window):
    body = f"%c1 = arith.constant 1 : i32\n{CHAIN}\naiex.dma_start_task(%task)\n"
    body += "aiex.dma_await_task(%task)"
    first, place, second, other, mask, push, sync = operations(body, declared=RING, device=device)
    # The acquired lock lies in the eastern neighbour, and its window is taken for both.
    locks = 1 << 24 | 130 << 16 | 1 << 15 | 127 << 8 | 131
    assert first == BlockWrite(0x1A0020, (
        16, 3 << 26 | 1 << 19 | 64, 4 << 17, 1 << 27 | 4 << 17 | 7, 0, 2 << 23, 0,
        1 << 31 | locks,
    ))  # fmt: skip
    assert place == MaskWrite(0x1A0024, window + 1024 + 16, 0x7FFFF)
    assert second == BlockWrite(0x1A0000, (16, 0, 0, 0, 0, 0, 0, 1 << 31))
    assert other == MaskWrite(0x1A0004, window + 1024, 0x7FFFF)
    assert mask == MaskWrite(0x1A0638, 26 << 8, 0x1F00)
    assert push == Write(0x1A063C, 1 << 31 | 3 << 16 | 1)
    assert sync == Sync(0, 1, 1, 1)


def test_an_acquire_of_a_value_is_stored_as_it_is():
    body = f"%c1 = arith.constant 1 : i32\n{CHAIN}".replace("AcquireGreaterEqual", "Acquire")
    first, *_ = operations(body, declared=RING)
    assert isinstance(first, BlockWrite) and first.words[-1] >> 8 & 0xFF == 1 << 7 | 1


def test_a_task_in_a_core_and_one_at_a_shim():
    declared = "    %b = aie.buffer(%core) {address = 2048 : i32} : memref<64xi16>\n"
    body = """
      %t0 = aiex.dma_configure_task(%core, S2MM, 0) {
        aie.dma_bd(%b : memref<64xi16> offset = 8 len = 16)
        aie.end
      }
      %view = memref.subview %a[32] [64] [1]
        : memref<4096xi32> to memref<64xi32, strided<[1], offset: 32>>
      %t1 = aiex.dma_configure_task_for @in {
        aie.dma_bd(%view : memref<64xi32, strided<[1], offset: 32>>
          offset = 2 len = 8 sizes = [2, 1, 2, 4] strides = [16, 0, 8, 1])
        aie.end
      }
"""
    core, masked, shim, patch = operations(body, declared=declared)
    assert core == BlockWrite(0x221D000, (4 << 14 | 8, 0, 0, 0, 0, 1 << 25))
    assert masked == MaskWrite(0x221D000, (2048 + 16) // 4 << 14, 0x0FFFC000)
    assert shim == BlockWrite(0x1D000, (
        8, 8, 0, 4 << 20, 2 << 30 | 2 << 20 | 7, 2 << 24, 1 << 20 | 15, 1 << 25,
    ))  # fmt: skip
    assert patch == Patch(0x1D004, 0, 32 * 4 + 8)


def test_loops_conditions_and_chains_are_counted_out():
    declared = """
    aie.bd_chain @chain(%m: memref<4096xi32>) {
      aie.dma_bd(%m : memref<4096xi32> offset = 0 len = 64)
      aie.end
    }
"""
    body = """
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c3 = arith.constant 3 : index
      %seven = arith.constant 7 : i32
      %last = scf.for %i = %c0 to %c3 step %c1 iter_args(%n = %seven) -> (i32) {
        %isone = arith.cmpi eq, %i, %c1 : index
        scf.if %isone {
          %v = arith.index_cast %i : index to i32
          %sum = arith.muli %v, %n : i32
          aiex.npu.write32(%sum, %sum) : i32, i32
        } else {
          aiex.npu.write32(%n, %n) : i32, i32
        }
        %next = arith.addi %n, %seven : i32
        scf.yield %next : i32
      }
      aiex.npu.write32(%last, %last) : i32, i32
      %task = aiex.dma_start_bd_chain @chain(%a) : (memref<4096xi32>) on (%shim, MM2S, 0)
"""
    *writes, block, patch, push = operations(body, declared=declared)
    assert [w.value for w in writes if isinstance(w, Write)] == [7, 14, 21, 28]
    assert isinstance(block, BlockWrite) and block.words[0] == 64
    assert (patch, push) == (Patch(0x1D004, 0, 0), Write(0x1D214, 0))


def test_numbers_of_descriptors_are_the_lowest_free():
    body = "".join(
        f"""
      %t{i} = aiex.dma_configure_task(%shim, MM2S, 0) {{
        aie.dma_bd(%a : memref<4096xi32> offset = 0 len = 64)
        aie.end
      }}
"""
        + ("aiex.dma_free_task(%t0)\n" if i == 1 else "")
        for i in range(3)
    )
    blocks = [op.address for op in operations(body) if isinstance(op, BlockWrite)]
    assert blocks == [0x1D000, 0x1D020, 0x1D000]


@pytest.mark.parametrize(("epoch", "numbers"), [("E1", [0, 1]), ("E2", [0, 0])])
def test_sequences_of_march_share_the_descriptors_of_a_tile(epoch, numbers):
    task = """
      %t = aiex.dma_configure_task(%shim, MM2S, 0) {
        aie.dma_bd(%a : memref<64xi32> offset = 0 len = 64)
        aie.end
      }
"""
    sequence = "aie.runtime_sequence @{0}(%a: memref<64xi32>) {{" + task.replace(
        "{", "{{").replace("}", "}}") + "}}"  # fmt: skip
    text = (
        f"module {{ aie.device(npu1) {{ {TILES} {sequence.format('x')} {sequence.format('y')} }} }}"
    )
    first = [a.transaction.operations[0] for a in assemble(parse(text), epoch)]
    assert [(op.address - 0x1D000) // 0x20 for op in first if isinstance(op, BlockWrite)] == numbers


FIFOS = """
    aie.objectfifo @x(%shim, {%mem}, 2 : i32) : !aie.objectfifo<memref<64xi32>>
    aie.objectfifo @y(%core, {%shim}, 2 : i32) : !aie.objectfifo<memref<64xi32>>
"""


def test_ends_of_objectfifos_at_a_shim_take_its_free_channels():
    body = "aiex.npu.dma_wait {symbol = @x}\naiex.npu.dma_wait {symbol = @y}"
    assert operations(body, declared=FIFOS) == (Sync(0, 0, 1, 0), Sync(0, 0, 0, 1))


BUFFERS = """
    %small = aie.buffer(%core) {sym_name = "small"} : memref<4xi32>
    %large = aie.buffer(%core) {sym_name = "large"} : memref<100xi16>
    %fixed = aie.buffer(%core) {sym_name = "fixed", address = 1248 : i32} : memref<8xi32>
    %body = aie.core(%core) { aie.end } {stack_size = 1032 : i32}
"""
IN_A_ROW = TILES.replace(
    "%core = aie.tile(1, 2)", '%core = aie.tile(1, 2) {allocation_scheme = "basic-sequential"}'
)


@pytest.mark.parametrize(
    ("tiles", "epoch", "large", "small"),
    [
        (IN_A_ROW, "E1", 1032, 1232),
        (IN_A_ROW, "E2", 1280, 1504),
        (TILES, "E1", 1280, 16384),
        (TILES, "E2", 1280, 16384),
    ],
)
def test_buffers_lie_where_mlir_aie_puts_them(tiles, epoch, large, small):
    body = "aiex.npu.rtp_write(@large, 0, %c)\naiex.npu.rtp_write(@small, 0, %c)"
    text = f"""module {{ aie.device(npu1) {{ {tiles} {BUFFERS}
      aie.runtime_sequence() {{ %c = arith.constant 1 : i32
        {body} }} }} }}"""
    (assembled,) = assemble(parse(text), epoch)
    addresses = [op.address for op in assembled.transaction.operations if isinstance(op, Write)]
    assert addresses == [0x2200000 + large, 0x2200000 + small]


@pytest.mark.parametrize("bank", [0, 2])
def test_a_bank_that_the_text_names(bank):
    declared = f"""
    %b = aie.buffer(%mem) {{sym_name = "b", mem_bank = {bank} : i32}} : memref<16xi32>
"""
    body = "%c = arith.constant 1 : i32\naiex.npu.rtp_write(@b, 1, %c) : i32"
    assert operations(body, declared=declared) == (Write(0x100000 + bank * 65536 + 4, 1),)


TASK = """
      %t = aiex.dma_configure_task({0}) {{
        {1}
        aie.end
      }}
"""
COPY = "aiex.npu.dma_memcpy_nd(%a{0}) {{metadata = @in, id = {1} : i64{2}}} : memref<4096xi32>"
LINE = "[0, 0, 0, 0][1, 1, 1, 64][0, 0, 0, 1]"


@pytest.mark.parametrize(
    ("body", "declared", "message"),
    [
        (COPY.format("[0, 0, 0, 0][1, 1, 4, 2000][0, 0, 4000, 1]", 0, ""), "",
         "d0_size is 2000; at .*; expected at most 1023; split the transfer"),
        (COPY.format("[0, 0, 0, 0][1, 1, 2, 4][0, 0, 2000000, 1]", 0, ""), "",
         "stride 1 is 2000000 words; at .*; expected at most 1048576"),
        (COPY.format("[0, 0, 0, 0][65, 1, 1, 4][8, 0, 0, 1]", 0, ""), "",
         "it iterates 65 times; at .*; expected at most 64"),
        (COPY.format("[0, 0, 0, 0][257, 1, 1, 4][0, 0, 0, 1]", 0, ""), "",
         "the transfer runs 257 times; at .*; expected 1 to 256"),
        (COPY.format("[0, 0, 0, 0][1, 1, 2, 4][0, 0, 0, 1]", 0, ""), "",
         "stride 1 is 0; at .*; expected a positive one; 0 only to repeat a whole"),
        (COPY.format("[0, 0, 0, 0][1, 1, 1, 0][0, 0, 0, 1]", 0, ""), "",
         "size 0 is 0; at .*; expected 1 or more"),
        (COPY.format(LINE, 16, ""), "", "there is no descriptor 16; at .*; expected 0 to 15"),
        (COPY.format(LINE, 0, ", d0_zero_before = 1 : i64"), "",
         r"dma_memcpy_nd pads \(d0_zero_before\); at .*; expected no padding at a shim"),
        (COPY.format(LINE, 0, ", burst_length = 512 : i64"), "",
         "bursts of 512 bytes; at .*; expected 64 or 128 or 256"),
        (COPY.format(LINE, 0, ", offset_parameter = @p"), "",
         "moved by a parameter without a place in the scratchpad; .*aie-lower-scratchpad"),
        ("aiex.npu.dma_wait {symbol = @inn}", "", "no shim DMA allocation @inn; .*'in'"),
        ("aiex.npu.rtp_write(@par, 0, %n) : i32", "", "there is no buffer @par"),
        ("aiex.npu.write32(%n, %n) : i32, i32", "",
         "aiex.npu.write32 uses %n, which is not known before the run; at .*; expected a constant"),
        ("%q = arith.divsi %one, %zero : i32", "", "arith.divsi of 1 and 0"),
        ("aiex.npu.load_pdi {device_ref = @main}", "", "load_pdi names a device whose image"),
        ("aiex.core_reset(%mem)", "", r"tile \(0, 1\) has no core to reset"),
        ("aiex.control_packet {address = 0 : ui32, opcode = 0 : i32, stream_id = 0 : i32}", "",
         "aiex.control_packet has no instructions; at .*; expected register writes"),
        ("%w = memref.get_global @w : memref<2xi32>\n"
         "aiex.npu.blockwrite(%w) {address = 0 : ui32} : memref<2xi32>", "",
         "aiex.npu.blockwrite writes no constant global"),
        (TASK.format("%shim, MM2S, 0", "aie.dma_bd(%a : memref<4096xi32> offset = 0 len = 3 "
                     "sizes = [2, 2] strides = [8, 1])"), "",
         "the descriptor's length is 3; at .*; expected 4, that of its inner three sizes"),
        (TASK.format("%mem, MM2S, 0", "aie.dma_bd(%a : memref<4096xi32> offset = 0 len = 4)"), "",
         "a descriptor in the array moves an argument; at .*; expected arguments .* at shims"),
        (TASK.format("%shim, MM2S, 0", "aie.dma_bd(%ring : memref<64xi32> offset = 0 len = 4)"),
         RING, "a shim's descriptor moves a buffer of the array"),
        (TASK.format("%shim, MM2S, 0", "aie.dma_bd(%s : memref<64xi16> offset = 1 len = 4)"),
         "%s = aie.buffer(%core) : memref<64xi16>", "the descriptor starts at byte 2"),
        (TASK.format("%shim, MM2S, 0", "aie.dma_bd(%a : memref<4096xi32> offset = 0 len = 4 "
                     "sizes = [1, 1, 1, 1, 4] strides = [0, 0, 0, 0, 1])"), "",
         "the descriptor has 5 dimensions; at .*; expected at most 4"),
        (TASK.format("%mem, S2MM, 0", "aie.dma_bd(%ring : memref<64xi32> offset = 0 len = 4 "
                     "sizes = [4] strides = [1] pad "
                     "[<const_pad_before = 1, const_pad_after = 0>])"),
         RING, "the descriptor pads; at .*; expected padding in what a mem tile sends only"),
        (TASK.format("%mem, S2MM, 0", "aie.use_lock(%empty, Release, %one)\n"
                     "aie.dma_bd(%ring : memref<64xi32> offset = 0 len = 4)"),
         RING, "a descriptor uses locks 1 times; at .*; expected one acquire and one release"),
        (TASK.format("%shim, MM2S, 0", ""), "", "a task has no descriptor"),
        (TASK.format("%shim, MM2S, 0", "aie.dma_bd(%a : memref<4096xi32> len = 4)\n"
                     "aie.dma_bd(%a : memref<4096xi32> len = 4)"), "",
         "a block has several descriptors; at .*; expected one aie.dma_bd a block"),
        (TASK.format("%shim, MM2S, 0", "aie.dma_bd(%a : memref<4096xi32> len = 4)")
         + "aiex.dma_await_task(%t)", "",
         "a task without a token is awaited; at .*; give .* issue_token = true"),
        ("".join(TASK.format("%shim, MM2S, 0", "aie.dma_bd(%a : memref<4096xi32> len = 4) "
                             "{bd_id = 5 : i32}").replace("%t ", f"%t{i} ") for i in "01"), "",
         "descriptor 5 is still in use; at .*; free or await the task that has it"),
        ("".join(TASK.format("%shim, MM2S, 0", "aie.dma_bd(%a : memref<4096xi32> len = 4)")
                 .replace("%t ", f"%t{i} ") for i in range(17)), "",
         r"tile \(0, 0\) has no descriptor left; at .*; free or await tasks that are done"),
        ("%t = aiex.dma_start_bd_chain_for @c() : () for @in", "", "there is no aie.bd_chain @c"),
        ("aiex.dma_start_task(%i)", "", "dma_start_task names no task"),
        ("%v = memref.subview %a[0] [4] [2] : memref<4096xi32> to memref<4xi32, strided<[2]>>", "",
         "a subview with steps; at .*; expected steps of 1"),
        ("%m = memref.subview %b2[0, 0] [4, 2] [1, 1] : memref<4x4xi32> to "
         "memref<4x2xi32, strided<[4, 1]>>", "", "a subview in pieces; at .*; expected one run"),
        ("%m = memref.subview %a[%i] [4] [1] : memref<4096xi32> to "
         "memref<4xi32, strided<[1], offset: ?>>", "", "a subview of run time"),
        ("%m = memref.reinterpret_cast %a to offset: [4], sizes: [4], strides: [1] : "
         "memref<4096xi32> to memref<4xi32, strided<[1], offset: 4>>", "",
         "a reinterpret_cast with an offset, which mlir-aie leaves out; .*use a subview"),
        ("%m = memref.subview %ring[0] [4] [1] : memref<64xi32> to memref<4xi32, strided<[1]>>",
         RING, "a view of a buffer of the array; at .*; expected views of arguments"),
        ("scf.for %j = %i to %i step %i {}", "", "the loop steps by 0"),
        ("aiex.npu.rtp_write(@p, 0, %one) : i32",
         '%p = aie.buffer(%core) {sym_name = "p"} : memref<4xi32>' + FIFOS,
         r"where buffers of tile \(1, 2\) lie depends on how ObjectFifo @y is lowered"),
        ("aiex.npu.rtp_write(@p, 0, %one) : i32",
         '%p = aie.buffer(%core) {sym_name = "p"} : memref<40000xi32>',
         r"the buffers of tile \(1, 2\) do not fit"),
        ("aiex.npu.rtp_write(@p0, 0, %one) : i32", "".join(
            f'%p{i} = aie.buffer(%core) {{sym_name = "p{i}"}} : memref<4xi32>\n'
            for i in range(17)), "17 buffers without an address, some of one size"),
        ("", FIFOS + FIFOS.replace("@x", "@v").replace("@y", "@w"),
         "no MM2S channel of the shim in column 0 is left; at .*; expected at most 2"),
        (COPY.format(LINE, 0, "").replace("%a", "%ring").replace("4096", "64"), RING,
         "dma_memcpy_nd moves a buffer of the array; at .*; expected an argument of the sequence"),
        (COPY.format(LINE, 0, "").replace("%a", "%e").replace("4096", "64"),
         "%e = aie.external_buffer : memref<64xi32>",
         "uses memory %e of unknown place; at .*; expected an argument of the sequence"),
        ("aiex.set_lock(%core, 1)", "", "%core is no lock of the device"),
        ("aiex.npu.rtp_write(@c, 0, %one) : i32",
         '%c = aie.buffer(%core) {sym_name = "c"} : memref<4xcomplex<f32>>',
         "elements of type complex<f32> have no size; expected integers or floats"),
        ("%t = aiex.dma_configure_task(%shim, MM2S, 0) bd_id %one : i32 { aie.end }", "",
         "a task is told its descriptor beside its body; at .*; expected bd_id on the aie.dma_bd"),
        ("", "%l = aie.logical_tile<ShimNOCTile>(?, 0)\n"
         "aie.shim_dma_allocation @z(%l, MM2S, 0)",
         "aie.logical_tile has no place yet; .*aie-place-tiles"),
        ("", "".join(f"%l{i} = aie.lock(%core)\n" for i in range(17)),
         r"tile \(1, 2\) has no lock left; at .*; expected at most 16"),
    ],
)  # fmt: skip
def test_refusals(body, declared, message):
    constants = """
      %one = arith.constant 1 : i32
      %zero = arith.constant 0 : i32
      %i = arith.constant 0 : index
"""
    arguments = "%a: memref<4096xi32>, %n: i32, %b2: memref<4x4xi32>"
    with pytest.raises(DesignError, match=message):
        operations(constants + body, declared=declared, arguments=arguments)


def test_a_design_without_a_sequence_and_another_chip_are_refused():
    with pytest.raises(DesignError, match="the design has no runtime sequence"):
        assemble(parse("module { aie.device(npu1) { } }"))
    text = "module { aie.device(xcvc1902) { aie.runtime_sequence() { } } }"
    with pytest.raises(DesignError, match="device xcvc1902 has no instructions of this kind"):
        assemble(parse(text))
