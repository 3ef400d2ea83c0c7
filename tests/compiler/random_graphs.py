"""Random modules for the backend's tests: a recipe of steps that hypothesis draws and shrinks.

A recipe is plain data, so a failure prints as what it takes to build the module again:
`Recipe(...).module()`. Every step reads values made before and appends one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

SIZES = (1, 2, 3, 5, 8, 17, 31, 32, 64, 65)  # around the tiles' edges: 8, 32 and 64
DTYPES = (torch.float32, torch.float16, torch.bfloat16)

POINTWISE: dict[str, Callable[[Tensor], Tensor]] = {
    "gelu": functional.gelu,
    "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "relu": functional.relu,
    "silu": functional.silu,
    "tanh": torch.tanh,
    "softmax": lambda x: x.softmax(-1),
    "half": lambda x: x * 0.5,
    "clone": lambda x: x.clone(),
    "detach": lambda x: x.detach(),
    "dropout": lambda x: functional.dropout(x, 0.1, training=False),
}
BINARY: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": lambda x, y: x * torch.tanh(y),
    "cat": lambda x, y: torch.cat([x, y], -1),
    "cat_rows": lambda x, y: torch.cat([x, y], 1),
    "stack_sum": lambda x, y: torch.stack([x, y], 1).sum(1),
}
LAYERS = ("linear", "residual", "norm")
# The first dimension is the batch, and is left alone: the same module is called with others.
VIEWS: dict[str, Callable[[Tensor], Tensor]] = {
    "transposed": lambda x: x.transpose(1, 2),
    "contiguous": lambda x: x.transpose(1, 2).contiguous(),
    "halves": lambda x: x.chunk(2, -1)[0],
    "odd_columns": lambda x: x[..., 1::2],
    "last_row": lambda x: x[:, -1:],
    "later_rows": lambda x: x[:, 1:],
    "there_and_back": lambda x: x.reshape(x.shape[0], -1).view(x.shape),
    "in_two": lambda x: x.unflatten(-1, (2, -1)).transpose(1, 2).flatten(2),
    "repeated": lambda x: x.repeat(1, 2, 1),
    "expanded": lambda x: x[:, :1].expand(-1, 3, -1),
    "flipped": lambda x: x.flip(1),
}


@dataclass(frozen=True)
class Step:
    """One operation on the values of these numbers; `size` is a linear layer's width."""

    op: str
    reads: tuple[int, ...]
    size: int = 0
    bias: bool = False


@dataclass(frozen=True)
class Recipe:
    """A module of inputs (batch, length, width), its steps, and the values that it returns."""

    length: int
    width: int
    steps: tuple[Step, ...]
    returns: tuple[int, ...]
    dtype: torch.dtype
    batches: tuple[int, ...]

    def module(self) -> nn.Module:
        """The module, with the same weights every time."""
        torch.manual_seed(len(self.steps))
        return RandomModule(self).eval().to(self.dtype)

    def inputs(self, batch: int) -> Tensor:
        """An input of so many windows."""
        generator = torch.Generator().manual_seed(batch)
        return torch.randn(batch, self.length, self.width, generator=generator).to(self.dtype)


class RandomModule(nn.Module):
    """What a recipe says."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.recipe = recipe
        self.layers = nn.ModuleDict()
        values = [torch.zeros(2, recipe.length, recipe.width)]
        for number, step in enumerate(recipe.steps):
            width = values[step.reads[0]].shape[-1]
            if step.op == "norm":
                self.layers[str(number)] = nn.LayerNorm(width)
            elif step.op in LAYERS:
                self.layers[str(number)] = nn.Linear(width, step.size or width, bias=step.bias)
            values.append(self._run(number, step, values))

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        values = [x]
        for number, step in enumerate(self.recipe.steps):
            values.append(self._run(number, step, values))
        return tuple(values[i] for i in self.recipe.returns)

    def _run(self, number: int, step: Step, values: list[Tensor]) -> Tensor:
        read = [values[i] for i in step.reads]
        if step.op in LAYERS:
            out = self.layers[str(number)](*read)
            return read[0] + out if step.op == "residual" else out
        return apply(step, read)


def apply(step: Step, read: list[Tensor]) -> Tensor:
    """What a step without weights makes of the values that it reads."""
    if step.op == "self_attention":
        return functional.scaled_dot_product_attention(read[0], read[0], read[0])
    table = POINTWISE if step.op in POINTWISE else VIEWS if step.op in VIEWS else BINARY
    return table[step.op](*read)


@st.composite
def recipes(draw: st.DrawFn, max_steps: int = 8) -> Recipe:
    """Recipes with at least one linear layer, up to `max_steps` steps of small sizes."""
    length, width = draw(st.sampled_from(SIZES)), draw(st.sampled_from(SIZES[2:]))
    shapes, steps = [(length, width)], []
    for _ in range(draw(st.integers(1, max_steps))):
        step = draw(_step(shapes))
        steps.append(step)
        shapes.append(_shape(step, shapes))
    if not any(step.op in ("linear", "residual") for step in steps):
        steps.append(Step("linear", (len(shapes) - 1,), draw(st.sampled_from(SIZES)), True))
        shapes.append((shapes[-1][0], steps[-1].size))
    returns = draw(st.lists(st.integers(0, len(shapes) - 1), max_size=2))
    batches = draw(st.sampled_from([(2,), (1,), (2, 3), (1, 4, 2), (3, 2, 3)]))
    dtype = draw(st.sampled_from(DTYPES))
    return Recipe(length, width, tuple(steps), (*returns, len(shapes) - 1), dtype, batches)


@st.composite
def _step(draw: st.DrawFn, shapes: list[tuple[int, int]]) -> Step:
    last = len(shapes) - 1  # read most often: long ways find more than wide ones
    at = draw(st.one_of(st.just(last), st.just(last), st.integers(0, last)))
    kinds = ["linear", "linear", "residual", "residual", *POINTWISE, *BINARY, "self_attention"]
    if shapes[at][1] >= 8:  # of few numbers a norm makes much of little
        kinds += ["norm"] * 3
    kinds += ["transposed"] * 3
    kinds += [name for name in VIEWS if _allows(name, shapes[at])]
    op = draw(st.sampled_from(kinds))
    if op == "linear":
        return Step(op, (at,), draw(st.sampled_from(SIZES)), draw(st.booleans()))
    if op == "residual":
        return Step(op, (at,), bias=draw(st.booleans()))
    if op in BINARY:
        alike = [i for i, shape in enumerate(shapes) if shape == shapes[at]]
        return Step(op, (at, draw(st.sampled_from(alike))))
    return Step(op, (at,))


def _allows(view: str, shape: tuple[int, int]) -> bool:
    length, width = shape
    return {
        "halves": width % 2 == 0,
        "odd_columns": width > 1,
        "later_rows": length > 1,
        "in_two": width % 2 == 0,
        "repeated": length <= 32,
    }.get(view, True)


def _shape(step: Step, shapes: list[tuple[int, int]]) -> tuple[int, int]:
    length, width = shapes[step.reads[0]]
    if step.op in LAYERS:
        return length, step.size or width
    made = apply(step, [torch.empty(2, *shapes[i], device="meta") for i in step.reads])
    return made.shape[1], made.shape[2]
