"""Vectors in cores: loads and stores, lanes, shapes, reductions, contractions."""

import designs
import ml_dtypes
import numpy as np
import pytest

from aiec.codegen.dialects import parse, print_module
from aiec.ir.errors import DesignError, SimulationError
from aiec.runtime.sim import simulate

KIND = "memref<4x16xi32>"
INPUT = (np.arange(64, dtype=np.int32) * 7 - 100).reshape(4, 16)
V = "vector<16xi32>"
LOADS = (
    f"%a = vector.load %x0[%c0, %c0] : {KIND}, {V}\n%b = vector.load %x0[%c1, %c0] : {KIND}, {V}\n"
)


def text_of(body):
    """A core that runs `body` once on a 4x16 input %x0 and a 4x16 output %y0."""
    body = designs.acquire("xc") + designs.acquire("yp") + body
    body += designs.release("xp") + designs.release("yc")
    return designs.module(
        designs.tiles(shim=(0, 0), tile=(0, 2)) + designs.endpoint("tile", "x", KIND, 1)
        + designs.endpoint("tile", "y", KIND, 1) + designs.flow("shim", 0, "tile", 0)
        + designs.flow("tile", 0, "shim", 0) + designs.allocation("in", "MM2S", 0)
        + designs.allocation("out", "S2MM", 0) + designs.core("tile", body)
        + "aie.mem(%tile) {\n" + designs.ring("S2MM, 0", ["x0"], "xp", "xc", KIND, "len = 64", 1, 2)
        + designs.ring("MM2S, 0", ["y0"], "yc", "yp", KIND, "len = 64", 3, 4) + "aie.end }\n"
        + designs.sequence(
            {"a": KIND, "b": KIND},
            designs.memcpy("a", "in", (1, 1, 4, 16), (0, 0, 16, 1), kind=KIND)
            + designs.memcpy("b", "out", (1, 1, 4, 16), (0, 0, 16, 1), bd_id=1, kind=KIND)
            + designs.wait("out"),
        )
    )  # fmt: skip


def run(body):
    out = np.full((4, 16), -1, np.int32)
    text = text_of(body)
    parse(print_module(parse(text), "E2"))  # what is printed is read
    simulate(text, [INPUT.copy(), out])
    return out


def stored(value, kind=V):
    return f"vector.store %{value}, %y0[%c0, %c0] : {KIND}, {kind}\n"


A, B = INPUT[0], INPUT[1]
U = A.view(np.uint32)
LANES = {
    "arith.addi": A + B,
    "arith.divsi": np.trunc(A / B),
    "arith.remsi": np.fmod(A, B),
    "arith.divui": (U // B.view(np.uint32)).view(np.int32),
    "arith.remui": (U % B.view(np.uint32)).view(np.int32),
    "arith.maxui": np.maximum(U, B.view(np.uint32)).view(np.int32),
    "arith.minsi": np.minimum(A, B),
    "arith.xori": A ^ B,
}


@pytest.mark.parametrize("op", LANES)
def test_integer_lanes(op):
    out = run(LOADS + f"%c = {op} %a, %b : {V}\n" + stored("c"))
    assert np.array_equal(out[0], LANES[op].astype(np.int32))
    assert (out[1:] == -1).sum() in (0, 48)


def test_comparisons_and_selection():
    body = LOADS + (
        f"%z = arith.constant dense<0> : {V}\n%m = arith.cmpi slt, %a, %z : {V}\n"
        f"%u = arith.cmpi ult, %a, %z : {V}\n%n = arith.ori %m, %u : vector<16xi1>\n"
        f"%c = arith.select %n, %b, %a : vector<16xi1>, {V}\n"
    )
    assert np.array_equal(run(body + stored("c"))[0], np.where(A < 0, B, A))


def test_floats_and_functions():
    body = LOADS + (
        f"%f = arith.sitofp %a : {V} to vector<16xf32>\n"
        "%h = arith.constant dense<0.5> : vector<16xf32>\n"
        "%m = arith.cmpf ogt, %f, %h : vector<16xf32>\n"
        "%s = math.absf %f : vector<16xf32>\n"
        "%g = vector.fma %s, %h, %f : vector<16xf32>\n"
        "%q = arith.divf %g, %h : vector<16xf32>\n"
        "%w = arith.select %m, %q, %f : vector<16xi1>, vector<16xf32>\n"
        f"%c = arith.fptosi %w : vector<16xf32> to {V}\n"
    )
    expected = np.where(A > 0.5, (np.abs(A) * 0.5 + A) / 0.5, A)
    assert np.array_equal(run(body + stored("c"))[0], expected.astype(np.int32))


def test_shapes_slices_and_shuffles():
    body = LOADS + (
        "%s = vector.shape_cast %a : vector<16xi32> to vector<4x4xi32>\n"
        "%t = vector.transpose %s, [1, 0] : vector<4x4xi32> to vector<4x4xi32>\n"
        "%r = vector.extract %t[2] : vector<4xi32> from vector<4x4xi32>\n"
        "%ii = vector.insert %r, %t[0] : vector<4xi32> into vector<4x4xi32>\n"
        "%f = vector.shape_cast %ii : vector<4x4xi32> to vector<16xi32>\n"
        "%e = vector.extract_strided_slice %b {offsets = [3], sizes = [4], strides = [1]} "
        ": vector<16xi32> to vector<4xi32>\n"
        "%g = vector.insert_strided_slice %e, %f {offsets = [8], strides = [1]} "
        ": vector<4xi32> into vector<16xi32>\n"
        "%j = vector.extract %g[5] : i32 from vector<16xi32>\n"
        "%k = vector.insert %j, %g[15] : i32 into vector<16xi32>\n"
    )
    expected = A.reshape(4, 4).T.copy()
    expected[0] = expected[2]
    expected = expected.reshape(-1)
    expected[8:12] = B[3:7]
    expected[15] = expected[5]
    assert np.array_equal(run(body + stored("k"))[0], expected)


def test_splats_reductions_and_scalars():
    body = LOADS + (
        "%t = vector.reduction <add>, %a : vector<16xi32> into i32\n"
        "%u = vector.reduction <maxsi>, %b, %t : vector<16xi32> into i32\n"
        "%s = vector.splat %t : vector<16xi32>\n"
        "%v = vector.broadcast %u : i32 to vector<16xi32>\n"
        "%c = arith.addi %s, %v : vector<16xi32>\n"
    )
    total = int(A.sum())
    assert run(body + stored("c"))[0].tolist() == [total + max(total, int(B.max()))] * 16


def test_transfers_beyond_the_edge_pad_and_are_cut():
    body = (
        "%k9 = arith.constant 9 : i32\n%k12 = arith.constant 12 : index\n"
        f"%r = vector.transfer_read %x0[%c1, %k12], %k9 : {KIND}, vector<2x8xi32>\n"
        f"vector.transfer_write %r, %y0[%c0, %k12] : vector<2x8xi32>, {KIND}\n"
        f"%q = vector.transfer_read %x0[%c0, %c0], %k9 {{permutation_map = "
        f"affine_map<(d0, d1) -> (d0)>}} : {KIND}, vector<4xi32>\n"
        f"vector.transfer_write %q, %y0[%c0, %c0] : vector<4xi32>, {KIND}\n"
    )
    out = run(body)
    expected = np.full((4, 16), -1, np.int32)
    expected[:2, 12:] = INPUT[1:3, 12:]
    expected[0, :4] = INPUT[:, 0]
    assert np.array_equal(out[0, :4], expected[0, :4])
    assert np.array_equal(out[:2, 12:], expected[:2, 12:])


def test_masks():
    body = LOADS + (
        "%k5 = arith.constant 5 : index\n%m = vector.create_mask %k5 : vector<16xi1>\n"
        f"%l = vector.maskedload %x0[%c1, %c0], %m, %a : {KIND}, vector<16xi1>, {V} into {V}\n"
        f"vector.store %a, %y0[%c0, %c0] : {KIND}, {V}\n"
        f"vector.maskedstore %y0[%c0, %c0], %m, %l : {KIND}, vector<16xi1>, {V}\n"
    )
    assert np.array_equal(run(body)[0], np.r_[B[:5], A[5:]])


def test_a_contraction_is_a_matmul():
    maps = (
        "affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>, "
        "affine_map<(d0, d1, d2) -> (d0, d1)>"
    )
    body = LOADS + (
        "%l = vector.shape_cast %a : vector<16xi32> to vector<4x4xi32>\n"
        "%r = vector.shape_cast %b : vector<16xi32> to vector<4x4xi32>\n"
        "%z = arith.constant dense<3> : vector<4x4xi32>\n"
        f"%p = vector.contract {{indexing_maps = [{maps}], iterator_types = "
        '["parallel", "parallel", "reduction"], kind = #vector.kind<add>} %l, %r, %z '
        ": vector<4x4xi32>, vector<4x4xi32> into vector<4x4xi32>\n"
        "%f = vector.shape_cast %p : vector<4x4xi32> to vector<16xi32>\n"
    )
    expected = A.reshape(4, 4) @ B.reshape(4, 4) + 3
    assert np.array_equal(run(body + stored("f"))[0], expected.reshape(-1))
    with pytest.raises(DesignError, match=r"vector\.contract of kind mul is not supported"):
        run(body.replace("kind<add>", "kind<mul>"))


def test_bf16_products_are_rounded_once():
    body = LOADS + (
        "%f = arith.sitofp %a : vector<16xi32> to vector<16xbf16>\n"
        "%g = vector.fma %f, %f, %f : vector<16xbf16>\n"
        "%h = arith.extf %g : vector<16xbf16> to vector<16xf32>\n"
        f"%c = arith.fptosi %h : vector<16xf32> to {V}\n"
    )
    f = A.astype(ml_dtypes.bfloat16).astype(np.float64)
    expected = (f * f + f).astype(ml_dtypes.bfloat16).astype(np.int32)
    assert np.array_equal(run(body + stored("c"))[0], expected)


def test_a_load_that_leaves_its_memory_is_refused():
    body = f"%k4 = arith.constant 4 : index\n%a = vector.load %x0[%c0, %k4] : {KIND}, {V}\n"
    with pytest.raises(SimulationError, match=r"a vector of \(16,\) at \(0, 4\) leaves its memory"):
        run(body)
