"""Fusion of small modules, as text, one line an op: change a pattern and see what changes."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from small_models import Mlp, Stem
from torch import Tensor, nn

from aiec.capture import Capture, capture_shapes
from aiec.fuse import fuse
from aiec.ir.graph import MixedGraph, OpKind, Role


def graph_of(model: Callable[..., Any], *shapes: tuple[int, ...]) -> MixedGraph:
    return fuse(captured(model, *shapes))


def captured(model: Callable[..., Any], *shapes: tuple[int, ...]) -> Capture:
    return capture_shapes(lambda: (model, tuple(torch.randn(s) for s in shapes)), "small")


def text_of(graph: MixedGraph) -> list[str]:
    """`name kind label: inputs -> outputs [nodes]`, with weights as `*`."""
    weights = {v.name for v in graph.values if v.role is Role.WEIGHT}
    lines = []
    for op in graph.ops:
        read = " ".join("*" if name in weights else name for name in op.inputs)
        label = f" {op.gemm.label}" if op.gemm else ""
        made = " ".join(op.outputs)
        lines.append(f"{op.name} {op.kind}{label}: {read} -> {made} [{' '.join(op.nodes)}]")
    return lines


def test_mlp() -> None:
    graph = graph_of(Mlp().eval(), (2, 3, 16))
    x = graph.ops[0].inputs[0]
    assert text_of(graph) == [
        f"native_layer_norm layer_norm: {x} * * -> getitem [native_layer_norm getitem]",
        "addmm linear gemm_6x16x32_bias_gelu: getitem * * -> gelu [view t addmm view_1 gelu]",
        f"addmm_1 linear gemm_6x32x16_bias_res: gelu * * {x} -> add "
        "[view_2 t_1 addmm_1 view_3 add]",
    ]
    assert [op.module for op in graph.ops] == ["norm", "up", "down"]
    assert graph.ops[1].operands is not None
    assert graph.ops[2].operands is not None
    assert graph.ops[2].operands.residual == x
    assert graph.value("gelu").shape == (2, 3, 32)
    assert graph.outputs == ("add",)


def test_stem() -> None:
    graph = graph_of(Stem().eval(), (1, 4, 10))
    assert text_of(graph) == [
        "convolution convolution: arg2_1 * * -> convolution [convolution]",
        "gelu gelu: convolution -> gelu [gelu]",
        "permute view: gelu -> permute [permute]",
        "add elementwise: permute * -> add [add]",
    ]
    assert [op.flop for op in graph.ops] == [2 * 16 * 10 * 4 * 3, 160, 0, 160]


def test_linear_on_a_matrix_has_no_views() -> None:
    assert text_of(graph_of(nn.Linear(4, 8), (3, 4))) == [
        "addmm linear gemm_3x4x8_bias: arg2_1 * * -> addmm [t addmm]"
    ]


def test_linear_without_bias() -> None:
    assert text_of(graph_of(nn.Linear(4, 8, bias=False), (2, 3, 4))) == [
        "mm linear gemm_6x4x8: arg1_1 * -> _unsafe_view [view t mm _unsafe_view]"
    ]


def test_tied_embedding() -> None:
    """The head of a decoder: x @ embedding.T, by transpose."""
    weight = nn.Parameter(torch.randn(8, 4))

    def head(x: Tensor) -> Tensor:
        return x @ weight.transpose(0, 1)

    (op,) = graph_of(head, (2, 3, 4)).ops
    assert op.gemm is not None
    assert op.gemm.label == "gemm_6x4x8"


class Branches(nn.Module):
    """Cases around one linear layer, by name."""

    def __init__(self, case: str) -> None:
        super().__init__()
        self.case = case
        self.one, self.two = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor, y: Tensor) -> Any:
        return getattr(self, self.case)(x, y)

    def gelu_tanh(self, x: Tensor, y: Tensor) -> Any:
        return nn.functional.gelu(self.one(x), approximate="tanh")

    def gelu_of_shared(self, x: Tensor, y: Tensor) -> Any:
        h = self.one(x)
        return nn.functional.gelu(h), h

    def gelu_then_add(self, x: Tensor, y: Tensor) -> Any:
        return nn.functional.gelu(self.one(x)) + y

    def add_broadcast(self, x: Tensor, y: Tensor) -> Any:
        return self.one(x) + y[:1]

    def add_scaled(self, x: Tensor, y: Tensor) -> Any:
        return torch.add(self.one(x), y, alpha=2)

    def add_itself(self, x: Tensor, y: Tensor) -> Any:
        h = self.one(x)
        return h + h

    def add_scalar(self, x: Tensor, y: Tensor) -> Any:
        return self.one(x) + 1.0

    def add_two_layers(self, x: Tensor, y: Tensor) -> Any:
        return self.one(x) + self.two(y)

    def residual_is_the_input(self, x: Tensor, y: Tensor) -> Any:
        return x + self.one(x)

    def shared_view(self, x: Tensor, y: Tensor) -> Any:
        flat = x.view(6, 4)
        return nn.functional.linear(flat, self.one.weight).view(2, 3, 4), flat * 2

    def relu(self, x: Tensor, y: Tensor) -> Any:
        return nn.functional.relu(self.one(x))


LINEAR = "addmm linear gemm_6x4x4_bias: arg2_1 * * -> view_1 [view t addmm view_1]"


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("gelu_tanh", [LINEAR, "gelu gelu: view_1 -> gelu [gelu]"]),
        ("gelu_of_shared", [LINEAR, "gelu gelu: view_1 -> gelu [gelu]"]),
        (
            "gelu_then_add",
            [
                "addmm linear gemm_6x4x4_bias_gelu: arg2_1 * * -> gelu [view t addmm view_1 gelu]",
                "add elementwise: gelu arg3_1 -> add [add]",
            ],
        ),
        ("add_scaled", [LINEAR, "add elementwise: view_1 arg3_1 -> add [add]"]),
        ("add_itself", [LINEAR, "add elementwise: view_1 -> add [add]"]),
        ("add_scalar", [LINEAR, "add elementwise: view_1 -> add [add]"]),
        ("relu", [LINEAR, "relu elementwise: view_1 -> relu [relu]"]),
        (
            "add_two_layers",
            [
                "addmm_1 linear gemm_6x4x4_bias: arg5_1 * * -> view_3 [view_2 t_1 addmm_1 view_3]",
                "addmm linear gemm_6x4x4_bias_res: arg2_1 * * view_3 -> add "
                "[view t addmm view_1 add]",
            ],
        ),
        (
            "residual_is_the_input",
            ["addmm linear gemm_6x4x4_bias_res: arg2_1 * * -> add [view t addmm view_1 add]"],
        ),
        (
            "shared_view",
            [
                "view view: arg0_1 -> view [view]",
                "mm linear gemm_6x4x4: arg0_1 * -> view_1 [view t mm view_1]",
                "mul elementwise: view -> mul [mul]",
            ],
        ),
    ],
)
def test_epilogues(case: str, expected: list[str]) -> None:
    assert text_of(graph_of(Branches(case).eval(), (2, 3, 4), (2, 3, 4))) == expected


def test_broadcast_is_no_residual() -> None:
    graph = graph_of(Branches("add_broadcast").eval(), (2, 3, 4), (2, 3, 4))
    assert [op.kind for op in graph.ops] == [OpKind.LINEAR, OpKind.VIEW, OpKind.ELEMENTWISE]


def test_product_of_activations_is_a_matmul() -> None:
    graph = graph_of(lambda a, b: a @ b.transpose(-1, -2), (5, 2, 4), (5, 3, 4))
    assert [op.kind for op in graph.ops if op.kind is not OpKind.VIEW] == [OpKind.MATMUL]
    assert graph.flop == 2 * 5 * 2 * 3 * 4


def test_double_stays_matmul() -> None:
    dtype = torch.float64
    build = lambda: (nn.Linear(4, 8, dtype=dtype), (torch.randn(3, 4, dtype=dtype),))  # noqa: E731
    graph = fuse(capture_shapes(build, "small"))
    assert [op.kind for op in graph.ops] == [OpKind.VIEW, OpKind.MATMUL]
    assert graph.value("addmm").itemsize == 8


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_fused(dtype: torch.dtype) -> None:
    build = lambda: (nn.Linear(4, 8, dtype=dtype), (torch.randn(3, 4, dtype=dtype),))  # noqa: E731
    graph = fuse(capture_shapes(build, "small"))
    assert [op.kind for op in graph.ops] == [OpKind.LINEAR]
    assert graph.value("addmm").itemsize == 2


def test_weights_that_autocast_casts_are_constant() -> None:
    class Autocast(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(4, 8)

        def forward(self, x: Tensor) -> Tensor:
            with torch.autocast("cpu", torch.bfloat16):
                return self.linear(x)

    graph = graph_of(Autocast(), (3, 4))
    assert [op.kind for op in graph.ops if op.kind is not OpKind.VIEW][-1:] == [OpKind.LINEAR]
    assert graph.value(graph.ops[-1].inputs[1]).dtype == "float32"


def test_a_weight_that_lies_the_other_way() -> None:
    """GPT-2's Conv1D: x @ weight (k, n) + bias."""
    weight, bias = nn.Parameter(torch.randn(4, 8)), nn.Parameter(torch.randn(8))
    graph = fuse(
        capture_shapes(lambda: (lambda x: torch.addmm(bias, x, weight), (torch.randn(3, 4),)), "g")
    )
    (op,) = graph.ops
    assert op.gemm is not None and op.operands is not None
    assert op.gemm.label == "gemm_3x4x8_bias"
    assert op.operands.turned


def test_computed_bias_stays_matmul() -> None:
    def call(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.addmm(bias, x, weight.t())

    build = lambda: (  # noqa: E731
        lambda x, bias: call(x, WEIGHT, bias), (torch.randn(3, 4), torch.randn(8)))  # fmt: skip
    WEIGHT = nn.Parameter(torch.randn(8, 4))  # noqa: N806
    graph = fuse(capture_shapes(build, "small"))
    assert [op.kind for op in graph.ops] == [OpKind.VIEW, OpKind.MATMUL]


@pytest.mark.parametrize(
    ("shape", "symbolic", "rows", "dispatches"),
    [((2, 7, 16), 1, 512, 1), ((3, 300, 16), 0, 300, 3), ((3, 4, 16), 0, 512, 1)],
    ids=["length", "batch of windows", "batch of few rows"],
)
def test_symbolic_sizes(shape: tuple[int, ...], symbolic: int, rows: int, dispatches: int) -> None:
    """So many rows at a time, the flop of all; epilogues are fused as with fixed sizes."""

    def build() -> tuple[nn.Module, tuple[Tensor]]:
        x = torch.randn(shape)
        torch._dynamo.mark_dynamic(x, symbolic)
        return Mlp().eval(), (x,)

    graph = fuse(capture_shapes(build, "small"))
    linears = [op for op in graph.ops if op.gemm]
    assert [op.gemm.label for op in linears if op.gemm] == [
        f"gemm_{rows}x16x32_bias_gelu",
        f"gemm_{rows}x32x16_bias_res",
    ]
    for op in linears:
        assert op.piece is not None and op.piece.batch == dispatches
        assert op.flop == 2 * shape[0] * shape[1] * 16 * 32
        assert graph.value(op.inputs[0]).dynamic
        assert not graph.value(op.inputs[1]).dynamic


def test_attention() -> None:
    def call(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return nn.functional.scaled_dot_product_attention(q, k, v)

    graph = graph_of(call, (1, 2, 5, 8), (1, 2, 7, 8), (1, 2, 7, 8))
    (op,) = graph.ops
    assert op.kind is OpKind.ATTENTION
    assert op.flop == 2 * 2 * 5 * 7 * (8 + 8)


def test_op_with_several_outputs() -> None:
    graph = graph_of(lambda x: torch.cat([p * 2 for p in x.split(2, dim=1)]), (3, 4))
    assert text_of(graph)[0] == "split view: arg0_1 -> getitem getitem_1 [split getitem getitem_1]"


@pytest.mark.parametrize(
    ("call", "shapes", "flop"),
    [
        (
            lambda x, w: nn.functional.conv1d(x, w, groups=2),
            ((1, 4, 9), (6, 2, 3)),
            2 * 6 * 7 * 2 * 3,
        ),
        (
            lambda x, w: nn.functional.conv_transpose1d(x, w),
            ((1, 4, 9), (4, 6, 3)),
            2 * 4 * 9 * 6 * 3,
        ),
        (lambda m, v: torch.mv(m, v), ((5, 3), (3,)), 2 * 5 * 3),
        (lambda a, b: torch.dot(a, b), ((7,), (7,)), 2 * 7),
        (lambda c, a, b: torch.baddbmm(c, a, b), ((2, 3, 5), (2, 3, 4), (2, 4, 5)), 2 * 30 * 4),
        (lambda x: torch.softmax(x, -1), ((3, 4),), 12),
    ],
)
def test_flop(call: Callable[..., Any], shapes: tuple[tuple[int, ...], ...], flop: int) -> None:
    assert graph_of(call, *shapes).flop == flop


def test_user_line() -> None:
    (op,) = graph_of(Branches("relu").eval(), (2, 3, 4), (2, 3, 4)).ops[-1:]
    assert op.where.startswith("test_fuse.py:")
    assert op.where.endswith(" in relu")
