"""Designs that stream: packets from two tiles to one sink, and a cascade of two cores."""

import designs
import numpy as np

KIND = "memref<8xi32>"


def sender(tile, first, packet):
    values = ", ".join(str(first + i) for i in range(8))
    return (
        f'%{tile}b = aie.buffer(%{tile}) {{sym_name = "{tile}b"}} : {KIND} = dense<[{values}]>\n'
        f"aie.mem(%{tile}) {{\naie.dma_start(MM2S, 0, ^s, ^end)\n^s:\n"
        f"aie.dma_bd(%{tile}b : {KIND} offset = 0 len = 8) "
        f"{{packet = #aie.packet_info<pkt_type = 0, pkt_id = {packet}>}}\n"
        "aie.end\n^end:\naie.end }\n"
    )


def packet_flow(number, sources, sink, attributes=""):
    ports = "".join(f"aie.packet_source<%{s}, DMA : 0>\n" for s in sources)
    return (
        f"aie.packet_flow({number}) {{\n{ports}aie.packet_dest<%{sink}, DMA : 0>\n}} {attributes}\n"
    )


def collect(n, body, flows):
    kind = f"memref<{n}xi32>"
    return designs.module(
        designs.tiles(shim=(0, 0), left=(0, 2), right=(0, 3)) + flows
        + designs.allocation("out", "S2MM", 0) + body
        + designs.sequence({"b": kind}, designs.memcpy("b", "out", (1, 1, 1, n), kind=kind)
                           + designs.wait("out"))
    )  # fmt: skip


def source(n):
    for i in range(n):
        yield "put_cascade", np.full(16, i, np.int32)


def sink(y, n):
    total = np.zeros(16, np.int32)
    for _ in range(n):
        total += yield ("get_cascade",)
    y[:] = total[:8]


def cascaded(kernel_calls=("source", "sink")):
    first, second = kernel_calls
    return designs.module(
        designs.tiles(shim=(0, 0), left=(0, 3), right=(0, 2))
        + "aie.cascade_flow(%left, %right)\n"
        + f"func.func private @{first}(i32)\nfunc.func private @{second}({KIND}, i32)\n"
        + designs.endpoint("right", "y", KIND, 1)
        + designs.flow("right", 0, "shim", 0) + designs.allocation("out", "S2MM", 0)
        + designs.core("left", f"%n = arith.constant 10 : i32\n"
                       f"func.call @{first}(%n) : (i32) -> ()\n")
        + designs.core(
            "right",
            "%n = arith.constant 10 : i32\n" + designs.acquire("yp")
            + f"func.call @{second}(%y0, %n) : ({KIND}, i32) -> ()\n" + designs.release("yc"),
        )
        + "aie.mem(%right) {\n"
        + designs.ring("MM2S, 0", ["y0"], "yc", "yp", KIND, "len = 8", 1, 2) + "aie.end }\n"
        + designs.sequence({"b": "memref<16xi32>"}, designs.memcpy(
            "b", "out", (1, 1, 1, 16), kind="memref<16xi32>") + designs.wait("out"))
    )  # fmt: skip
