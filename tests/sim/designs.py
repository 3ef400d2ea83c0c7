"""Low-level designs of our own for the simulator's tests, as E2 text.

Each function returns a whole module. Names follow one habit: `%p` is the producer's lock (objects
that are free), `%c` the consumer's (objects that are full).
"""


def module(body: str, device: str = "npu2_1col") -> str:
    return f"module {{\n  aie.device({device}) {{\n{body}\n  }}\n}}\n"


def memcpy(
    argument: str,
    metadata: str,
    sizes: tuple[int, int, int, int],
    strides: tuple[int, int, int, int] = (0, 0, 0, 1),
    offsets: tuple[int, int, int, int] = (0, 0, 0, 0),
    bd_id: int = 0,
    token: bool = False,
    kind: str = "memref<64xi32>",
) -> str:
    groups = "".join(f"[{', '.join(map(str, g))}]" for g in (offsets, sizes, strides))
    issue = ", issue_token = true" if token else ""
    return (
        f"aiex.npu.dma_memcpy_nd(%{argument}{groups}) "
        f"{{id = {bd_id} : i64, metadata = @{metadata}{issue}}} : {kind}\n"
    )


def wait(metadata: str) -> str:
    return f"aiex.npu.dma_wait {{symbol = @{metadata}}}\n"


def ring(
    channel: str, buffers: list[str], acquire: str, release: str, kind: str, rest: str,
    first: int = 1, last: int = 0,
) -> str:  # fmt: skip
    """A dma_start over a cyclic chain: blocks ^bb{first} on, then the label ^bb{last} follows."""
    n = len(buffers)
    out = [f"aie.dma_start({channel}, ^bb{first}, ^bb{last})"]
    for i, buffer in enumerate(buffers):
        out += [
            f"^bb{first + i}:",
            f"  aie.use_lock(%{acquire}, AcquireGreaterEqual, %one)",
            f"  aie.dma_bd(%{buffer} : {kind} {rest})",
            f"  aie.use_lock(%{release}, Release, %one)",
            f"  aie.next_bd ^bb{first + (i + 1) % n}",
        ]
    return "\n".join([*out, f"^bb{last}:"]) + "\n"


def core(tile: str, body: str, tail: str = "") -> str:
    """A core that goes round `body` for ever; %k0 to %k2 are i32 constants."""
    return f"""
    aie.core(%{tile}) {{
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %end = arith.constant 9223372036854775807 : index
      %k0 = arith.constant 0 : i32
      %k1 = arith.constant 1 : i32
      %k2 = arith.constant 2 : i32
      scf.for %i = %c0 to %end step %c1 {{
{body}
      }}
      aie.end
    }} {tail}
"""


def acquire(lock: str, value: str = "%k1", how: str = "AcquireGreaterEqual") -> str:
    return f"aie.use_lock(%{lock}, {how}, {value})\n"


def release(lock: str, value: str = "%k1") -> str:
    return f"aie.use_lock(%{lock}, Release, {value})\n"


def endpoint(tile: str, stem: str, kind: str, objects: int) -> str:
    """Buffers `{stem}0..` on a tile with their locks `{stem}p` (all free) and `{stem}c`."""
    out = [
        f'%{stem}{i} = aie.buffer(%{tile}) {{sym_name = "{stem}{i}"}} : {kind}'
        for i in range(objects)
    ]
    out += [
        f"%{stem}p = aie.lock(%{tile}) {{init = {objects} : i32}}",
        f"%{stem}c = aie.lock(%{tile}) {{init = 0 : i32}}",
    ]
    return "\n".join(out) + "\n"


def flow(source: str, out: int, sink: str, into: int) -> str:
    return f"aie.flow(%{source}, DMA : {out}, %{sink}, DMA : {into})\n"


def tiles(**where: tuple[int, int]) -> str:
    out = [f"%{name} = aie.tile({c}, {r})" for name, (c, r) in where.items()]
    return (
        "\n".join([*out, "%one = arith.constant 1 : i32", "%two = arith.constant 2 : i32"]) + "\n"
    )


def allocation(name: str, direction: str, channel: int, tile: str = "shim") -> str:
    return f"aie.shim_dma_allocation @{name}(%{tile}, {direction}, {channel})\n"


def sequence(arguments: dict[str, str], body: str, name: str = "") -> str:
    declared = ", ".join(f"%{a} : {kind}" for a, kind in arguments.items())
    return f"aie.runtime_sequence {name}({declared}) {{\n{body}}}\n"


SHIM, MEM, TILE = (0, 0), (0, 1), (0, 2)


def add_one_relay() -> str:
    """64 i32 through a mem tile to a core in eights, and back through it; ping-pong everywhere."""
    big, small = "memref<16xi32>", "memref<8xi32>"
    step = (
        acquire("xc") + acquire("yp")
        + "func.call @add_one(%x{0}, %y{0}, %k8) : (memref<8xi32>, memref<8xi32>, i32) -> ()\n"
        + release("xp") + release("yc")
    )  # fmt: skip
    return module(
        tiles(shim=SHIM, mem=MEM, tile=TILE)
        + "func.func private @add_one(memref<8xi32>, memref<8xi32>, i32)\n"
        + endpoint("mem", "m", big, 2) + endpoint("mem", "n", big, 2)
        + endpoint("tile", "x", small, 2) + endpoint("tile", "y", small, 2)
        + flow("shim", 0, "mem", 0) + flow("mem", 0, "tile", 0)
        + flow("tile", 0, "mem", 1) + flow("mem", 1, "shim", 0)
        + allocation("in", "MM2S", 0) + allocation("out", "S2MM", 0)
        + core("tile", "%k8 = arith.constant 8 : i32\n" + step.format(0) + step.format(1))
        + "aie.mem(%tile) {\n"
        + ring("S2MM, 0", ["x0", "x1"], "xp", "xc", small, "offset = 0 len = 8", 1, 3)
        + ring("MM2S, 0", ["y0", "y1"], "yc", "yp", small, "offset = 0 len = 8", 4, 6)
        + "aie.end }\naie.memtile_dma(%mem) {\n"
        + ring("S2MM, 0", ["m0", "m1"], "mp", "mc", big, "offset = 0 len = 16", 1, 3)
        + ring("MM2S, 0", ["m0", "m1"], "mc", "mp", big, "offset = 0 len = 16", 4, 6)
        + ring("S2MM, 1", ["n0", "n1"], "np", "nc", big, "offset = 0 len = 16", 7, 9)
        + ring("MM2S, 1", ["n0", "n1"], "nc", "np", big, "offset = 0 len = 16", 10, 12)
        + "aie.end }\n"
        + sequence(
            {"a": "memref<64xi32>", "b": "memref<64xi32>"},
            memcpy("a", "in", (1, 1, 1, 64))
            + memcpy("b", "out", (1, 1, 1, 64), bd_id=1, token=True)
            + wait("out"),
        )
    )  # fmt: skip


def broadcast() -> str:
    """One stream to a quick core and a slow one; each sends back what it got."""
    kind = "memref<16xi32>"
    body, memory = "", ""
    for tile, kernel in (("left", "quick"), ("right", "slow")):
        body += endpoint(tile, f"{tile}x", kind, 2) + endpoint(tile, f"{tile}y", kind, 1)
        call = f"func.call @{kernel}(%{tile}x{{0}}, %{tile}y0) : ({kind}, {kind}) -> ()\n"
        step = (
            acquire(f"{tile}xc") + acquire(f"{tile}yp") + call
            + release(f"{tile}xp") + release(f"{tile}yc")
        )  # fmt: skip
        memory += core(tile, step.format(0) + step.format(1))
        memory += f"aie.mem(%{tile}) {{\n"
        memory += ring("S2MM, 0", [f"{tile}x0", f"{tile}x1"], f"{tile}xp", f"{tile}xc", kind,
                       "offset = 0 len = 16", 1, 3)  # fmt: skip
        memory += ring("MM2S, 1", [f"{tile}y0"], f"{tile}yc", f"{tile}yp", kind,
                       "offset = 0 len = 16", 4, 5)  # fmt: skip
        memory += "aie.end }\n"
    return module(
        tiles(shim=SHIM, left=TILE, right=(0, 3))
        + f"func.func private @quick({kind}, {kind})\nfunc.func private @slow({kind}, {kind})\n"
        + body
        + flow("shim", 0, "left", 0) + flow("shim", 0, "right", 0)
        + flow("left", 1, "shim", 0) + flow("right", 1, "shim", 1)
        + allocation("in", "MM2S", 0)
        + allocation("out0", "S2MM", 0) + allocation("out1", "S2MM", 1)
        + memory
        + sequence(
            {"a": "memref<128xi32>", "b": "memref<128xi32>", "c": "memref<128xi32>"},
            memcpy("a", "in", (1, 1, 1, 128), kind="memref<128xi32>")
            + memcpy("b", "out0", (1, 1, 1, 128), bd_id=1, kind="memref<128xi32>")
            + memcpy("c", "out1", (1, 1, 1, 128), bd_id=2, kind="memref<128xi32>")
            + wait("out0") + wait("out1"),
        )
    )  # fmt: skip


def distribute_and_join() -> str:
    """A mem tile cuts each 32 in two halves for two cores, and joins what they return."""
    whole, half = "memref<32xi32>", "memref<16xi32>"
    cores = ""
    for n, tile in enumerate(("left", "right")):
        cores += endpoint(tile, f"{tile}x", half, 1) + endpoint(tile, f"{tile}y", half, 1)
        cores += core(
            tile,
            acquire(f"{tile}xc") + acquire(f"{tile}yp")
            + f"func.call @twice(%{tile}x0, %{tile}y0) : ({half}, {half}) -> ()\n"
            + release(f"{tile}xp") + release(f"{tile}yc"),
        )  # fmt: skip
        cores += f"aie.mem(%{tile}) {{\n"
        cores += ring("S2MM, 0", [f"{tile}x0"], f"{tile}xp", f"{tile}xc", half,
                      "offset = 0 len = 16", 1, 2)  # fmt: skip
        cores += ring("MM2S, 0", [f"{tile}y0"], f"{tile}yc", f"{tile}yp", half,
                      "offset = 0 len = 16", 3, 4)  # fmt: skip
        cores += "aie.end }\n" + flow("mem", n, tile, 0) + flow(tile, 0, "mem", 1 + n)
    locks = "".join(
        f"%{name} = aie.lock(%mem) {{init = {n} : i32}}\n"
        for name, n in (("ip", 2), ("ic0", 0), ("ic1", 0), ("op0", 1), ("op1", 1), ("oc", 0))
    )
    split = """
      aie.dma_start(S2MM, 0, ^in, ^send0)
    ^in:
      aie.use_lock(%ip, AcquireGreaterEqual, %two)
      aie.dma_bd(%w0 : memref<32xi32> offset = 0 len = 16)
      aie.use_lock(%ic0, Release, %one)
      aie.next_bd ^in2
    ^in2:
      aie.use_lock(%ip, AcquireGreaterEqual, %zero)
      aie.dma_bd(%w0 : memref<32xi32> offset = 16 len = 16)
      aie.use_lock(%ic1, Release, %one)
      aie.next_bd ^in
    ^send0:
      aie.dma_start(MM2S, 0, ^s0, ^send1)
    ^s0:
      aie.use_lock(%ic0, AcquireGreaterEqual, %one)
      aie.dma_bd(%w0 : memref<32xi32> offset = 0 len = 16)
      aie.use_lock(%ip, Release, %one)
      aie.next_bd ^s0
    ^send1:
      aie.dma_start(MM2S, 1, ^s1, ^take0)
    ^s1:
      aie.use_lock(%ic1, AcquireGreaterEqual, %one)
      aie.dma_bd(%w0 : memref<32xi32> offset = 16 len = 16)
      aie.use_lock(%ip, Release, %one)
      aie.next_bd ^s1
    ^take0:
      aie.dma_start(S2MM, 1, ^t0, ^take1)
    ^t0:
      aie.use_lock(%op0, AcquireGreaterEqual, %one)
      aie.dma_bd(%v0 : memref<32xi32> offset = 0 len = 16)
      aie.use_lock(%oc, Release, %one)
      aie.next_bd ^t0
    ^take1:
      aie.dma_start(S2MM, 2, ^t1, ^out)
    ^t1:
      aie.use_lock(%op1, AcquireGreaterEqual, %one)
      aie.dma_bd(%v0 : memref<32xi32> offset = 16 len = 16)
      aie.use_lock(%oc, Release, %one)
      aie.next_bd ^t1
    ^out:
      aie.dma_start(MM2S, 2, ^o0, ^end)
    ^o0:
      aie.use_lock(%oc, AcquireGreaterEqual, %two)
      aie.dma_bd(%v0 : memref<32xi32> offset = 0 len = 16)
      aie.use_lock(%op0, Release, %one)
      aie.next_bd ^o1
    ^o1:
      aie.use_lock(%oc, AcquireGreaterEqual, %zero)
      aie.dma_bd(%v0 : memref<32xi32> offset = 16 len = 16)
      aie.use_lock(%op1, Release, %one)
      aie.next_bd ^o0
    ^end:
      aie.end
    """
    return module(
        tiles(shim=SHIM, mem=MEM, left=TILE, right=(0, 3))
        + "%zero = arith.constant 0 : i32\n"
        + f"func.func private @twice({half}, {half})\n"
        + f'%w0 = aie.buffer(%mem) {{sym_name = "w0"}} : {whole}\n'
        + f'%v0 = aie.buffer(%mem) {{sym_name = "v0"}} : {whole}\n'
        + locks + cores
        + flow("shim", 0, "mem", 0) + flow("mem", 2, "shim", 0)
        + allocation("in", "MM2S", 0) + allocation("out", "S2MM", 0)
        + f"aie.memtile_dma(%mem) {{{split}}}\n"
        + sequence(
            {"a": "memref<96xi32>", "b": "memref<96xi32>"},
            memcpy("a", "in", (1, 1, 1, 96), kind="memref<96xi32>")
            + memcpy("b", "out", (1, 1, 1, 96), bd_id=1, kind="memref<96xi32>")
            + wait("out"),
        )
    )  # fmt: skip


def relay(
    body: str, *, arguments: dict[str, str] | None = None, elements: int = 16,
    take: str = "", give: str = "", kind: str = "i32", objects: int = 1, starts: str = "",
) -> str:  # fmt: skip
    """shim -> mem tile -> shim through buffers `m0`..; `take` and `give` are the descriptors'
    dims.
    """
    memory = f"memref<{elements}x{kind}>"
    names = [f"m{i}" for i in range(objects)]
    length = f"offset = 0 len = {elements}"
    into = ring("S2MM, 0", names, "mp", "mc", memory, f"{length} {take}", 1, 1 + objects)
    out = ring("MM2S, 0", names, "mc", "mp", memory, f"{length} {give}", 2 + objects,
               2 + 2 * objects)  # fmt: skip
    return module(
        tiles(shim=SHIM, mem=MEM)
        + endpoint("mem", "m", memory, objects)
        + flow("shim", 0, "mem", 0) + flow("mem", 0, "shim", 0)
        + allocation("in", "MM2S", 0) + allocation("out", "S2MM", 0)
        + "aie.memtile_dma(%mem) {\n" + (starts or into + out) + "aie.end }\n"
        + sequence(arguments or {"a": "memref<64xi32>", "b": "memref<64xi32>"}, body)
    )  # fmt: skip


def runtime_parameter() -> str:
    """A core that waits at a barrier, reads a parameter and sends it back 8 times."""
    kind = "memref<8xi32>"
    body = (
        acquire("ready", how="Acquire")
        + "%v = memref.load %rtp[%c1] : memref<4xi32>\n"
        + release("ready") + acquire("yp")
        + "%c8 = arith.constant 8 : index\n"
        + "scf.for %j = %c0 to %c8 step %c1 {\n"
        + "%w = arith.index_cast %j : index to i32\n%s = arith.muli %v, %w : i32\n"
        + f"memref.store %s, %y0[%j] : {kind}\n}}\n" + release("yc")
    )  # fmt: skip
    return module(
        tiles(shim=SHIM, tile=TILE)
        + '%rtp = aie.buffer(%tile) {sym_name = "rtp"} : memref<4xi32>\n'
        + '%ready = aie.lock(%tile, 15) {init = 0 : i32, sym_name = "ready"}\n'
        + endpoint("tile", "y", kind, 1)
        + flow("tile", 0, "shim", 0) + allocation("out", "S2MM", 0)
        + core("tile", body)
        + "aie.mem(%tile) {\n"
        + ring("MM2S, 0", ["y0"], "yc", "yp", kind, "offset = 0 len = 8", 1, 2)
        + "aie.end }\n"
        + sequence(
            {"b": kind, "n": "i32"},
            "aiex.npu.rtp_write(@rtp, 1, %n) : i32\naiex.set_lock(%ready, 1)\n"
            + memcpy("b", "out", (1, 1, 1, 8), token=True, kind=kind) + wait("out"),
        )
    )  # fmt: skip


def linked_fifos() -> str:
    """Two ObjectFifos in through a mem tile to a core that goes through a window, and back out."""
    whole, part = "memref<16xi32>", "memref<8xi32>"
    fifo, view = "!aie.objectfifo", "!aie.objectfifosubview"
    body = (
        f"%x = aie.objectfifo.acquire @x(Consume, 2) : {view}<{part}>\n"
        f"%x0 = aie.objectfifo.subview.access %x[0] : {view}<{part}> -> {part}\n"
        f"%x1 = aie.objectfifo.subview.access %x[1] : {view}<{part}> -> {part}\n"
        f"%y = aie.objectfifo.acquire @y(Produce, 1) : {view}<{part}>\n"
        f"%y0 = aie.objectfifo.subview.access %y[0] : {view}<{part}> -> {part}\n"
        "%c8 = arith.constant 8 : index\nscf.for %j = %c0 to %c8 step %c1 {\n"
        f"%a = memref.load %x0[%j] : {part}\n%b = memref.load %x1[%j] : {part}\n"
        f"%s = arith.addi %a, %b : i32\nmemref.store %s, %y0[%j] : {part}\n}}\n"
        "aie.objectfifo.release @x(Consume, 1)\naie.objectfifo.release @y(Produce, 1)\n"
    )
    return module(
        tiles(shim=SHIM, mem=MEM, tile=TILE)
        + f"aie.objectfifo @in(%shim, {{%mem}}, 2 : i32) : {fifo}<{whole}>\n"
        + "aie.objectfifo @x(%mem dimensionsToStream [<size = 2, stride = 4>, <size = 4, "
        + f"stride = 1>], {{%tile}}, [2, 3]) : {fifo}<{part}>\n"
        + "aie.objectfifo.link [@in] -> [@x] ([] [])\n"
        + "aie.objectfifo @y(%tile, {%mem}, 2 : i32) {repeat_count = 2 : i32} "
        + f": {fifo}<{part}>\naie.objectfifo @out(%mem, {{%shim}}, 2 : i32) : {fifo}<{part}>\n"
        + "aie.objectfifo.link [@y] -> [@out] ([] [])\n"
        + core("tile", body)
        + sequence(
            {"a": "memref<64xi32>", "b": "memref<64xi32>"},
            memcpy("a", "in", (1, 1, 1, 64))
            + memcpy("b", "out", (1, 1, 1, 48), bd_id=1, token=True)
            + wait("out"),
        )
    )  # fmt: skip


def tasks_and_packets() -> str:
    """A loop over tasks that send packets through a mem tile, which returns them as they come."""
    kind = "memref<64xi32>"
    send = (
        "%send = aiex.dma_configure_task_for @in {\n"
        f"aie.dma_bd(%a : {kind} offset = 0 len = 16 sizes = [2, 8] strides = [32, 1]) "
        "{packet = #aie.packet_info<pkt_type = 0, pkt_id = 3>}\naie.end\n}\n"
        "aiex.dma_start_task(%send)\n"
    )
    take = (
        f"%take = aiex.dma_configure_task_for @out {{\naie.dma_bd(%b : {kind} offset = 0 len = 16)"
        "\naie.end\n} {issue_token = true}\n"
        "aiex.dma_start_task(%take)\naiex.dma_await_task(%take)\naiex.dma_free_task(%send)\n"
    )
    memory = "memref<16xi32>"
    return module(
        tiles(shim=SHIM, mem=MEM)
        + endpoint("mem", "m", memory, 2)
        + "aie.packet_flow(3) {\naie.packet_source<%shim, DMA : 0>\n"
        + "aie.packet_dest<%mem, DMA : 0>\n}\n"
        + flow("mem", 0, "shim", 0)
        + allocation("in", "MM2S", 0) + allocation("out", "S2MM", 0)
        + "aie.memtile_dma(%mem) {\n"
        + ring("S2MM, 0", ["m0", "m1"], "mp", "mc", memory, "offset = 0 len = 16", 1, 3)
        + ring("MM2S, 0", ["m0", "m1"], "mc", "mp", memory, "offset = 0 len = 16", 4, 6)
        + "aie.end }\n"
        + sequence(
            {"a": kind, "b": kind},
            "%c0 = arith.constant 0 : index\n%c1 = arith.constant 1 : index\n"
            "%c3 = arith.constant 3 : index\nscf.for %i = %c0 to %c3 step %c1 {\n"
            f"{send}{take}}}\naiex.npu.write32 {{address = 1024 : ui32, column = 0 : i32, "
            "row = 1 : i32, value = 7 : ui32}\n",
        )
    )  # fmt: skip
