"""Axes followed through views: what comes out is what the same views do to numbered elements."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.fx.experimental.proxy_tensor import make_fx

from aiec.axes import axes, follow, moved_from

SIZES = {"b": 2, "s": 5, "h": 3, "d": 4}


def moves_of(chain: Callable[[Tensor], Tensor], shape: tuple[int, ...]) -> tuple:
    (output,) = (n for n in make_fx(chain)(torch.empty(shape)).graph.nodes if n.op == "output")
    return moved_from(output.args[0])[1]


@pytest.mark.parametrize(
    ("chain", "after"),
    [
        (lambda x: x.view(2, 5, 3, 4), "b s h d"),
        (lambda x: x.view(2, 5, 3, 4).transpose(1, 2), "b h s d"),
        (lambda x: x.view(2, 5, 3, 4).permute(0, 2, -3, 3), "b h s d"),
        (lambda x: x.view(10, 12), "bs hd"),
        (lambda x: x.view(2, 15, 4), "b sh d"),
        (lambda x: x.view(2, 5, 3, 4).transpose(1, 2).contiguous().view(6, 5, 4), "bh s d"),
        (lambda x: x.view(2, 1, 5, 12), "b  s hd"),
        (lambda x: x.view(2, 10, 6), None),
        (lambda x: x.view(4, 30), None),
    ],
)
def test_follow(chain: Callable[[Tensor], Tensor], after: str | None) -> None:
    found = follow(moves_of(chain, (2, 5, 12)), axes("b s hd", SIZES), SIZES)
    if after is None:
        assert found is None
        return
    words = after.split(" ")
    assert found == tuple(tuple(word) for word in words)


def test_axes_of_size_one_stand_anywhere() -> None:
    sizes = {**SIZES, "h": 1}
    moves = moves_of(lambda x: x.view(2, 1, 5, 4).transpose(1, 2), (2, 5, 4))
    assert follow(moves, axes("b s hd", sizes), sizes) == axes("b s h d", sizes)


def test_moved_from_stops_at_a_shape() -> None:
    graph = make_fx(lambda x: x.view(5, 8).t().transpose(0, 1).clone())(torch.empty(2, 20)).graph
    (output,) = (n for n in graph.nodes if n.op == "output")
    whole, moves = moved_from(output.args[0])
    assert [m.target for m in moves][-2:] == [
        torch.ops.aten.transpose.int,
        torch.ops.aten.clone.default,
    ]
    near, fewer = moved_from(output.args[0], (8, 5))
    assert (near, fewer) == (moves[0].args[0], moves) or len(fewer) < len(moves)
    assert whole.target is torch.ops.aten.t.default
