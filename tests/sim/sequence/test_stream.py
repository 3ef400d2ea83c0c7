"""Streams of instructions against the text that they were assembled from: the same arrays."""

from __future__ import annotations

from random import Random

import designs
import numpy as np
import pytest

from aiec.cli import run as run_command
from aiec.codegen.dialects import parse
from aiec.codegen.instructions import assemble
from aiec.ir.errors import DesignError, SimulationError
from aiec.ir.transaction import LoadPdi, Transaction, Write, decode
from aiec.runtime.sim import Simulator

KERNELS = {
    "add_one": lambda x, y, n: np.add(x[:n], 1, out=y[:n]),
    "twice": lambda x, y: np.multiply(x, 2, out=y),
}
RELAYED = designs.memcpy("b", "out", (1, 1, 1, 64), bd_id=1, token=True) + designs.wait("out")


def assembled(text: str) -> Transaction:
    """The stream of the only sequence, after the way of bytes."""
    (one,) = assemble(parse(text), "E2")
    return decode(one.transaction.encode())


def results(text: str, arrays: tuple[np.ndarray, ...], streamed: bool) -> list[np.ndarray]:
    """What the arrays hold after two runs of the text's sequence or of its stream."""
    copies = [array.copy() for array in arrays]
    simulator = Simulator(text, kernels=KERNELS, epoch="E2" if streamed else None)
    for _ in range(2):
        simulator.run(copies, stream=assembled(text) if streamed else None)
    return copies


def same(text: str, *arrays: np.ndarray) -> None:
    for made, wanted in zip(results(text, arrays, True), results(text, arrays, False), strict=True):
        assert np.array_equal(made, wanted)


def counted(n: int) -> np.ndarray:
    return np.arange(n, dtype=np.int32)


def blank(n: int) -> np.ndarray:
    return np.full(n, -1, np.int32)


def test_a_relay_of_a_kernel():
    same(designs.add_one_relay(), counted(64), blank(64))


def pattern(random: Random) -> str:
    """A transfer of 64 elements out of 4096, in one to four dimensions."""
    sizes = random.choice(((1, 1, 1, 64), (1, 4, 4, 4), (4, 1, 2, 8), (2, 2, 2, 8), (1, 1, 8, 8)))
    outer, middle, row = (random.randrange(1, 60) for _ in range(3))
    if sizes[0] > 1 and random.random() < 0.3:
        outer = 0
    return designs.memcpy("a", "in", sizes, (outer, middle, row, random.choice((1, 3))))


@pytest.mark.parametrize("seed", range(12))
def test_random_transfers(seed):
    text = designs.relay(pattern(Random(seed)) + RELAYED, objects=2)
    same(text, counted(4096), blank(64))


@pytest.mark.parametrize("seed", range(6))
def test_random_tasks_of_a_shim(seed):
    random, chains = Random(seed), ""
    for number in range(3):
        n = random.choice((8, 16))
        inner = random.choice((2, 4, 8))
        stride, offset = inner + random.randrange(5), random.randrange(100)
        chains += f"""
      %t{number} = aiex.dma_configure_task_for @in {{
        aie.dma_bd(%a : memref<64xi32> offset = {offset} len = {n}
          sizes = [1, {n // inner}, {inner}] strides = [0, {stride}, 1])
        aie.next_bd ^more
      ^more:
        aie.dma_bd(%a : memref<64xi32> offset = {random.randrange(9)} len = {32 - n})
        aie.end
      }} {{issue_token = true, repeat_count = 1 : i32}}
      aiex.dma_start_task(%t{number})
      aiex.dma_await_task(%t{number})
"""
    out = designs.memcpy("b", "out", (1, 1, 1, 192), bd_id=15, token=True) + designs.wait("out")
    # The transfer out is queued before the waits for what comes in.
    start, wait = out.split("\n", 1)
    same(designs.relay(start + chains + wait, objects=2), counted(4096), blank(192))


def test_arrays_may_be_a_stream_of_another_sequence():
    """What the stream says counts, not the text: here it moves other elements."""
    moved = designs.relay(designs.memcpy("a", "in", (1, 1, 1, 64)) + RELAYED, objects=2)
    other = designs.relay(
        designs.memcpy("a", "in", (1, 1, 2, 32), (0, 0, 100, 1)) + RELAYED, objects=2
    )
    out = blank(64)
    Simulator(moved, epoch="E2").run([counted(4096), out], stream=assembled(other))
    assert list(out[32:]) == list(range(100, 132))


def test_the_command_runs_a_file(tmp_path, capsys):
    text = designs.relay(pattern(Random(1)) + RELAYED, objects=2)
    design, made = tmp_path / "design.mlir", {}
    design.write_text(text)
    np.save(tmp_path / "a.npy", counted(4096))
    assert run_command(["insts", str(design), "-o", str(tmp_path)]) == 0
    for name, more in (("text", []), ("stream", ["--insts", str(tmp_path / "sequence.insts.bin")])):
        files = ["--in", f"a={tmp_path / 'a.npy'}", "--out", f"b={tmp_path / name}.npy"]
        assert run_command(["sim", str(design), *files, *more]) == 0
        made[name] = np.load(tmp_path / f"{name}.npy")
    assert np.array_equal(made["text"], made["stream"]) and made["text"].any()
    capsys.readouterr()
    for arguments, message in (
        (["--insts", str(tmp_path / "sequence.insts.bin"), "--mlir-aie", "E3"], "--mlir-aie 'E3'"),
        (["--insts", str(design)], "; expected a "),
        (["--insts", str(tmp_path / "none.bin")], "cannot read"),
    ):
        assert run_command(["sim", str(design), *arguments]) == 2
        assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (Transaction(4, 1, 6, 1, ()), "the stream of @sequence is for 1 columns of generation 4; "
         "expected at most 1 columns of generation 3"),
        (Transaction(3, 5, 6, 1, ()), "is for 5 columns of generation 3; expected at most 1"),
        (Transaction(3, 1, 6, 1, (Write(0, 0), LoadPdi(7, 0, 0))),
         "image 7 is loaded, which the stream does not hold; "
         "at the stream of @sequence, operation 1"),
    ],
)  # fmt: skip
def test_refusals(stream, message):
    text = designs.add_one_relay().replace("npu2", "npu1")
    simulator = Simulator(text, kernels=KERNELS, epoch="E2")
    with pytest.raises((SimulationError, DesignError), match=message):
        simulator.run([counted(64), blank(64)], stream=stream)


def test_masked_words_and_arguments_after_the_fifth():
    arguments = ", ".join(f"%a{i}: memref<8xi32>" for i in range(6))
    text = f"""
module {{
  aie.device(npu2) {{
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %kept = aie.buffer(%mem) {{sym_name = "kept", address = 64 : i32}} : memref<8xi32>
    %into = aie.buffer(%mem) {{sym_name = "into", address = 128 : i32}} : memref<8xi32>
    aie.flow(%shim, DMA : 0, %mem, DMA : 0)
    aie.shim_dma_allocation @in(%shim, MM2S, 0)
    %dma = aie.memtile_dma(%mem) {{
      %0 = aie.dma_start(S2MM, 0, ^bd, ^end)
    ^bd:
      aie.dma_bd(%into : memref<8xi32> offset = 0 len = 8)
      aie.next_bd ^bd
    ^end:
      aie.end
    }}
    aie.runtime_sequence({arguments}) {{
      %c64 = arith.constant 1048640 : i32
      %ones = arith.constant -1 : i32
      %two = arith.constant 515 : i32
      %mask = arith.constant 255 : i32
      aiex.npu.write32(%c64, %ones) : i32, i32
      aiex.npu.maskwrite32(%c64, %two, %mask) : i32, i32, i32
      aiex.npu.dma_memcpy_nd(%a5[0, 0, 0, 0][1, 1, 1, 8][0, 0, 0, 1])
        {{metadata = @in, id = 0 : i64, issue_token = true}} : memref<8xi32>
      aiex.npu.dma_wait {{symbol = @in}}
    }}
  }}
}}"""
    simulator = Simulator(text, epoch="E2")
    simulator.run([np.full(8, i, np.int32) for i in range(6)], stream=assembled(text))
    assert int(simulator.buffer("kept").view(np.uint32)[0]) == 0xFFFFFF03
    assert (simulator.buffer("into") == 5).all()
