"""One form for all generations, names and places kept, and what is refused."""

from __future__ import annotations

import random
import re
from typing import TypeVar

import pytest
from dialect_designs import design
from xdsl.dialects.builtin import MemRefType, ModuleOp, i32
from xdsl.ir import Block, Operation, Region
from xdsl.utils.lexer import Input
from xdsl.utils.mlir_lexer import MLIRLexer, MLIRTokenKind

from aiec.codegen.dialects import location, parse, print_module, verify
from aiec.codegen.dialects.attributes import DmaDirection, LockAction
from aiec.codegen.dialects.dma import DmaBdOp, DmaStartOp, NextBdOp
from aiec.codegen.dialects.lexing import FastLexer
from aiec.codegen.dialects.locks import LockOp, UseLockOp
from aiec.codegen.dialects.objectfifo import ObjectFifoOp
from aiec.codegen.dialects.structure import (
    BufferOp,
    CoreOp,
    DeviceOp,
    EndOp,
    MemOp,
    RuntimeSequenceOp,
    TileOp,
)
from aiec.ir.errors import DesignError

Op = TypeVar("Op", bound=Operation)


def find(module: ModuleOp, kind: type[Op]) -> Op:
    """The only op of a kind."""
    (op,) = (op for op in module.walk() if isinstance(op, kind))
    return op


def same(one: str, other: str) -> bool:
    """Whether two texts are one design."""
    return parse(one).is_structurally_equivalent(parse(other))


@pytest.mark.parametrize(
    ("context", "one", "other"),
    [
        ("core", "aie.use_lock(%lock, Release)", "aie.use_lock(%lock, Release, 1)"),
        ("core", 'aie.use_lock(%lock, "Acquire", 1)', "aie.use_lock(%lock, Acquire, 1)"),
        (
            "core",
            "%c = arith.constant 3 : i32\naie.use_lock(%lock, Acquire, %c)",
            "aie.use_lock(%lock, Acquire, 3)",
        ),
        ("mem", "aie.dma_bd(%buf : memref<64xi32>)", "aie.dma_bd(%buf : memref<64xi32>, 0, 64)"),
        (
            "mem",
            "aie.dma_bd(%buf : memref<64xi32>) {len = 8 : i32, offset = 4 : i32}",
            "aie.dma_bd(%buf : memref<64xi32> offset = 4 len = 8)",
        ),
        (
            "mem",
            "aie.dma_bd(%buf : memref<64xi32>, 0, 64) {dimensions ="
            " #aie<bd_dim_layout_array[<size = 64, stride = 1>]>}",
            "aie.dma_bd(%buf : memref<64xi32> offset = 0 len = 64 sizes = [64] strides = [1])",
        ),
        (
            "mem",
            "aie.dma_bd_packet(0x2, 0xD)\naie.dma_bd(%buf : memref<64xi32>)",
            "aie.dma_bd(%buf : memref<64xi32>)"
            " {packet = #aie.packet_info<pkt_type = 2, pkt_id = 13>}",
        ),
        (
            "device",
            "aie.shim_dma_allocation @x(MM2S, 1, 1)",
            "aie.shim_dma_allocation @x(%side, MM2S, 1)",
        ),
        (
            "device",
            "aie.objectfifo.link [@a] -> [@b]([] [0])",
            "aie.objectfifo.link [@a] -> [@b]()",
        ),
        (
            "device",
            "aiex.runtime_sequence() {\naie.end\n}",
            "aie.runtime_sequence @sequence() {\n}",
        ),
        (
            "device",
            "aie.objectfifo @f(%near, {%far}, 2) : !aie.objectfifo<memref<4xi32>>",
            "aie.objectfifo @f(%near, {%far}, 2 : i32) : !aie.objectfifo<memref<4xi32>>",
        ),
        (
            "core",
            "%a, %b = aie.objectfifo.acquire @f(Consume, 2) : memref<4xi32>, memref<4xi32>",
            "%s = aie.objectfifo.acquire @f(Consume, 2) : !aie.objectfifosubview<memref<4xi32>>\n"
            "%a = aie.objectfifo.subview.access %s[0]"
            " : !aie.objectfifosubview<memref<4xi32>> -> memref<4xi32>\n"
            "%b = aie.objectfifo.subview.access %s[1]"
            " : !aie.objectfifosubview<memref<4xi32>> -> memref<4xi32>",
        ),
        (
            "sequence",
            "aiex.npu.dma_memcpy_nd(0, 0, %arg0[0, 0, 0, 0] [1, 1, 1, 8] [0, 0, 0, 1])"
            " {id = 0 : i64, metadata = @x} : memref<4096xi32>",
            "%c0 = arith.constant 0 : i64\n%c1 = arith.constant 1 : i64\n"
            "aiex.npu.dma_memcpy_nd(%arg0[%c0, 0, 0, 0][1, 1, %c1, 8][0, 0, 0, %c1])"
            " {id = 0 : i64, metadata = @x} : memref<4096xi32>",
        ),
        (
            "sequence",
            "%a = arith.constant 8 : i32\n%v = arith.constant -1 : i32\n"
            "aiex.npu.write32(%a, %v) : i32, i32",
            "aiex.npu.write32 {address = 8 : ui32, value = 0xFFFFFFFF : ui32}",
        ),
    ],
    ids=lambda value: value[:40],
)
def test_older_and_newer_text_is_one_form(context: str, one: str, other: str):
    assert same(design(one, context), design(other, context))


@pytest.mark.parametrize(("old", "now"), [("npu1_4col", "npu1"), ("npu4", "npu2")])
def test_devices_of_old_have_one_name(old: str, now: str):
    device = find(parse(f"aie.device({old}) {{\n}}"), DeviceOp)
    assert (device.device.data, device.sym_name.data) == (now, "main")


def test_a_declared_global_may_share_its_name_with_a_shim_channel():
    text = """aie.device(npu1) {{
      aie.shim_dma_allocation @x(S2MM, 0, 0)
      memref.global "public" @x : memref<8xi32>{value}
    }}"""
    verify(parse(text.format(value="")))
    with pytest.raises(DesignError, match=r'Redefinition of symbol "x"'):
        verify(parse(text.format(value=" = dense<1>")))


def test_allocation_by_column_makes_its_tile():
    module = parse("aie.device(npu2) {\naie.shim_dma_allocation @x(S2MM, 0, 5)\n}")
    assert find(module, TileOp).coordinates == (5, 0)


def test_pad_value_belongs_to_the_channel():
    text = design("aie.dma_bd(%big : memref<4x16xi8>, 0, 64, [], [], pad_value = 3)", "memtile")
    start = find(parse(text), DmaStartOp)
    assert start.pad_value is not None
    assert start.pad_value.value.data == 3


def test_names_and_places_are_kept():
    text = "aie.device(npu2) {\n  %tile_0_2 = aie.tile(0, 2)\n  %l_1 = aie.lock(%tile_0_2)\n}\n"
    module = parse(text, "x.mlir")
    assert "%tile_0_2 = aie.tile(0, 2)" in print_module(module)
    assert "%l_1 = aie.lock(%tile_0_2)" in print_module(module)
    assert location(find(module, TileOp)) == (2, 3)
    assert location(TileOp(0, 2)) is None


def test_names_that_occur_twice_stay_apart():
    loops = "\n".join(
        "scf.for %i = %c0 to %c9 step %c1 {\naie.event(1)\n}\n"
        "scf.for %i = %c0 to %c9 step %c1 {\naie.event(1)\n}"
        for _ in range(1)
    )
    constants = "".join(f"%c{n} = arith.constant {n} : index\n" for n in (0, 1, 9))
    printed = print_module(parse(design(constants + loops, "core")))
    assert printed.count("scf.for %i = %c0 to %c9 step %c1") == 2
    clash = "%x_1 = aie.tile(1, 2)\n%y = aie.tile(2, 2)"
    module = parse(design(clash))
    for tile in module.walk():
        if isinstance(tile, TileOp):
            tile.result.name_hint = "x"
    names = re.findall(r"%\S+(?= = aie.tile)", print_module(module))
    assert len(names) == len(set(names))


def test_constants_are_written_once_a_block():
    uses = "aie.use_lock(%lock, Acquire, 1)\naie.use_lock(%lock, Release, 1)"
    printed = print_module(parse(design(uses, "core")))
    assert printed.count("arith.constant") == 1
    in_mem = print_module(parse(design(f"{uses}\naie.dma_bd(%buf : memref<64xi32>)", "mem")))
    assert re.search(r"%c1_i32 = arith.constant 1 : i32\n +%mem = aie.mem", in_mem)


def test_ops_are_built_without_text():
    tile, other = TileOp(0, 2), TileOp(0, 3)
    buffer = BufferOp(tile, MemRefType(i32, [16]), sym_name="b", address=0x400)
    lock = LockOp(tile, 0, init=1, sym_name="l")
    first, last = Block(), Block([EndOp()])
    entry = Block([DmaStartOp(DmaDirection.S2MM, 0, first, last)])
    first.add_ops(
        [
            UseLockOp(lock, LockAction.ACQUIRE_GREATER_EQUAL),
            DmaBdOp(buffer.buffer, dims=((4, 4), (4, 1))),
            UseLockOp(lock, LockAction.RELEASE, 1),
            NextBdOp(first),
        ]
    )
    core = CoreOp(other, Region(Block([EndOp()])), link_with="k.o", stack_size=1024)
    mem = MemOp(tile, Region([entry, first, last]))
    sequence = RuntimeSequenceOp(Block(arg_types=[MemRefType(i32, [16])]), "run")
    module = ModuleOp([DeviceOp("npu2", [tile, other, buffer, lock, mem, core, sequence])])
    for epoch in ("E1", "E2"):
        again = parse(print_module(module, epoch))
        assert module.is_structurally_equivalent(again)
    bd = find(again, DmaBdOp)
    assert (bd.offset, bd.length, bd.dims, bd.padding) == (0, 16, ((4, 4), (4, 1)), ())
    assert "%mem_0_2 = aie.mem(%tile_0_2)" in print_module(module)


def test_fifo_as_plain_values():
    fifo = find(
        parse(
            design(
                "aie.objectfifo @f(%mid,"
                " {%near dimensionsFromStream [<size = 2, stride = 8>], %far},"
                " [2, 1, 3]) : !aie.objectfifo<memref<64xi32>>"
            )
        ),
        ObjectFifoOp,
    )
    assert fifo.depths == (2, 1, 3)
    assert fifo.consumer_dims == (((2, 8),), ())


REFUSED = [
    ("device", "aie.tyle(0, 0)", "operation aie.tyle is not known", "aie.tile"),
    ("core", "llvm.mlir.undef", "operation llvm.mlir.undef is not known", ""),
    ("device", "aie.tile(0 0)", "Expected ','", ""),
    ("device", "aie.flow(%near, DAM : 0, %far, DMA : 0)", "unknown word 'DAM', one of Core", ""),
    ("device", "aie.flow(%nowhere, DMA : 0, %far, DMA : 0)", "values used but not defined", ""),
    ("device", "aie.objectfifo.allocate @f(%buf)", "operand is used with type index", ""),
    (
        "device",
        "aie.objectfifo @f(%near, {%far}, [2 : i32]) : !aie.objectfifo<memref<2xi32>>",
        "aie.objectfifo: 1 depths for 2 ends",
        "",
    ),
    (
        "device",
        "aie.objectfifo @f(%near, {%far}, 2 : i32) : !aie.objectfifo<memref<2xi32>>"
        " = [dense<1> : memref<2xi32>]",
        "aie.objectfifo: 1 initial values for 2 objects",
        "",
    ),
    (
        "device",
        "aie.objectfifo.link [@a, @b] -> [@c]([4] [])",
        "aie.objectfifo.link: 1 source offsets for 2 fifos",
        "",
    ),
    (
        "device",
        "aie.objectfifo.link [@a] -> [@b, @c]([4] [0, 4])",
        "aie.objectfifo.link: 1 source offsets for 1 fifos",
        "",
    ),
    (
        "device",
        "aie.objectfifo.link [@a, @b] -> [@c, @d]([] [])",
        "aie.objectfifo.link: joins and distributes at once",
        "",
    ),
    (
        "device",
        "aie.objectfifo_rearm_binding @r channels(%near : index) locks() "
        "{channel_dirs = array<i32: 1>, channel_indices = array<i32: 0, 1>}",
        "aie.objectfifo_rearm_binding: 2 channel_indices for 1",
        "",
    ),
    (
        "device",
        "aie.objectfifo_rearm_binding @r channels(%near : index) locks() "
        "{channel_dirs = array<i32: 2>, channel_indices = array<i32: 0>}",
        "aie.objectfifo_rearm_binding: channel_dirs are 0",
        "",
    ),
    ("sequence", "%t = aiex.dma_configure_task_for @x bd_id %n : i32 {\n}", "Expected region", ""),
    ("device", "%b = aie.buffer(%near) : i32", "memref type expected", ""),
    ("device", '%b = aie.buffer(%near) {sym_name = "b', "End of file reached before closing", ""),
    (
        "device",
        "%b = aie.buffer(%near) : memref<2x!aie.objectfifo<memref<2xi32>>> = dense<0>",
        "no dense values of type",
        "",
    ),
    (
        "device",
        "aie.shim_dma_allocation @x(%shim, MM2S, 0, 7 : i32)",
        "#aie.packet_info expected",
        "",
    ),
    (
        "device",
        "aie.objectfifo @f(%near, {%far}, [@x]) : !aie.objectfifo<memref<4xi32>>",
        "depth is an integer or a list",
        "",
    ),
    (
        "device",
        "aie.objectfifo @f(%near, {%far}, 2) : memref<4xi32>",
        "!aie.objectfifo<memref<...>> expected",
        "",
    ),
    (
        "mem",
        "aie.dma_bd(%buf : memref<64xi32> offset = 0 len = 64 sizes = [4, 16] strides = [16])",
        "aie.dma_bd has 2 sizes and 1 strides",
        "",
    ),
    (
        "mem",
        "aie.dma_bd(%buf : memref<64xi32>, 0, 64, [<size = 64>])",
        "missing field stride",
        "",
    ),
    (
        "mem",
        "aie.dma_bd(%buf : memref<64xi32>, 0, 64, [<size = 64, step = 1>])",
        "unexpected field 'step', one of size, stride",
        "",
    ),
    (
        "mem",
        "aie.dma_bd(%buf : memref<64xi32> offset = 0 len = 64 sizes = [64] strides = [1] pad"
        " [<const_pad_before = 0, const_pad_after = 0>,"
        " <const_pad_before = 0, const_pad_after = 0>])",
        "aie.dma_bd: 2 pads for 1 dimensions",
        "",
    ),
    (
        "memtile",
        "aie.dma_bd(%big : memref<4x16xi8>, 0, 64, [], [], pad_value = 3)\naie.next_bd ^b\n^b:\n"
        "aie.dma_bd(%big : memref<4x16xi8>, 0, 64, [], [], pad_value = 4)",
        "aie.dma_bd has a pad_value that its channel has not",
        "one pad_value for a channel",
    ),
    (
        "sequence",
        "aiex.npu.dma_memcpy_nd(%arg0[0, 0, 0][1, 1, 1, 8][0, 0, 0, 1])"
        " {id = 0 : i64, metadata = @x} : memref<4096xi32>",
        "offsets, sizes and strides have four entries each",
        "",
    ),
    ("sequence", "aiex.npu.write32(%n) : i32", "aiex.npu.write32 takes address, value", ""),
    (
        "sequence",
        "aiex.npu.address_patch {addr = 1 : ui32}",
        "aiex.npu.address_patch takes arg_plus",
        "",
    ),
    ("sequence", "aiex.npu.writebd {row = 0 : i32}", "aiex.npu.writebd without column, bd_id", ""),
    ("sequence", "%t = aiex.dma_configure_task_for 3 {\naie.end\n}", "symbol expected", ""),
    ("sequence", "aiex.npu.dma_wait", "aiex.npu.dma_wait: ", ""),
    ("core", "func.call @nobody() : () -> ()", "func.call: '@nobody' could not be found", ""),
]


@pytest.mark.parametrize(("context", "lines", "what", "expected"), REFUSED, ids=lambda v: v[:40])
def test_refused(context: str, lines: str, what: str, expected: str):
    with pytest.raises(DesignError) as caught:
        parse(design(lines, context), "x.mlir")
    message = str(caught.value)
    assert message.startswith(what)
    assert expected in message
    assert re.search(r"at x\.mlir:\d+:\d+", message)
    assert "\n" not in message


def test_refused_with_its_line_and_column():
    with pytest.raises(DesignError, match=r"^operation aie\.tyle is not known; at x:2:3; expected"):
        parse("aie.device(npu2) {\n  %t = aie.tyle(0, 0)\n}", "x")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            "%v = arith.addi %j, %a : index\nscf.for %j = %a to %b step %c {\n}",
            "arith.addi uses %j",
        ),
        ("%v = arith.addi %w, %a : index\n%w = arith.addi %a, %a : index", "arith.addi uses %w"),
        (
            "%v = arith.addi %w, %w : index\n"
            "scf.for %i = %a to %b step %c {\n%w = arith.addi %i, %i : index\n}",
            "arith.addi uses %w",
        ),
    ],
)
def test_a_value_outside_its_scope(lines: str, message: str):
    constants = "".join(f"%{name} = arith.constant 1 : index\n" for name in "abc")
    text = design(constants + lines, "core")
    with pytest.raises(DesignError, match=rf"^{message} outside its scope; at x:\d+:\d+; expected"):
        parse(text, "x")


def test_nested_without_end():
    for text in ("builtin.module attributes {a = " + "[" * 5000, "module {\n" * 5000):
        with pytest.raises(DesignError, match="nested too deeply to be read; at x:"):
            parse(text, "x")


@pytest.mark.parametrize(
    "line",
    [
        "%v = arith.constant dense<0> : vector<1099511627776xi32>",
        "%u = aie.buffer(%tile) : memref<1099511627776xi32> = dense<0>",
    ],
)
def test_a_constant_that_fits_nowhere(line: str):
    text = f"aie.device(npu2) {{\n%tile = aie.tile(0, 2)\n{line}\n}}"
    with pytest.raises(DesignError, match="a dense constant of 1099511627776 elements; at x:3:"):
        parse(text, "x")


def test_what_xdsl_refuses_with_a_bare_exception():
    store = "%k = arith.constant 1 : i32\nmemref.store %k, %buf[] : memref<64xi32>"
    with pytest.raises(DesignError, match=r"memref\.store: Expected an index for each dim"):
        parse(design(store, "core"))


def test_operands_that_are_not_there():
    text = (
        "aie.device(npu2) {\n%t = aie.tile(0, 2)\n%b = aie.buffer(%t) : memref<8xi32>\n"
        f"%m = aie.mem(%t) {{\naie.dma_bd(%b : memref<8xi32> offset = {-(2**63)} len = 8)\n"
        "aie.end\n}\n}"
    )
    with pytest.raises(DesignError, match=r"1 of its numbers are said to be operands, 0 operands"):
        parse(text, "x")


def test_trace_without_an_end():
    text = "aie.device(npu2) {\n%t = aie.tile(0, 2)\naie.trace @t(%t) {\naie.trace.mode"
    with pytest.raises(DesignError, match=r"^'}' expected; at x:4:15$"):
        parse(text, "x")


def test_unknown_epoch():
    with pytest.raises(DesignError, match=r"^no printer for epoch 'E9'; expected 'E2'\?"):
        print_module(parse("aie.device(npu2) {\n}"), "E9")


def test_damaged_text_is_refused_and_nothing_else():
    text = print_module(parse(design("aie.use_lock(%lock, Acquire, 1)", "core")))
    tokens = re.findall(r"\s+|\w+|[^\w\s]", text)
    chance = random.Random(0)
    places: list[str | None] = []
    for _ in range(150):
        damaged = list(tokens)
        damaged[chance.randrange(len(tokens))] = chance.choice(
            [
                "",
                "-1",
                "{",
                "}",
                '"',
                "<",
                "%zz",
                "@q",
                "^b",
                "!aie.x",
                "#aie.y",
                "9" * 20,
                "aie.end",
            ]
        )
        try:
            parse("".join(damaged))
        except DesignError as error:
            places.append(error.where)
    assert len(places) > 50
    assert None not in places


def test_fast_lexer_gives_the_same_tokens():
    text = print_module(parse(design("aie.use_lock(%lock, Acquire, 1)", "core"))) + (
        '// words\n"a\\"b" 1.5e3 0x1F -> - {-# #-} ... ?*|/ %3 %a.b ^bb0 @"x y" #a !b _c'
        " memref<2x?xf32>"
    )
    ours, theirs = FastLexer(Input(text, "")), MLIRLexer(Input(text, ""))
    while (token := theirs.lex()).kind is not MLIRTokenKind.EOF:
        mine = ours.lex()
        assert (mine.kind, mine.span.start, mine.span.end) == (
            token.kind,
            token.span.start,
            token.span.end,
        )
    assert ours.lex().kind is MLIRTokenKind.EOF


def test_shapes_with_spaces_and_lone_results_are_read():
    text = (
        "module {\naie.device(npu2) {\n%t = aie.tile(0, 2)\n"
        '%b = aie.buffer(%t) {sym_name = "b"} : memref<4 x 8 x i32>\naie.core(%t) {\n'
        "%z = arith.constant 0 : index\n%o = arith.constant 1 : index\n"
        "%k = arith.constant 0 : i32\n"
        "%r = scf.for %i = %z to %o step %o iter_args(%c = %k) -> i32 {\nscf.yield %c : i32\n}\n"
        "aie.end\n}\n}\n}\n"
    )
    module = parse(text)
    assert "memref<4x8xi32>" in print_module(module, "E2")
    loop = next(op for op in module.walk() if op.name == "scf.for")
    assert location(loop) == (9, 1)


def test_pads_are_of_the_innermost_dimensions():
    text = (
        "module {\naie.device(npu2) {\n%t = aie.tile(0, 1)\n%b = aie.buffer(%t) : memref<32xi32>\n"
        "aie.memtile_dma(%t) {\naie.dma_start(MM2S, 0, ^a, ^b)\n^a:\n"
        "aie.dma_bd(%b : memref<32xi32> offset = 0 len = 24 sizes = [2, 4] strides = [4, 1] "
        "pad [<const_pad_before = 2, const_pad_after = 6>])\naie.next_bd ^a\n^b:\naie.end\n"
        "}\n}\n}\n"
    )
    bd = next(op for op in parse(text).walk() if isinstance(op, DmaBdOp))
    assert bd.padding == ((0, 0), (2, 6))
