"""A design around a few lines, for the tests of the dialects."""

from __future__ import annotations

HEAD = """
aiex.scratchpad_parameter @gain : i32
"""
DEVICE = """
%shim = aie.tile(0, 0)
%side = aie.tile(1, 0)
%mid = aie.tile(0, 1)
%near = aie.tile(0, 2)
%far = aie.tile(0, 3)
%buf = aie.buffer(%near) {sym_name = "buf"} : memref<64xi32>
%big = aie.buffer(%mid) {sym_name = "big"} : memref<4x16xi8>
%lock = aie.lock(%near, 0) {init = 1 : i32, sym_name = "lock"}
func.func private @kernel(memref<64xi32>) -> ()
"""
CONTEXTS = {
    "device": "{lines}",
    "core": "%core = aie.core(%near) {{\n{lines}\naie.end\n}}",
    "mem": (
        "%mem = aie.mem(%near) {{\n%dma = aie.dma_start(S2MM, 0, ^first, ^last)\n"
        "^first:\n{lines}\naie.next_bd ^first\n^last:\naie.end\n}}"
    ),
    "memtile": (
        "%mem = aie.memtile_dma(%mid) {{\n%dma = aie.dma_start(MM2S, 0, ^first, ^last)\n"
        "^first:\n{lines}\naie.next_bd ^first\n^last:\naie.end\n}}"
    ),
    "sequence": "aie.runtime_sequence(%arg0: memref<4096xi32>, %n: i32, %n64: i64) {{\n{lines}\n}}",
    "switchbox": "%switchbox = aie.switchbox(%near) {{\n{lines}\n}}",
}


def design(lines: str, context: str = "device") -> str:
    """A whole module with `lines` in `context`."""
    body = CONTEXTS[context].format(lines=lines)
    return f"module {{\naie.device(npu2) {{\n{DEVICE}\n{body}\n}}\n}}\n"


def lines_of(text: str) -> list[str]:
    """The lines without what indents them."""
    return [line.strip() for line in text.splitlines()]
