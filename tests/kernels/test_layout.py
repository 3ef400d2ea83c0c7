"""Layouts, element by element against their definitions, with sizes that need padding."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest
import torch

from aiec.ir.design import GemmPlan, GemmShape, GemmTiling
from aiec.ir.graph import Gemm
from aiec.ir.target import NPU1, NPU2
from aiec.kernels import layout

BF16 = ml_dtypes.bfloat16


def plan_of(name: str, gemm: Gemm) -> tuple[GemmPlan, GemmShape]:
    """A plan with small tiles on the whole array of a target, and the padded shape of `gemm`."""
    target, tiling = {
        "npu1": (NPU1, GemmTiling(16, 16, 16, 4, 8, 4, 32)),
        "npu2": (NPU2, GemmTiling(16, 32, 16, 4, 8, 8, 32)),
    }[name]
    plan = GemmPlan(target, tiling, target.columns, target.core_rows, (), "test")
    shape = GemmShape(
        gemm, up(gemm.m, plan.block_m), up(gemm.k, 2 * tiling.k), up(gemm.n, plan.block_n)
    )
    return plan, shape


def up(size: int, multiple: int) -> int:
    """`size` rounded up."""
    return -(-size // multiple) * multiple


def bf16(values: np.ndarray) -> np.ndarray:
    """Rounded to nearest even."""
    return values.astype(BF16)


@pytest.mark.parametrize("name", ["npu1", "npu2"])
@pytest.mark.parametrize("with_bias", [True, False])
def test_pack_weight_puts_every_element_where_the_definition_says(
    name: str, with_bias: bool
) -> None:
    gemm = Gemm(5, 70, 150)  # neither k nor n is a multiple of anything
    plan, shape = plan_of(name, gemm)
    t = plan.tiling
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((gemm.n, gemm.k)).astype(np.float32)
    bias = rng.standard_normal(gemm.n).astype(np.float32)
    buffer = layout.pack_weight(weight, bias if with_bias else None, plan, shape)
    assert buffer.nbytes == layout.weight_nbytes(plan, shape)

    objects = buffer.reshape(plan.columns, shape.np // plan.block_n, shape.kp // t.k, t.w_bytes)
    for column in range(shape.np):
        j, rest = divmod(column, plan.block_n)
        c, in_tile = divmod(rest, t.n)
        nb, ti = divmod(in_tile, t.t)
        for row in range(shape.kp):
            i, in_k = divmod(row, t.k)
            kb, si = divmod(in_k, t.s)
            at = 2 * (((kb * (t.n // t.t) + nb) * t.s + si) * t.t + ti)
            got = objects[c, j, i, at : at + 2].view(BF16)[0]
            inside = column < gemm.n and row < gemm.k
            assert got == (weight[column, row].astype(BF16) if inside else 0), (column, row)
        at = 2 * t.k * t.n + 4 * in_tile
        tails = [o[at : at + 4].view(np.float32)[0] for o in objects[c, j]]
        expected = bias[column] if with_bias and column < gemm.n else 0
        assert tails == [expected] * len(tails)


def test_pack_weight_worked_example() -> None:
    """The example in the docstring of pack_weight."""
    tiling = GemmTiling(16, 16, 16, 4, 8, 4, 16)
    plan = GemmPlan(NPU1, tiling, 4, 4, (), "test")
    shape = GemmShape(Gemm(16, 32, 128), 64, 32, 128)
    weight = np.zeros((128, 32), np.float32)
    weight[70, 21] = 7.0
    objects = layout.pack_weight(weight, None, plan, shape).reshape(4, 2, 2, tiling.w_bytes)
    example = objects[0, 1, 1, : 2 * 16 * 16].view(BF16).reshape(2, 4, 8, 4)
    assert example[0, 1, 5, 2] == 7.0
    assert np.count_nonzero(objects.view(np.uint16)) == 1


@pytest.mark.parametrize("name", ["npu1", "npu2"])
def test_pack_residual_puts_every_element_where_the_definition_says(name: str) -> None:
    gemm = Gemm(150, 64, 300, residual=True)
    plan, shape = plan_of(name, gemm)
    t = plan.tiling
    residual = np.random.default_rng(1).standard_normal((gemm.m, gemm.n)).astype(np.float32)
    buffer = np.full(layout.residual_nbytes(plan, shape), 0xCD, np.uint8)
    layout.pack_residual(residual, plan, shape, buffer)
    steps, blocks = shape.mp // plan.block_m, shape.np // plan.block_n
    objects = buffer.reshape(plan.columns, steps, blocks, plan.rows, t.w_bytes)
    for row in range(0, shape.mp, 3):
        i, rest = divmod(row, plan.block_m)
        core_row, in_m = divmod(rest, t.m)
        mb, ri = divmod(in_m, t.r)
        for column in range(0, shape.np, 5):
            j, in_block = divmod(column, plan.block_n)
            c, in_n = divmod(in_block, t.n)
            nb, ti = divmod(in_n, t.t)
            at = 2 * (((mb * (t.n // t.t) + nb) * t.r + ri) * t.t + ti)
            got = objects[c, i, j, core_row, at : at + 2].view(BF16)[0]
            inside = row < gemm.m and column < gemm.n
            assert got == (residual[row, column].astype(BF16) if inside else 0), (row, column)


@pytest.mark.parametrize("as_torch", [True, False])
def test_pack_x_pads_with_zeros_whatever_was_there(as_torch: bool) -> None:
    gemm = Gemm(1500, 70, 64)
    _, shape = plan_of("npu1", gemm)
    assert (shape.mp, shape.kp) == (1536, 96)
    x = np.random.default_rng(2).standard_normal((gemm.m, gemm.k)).astype(np.float32)
    buffer = np.full(layout.x_nbytes(shape), 0xCD, np.uint8)
    layout.pack_x(torch.from_numpy(x) if as_torch else x, shape, buffer)
    packed = buffer.view(BF16).reshape(shape.mp, shape.kp)
    np.testing.assert_array_equal(packed[: gemm.m, : gemm.k], bf16(x))
    assert not packed[gemm.m :].any()
    assert not packed[:, gemm.k :].any()


def test_unpack_out_cuts_the_padding_and_copies() -> None:
    gemm = Gemm(1500, 64, 100)
    _, shape = plan_of("npu2", gemm)
    values = bf16(np.random.default_rng(3).standard_normal((shape.mp, shape.np)))
    buffer = values.reshape(-1).view(np.uint8).copy()
    assert buffer.nbytes == layout.out_nbytes(shape)
    out = layout.unpack_out(buffer, shape)
    buffer[:] = 0
    assert out.dtype == torch.float32
    np.testing.assert_array_equal(out.numpy(), values[: gemm.m, : gemm.n].astype(np.float32))


def test_packing_rounds_to_nearest_even_and_takes_any_strides() -> None:
    plan, shape = plan_of("npu1", Gemm(4, 2, 3))
    halfway = torch.tensor([[1 + 2**-8, 1 + 3 * 2**-8, 1.0], [2.0, 3.0, 4.0]]).T  # (3, 2) view
    buffer = layout.pack_weight(halfway.requires_grad_(), None, plan, shape).view(BF16)
    assert {float(v) for v in buffer if v} == {1.0, 1 + 2**-6, 2.0, 3.0, 4.0}
