"""PyTorch's own database of operators through the backend: on the CPU, bit for bit.

What cannot go to the NPU has to come out as PyTorch's own traced graph gives it, whatever form of
values the operator takes and returns. `AIEC_OPS=1000` sets how many operators are tried (there are
some 600), `AIEC_SEED=N` which ones; a run that fails prints both.
"""

import os
import random
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.utils import _pytree as pytree

OPS = int(os.environ.get("AIEC_OPS", "40"))
SEED = int(os.environ.get("AIEC_SEED", "0"))
SAMPLES = 2
# Results that PyTorch does not define: memory that nobody has written to, and random numbers whose
# order is the compiler's own.
UNDEFINED = (
    "empty", "new_empty", "resize", "bernoulli", "multinomial", "normal", "uniform", "rand",
    "dropout", "rrelu", "exponential", "geometric", "cauchy", "log_normal",
)  # fmt: skip


def operators() -> list[Any]:
    """A random choice of the operators that are defined for float32."""
    db = pytest.importorskip("torch.testing._internal.common_methods_invocations").op_db
    defined = [op for op in db if not any(name in op.name for name in UNDEFINED)]
    usable = [op for op in defined if op.supports_dtype(torch.float32, "cpu")]
    return random.Random(SEED).sample(usable, min(OPS, len(usable)))


def outcome(function: Callable[..., Any], sample: Any) -> Any:
    """What a call gives: its tensors, or that it was refused."""
    try:
        return pytree.tree_leaves(function(sample.input, *sample.args, **sample.kwargs))
    except Exception as error:
        return type(error).__name__


def same(one: Any, other: Any) -> bool:
    """Equal bits in equal form."""
    if not isinstance(one, torch.Tensor) or not isinstance(other, torch.Tensor):
        return type(one) is type(other) and bool(one == other or one != one)
    form = (one.shape, one.dtype, one.layout) == (other.shape, other.dtype, other.layout)
    if one.layout is torch.strided:
        form = form and one.stride() == other.stride()
    return form and torch.equal(_plain(one), _plain(other))


def _plain(tensor: torch.Tensor) -> torch.Tensor:
    dense = tensor.detach()
    dense = dense.to_dense() if dense.layout is not torch.strided else dense
    return torch.nan_to_num(dense) if dense.is_floating_point() else dense


@pytest.mark.slow
def test_operators_are_bit_equal_on_the_cpu() -> None:
    warnings.simplefilter("ignore")
    wrong, tried = [], 0
    for op in operators():
        for sample in list(op.sample_inputs("cpu", torch.float32))[:SAMPLES]:
            torch.compiler.reset()
            with torch.no_grad():
                torch.manual_seed(0)
                wanted = outcome(torch.compile(op.op, backend="aot_eager"), sample)
                torch.compiler.reset()
                torch.manual_seed(0)
                got = outcome(torch.compile(op.op, backend="aie"), sample)
            tried += 1
            alike = len(got) == len(wanted) and all(map(same, got, wanted))
            if not alike:
                wrong.append(f"{op.formatted_name}: {sample.summary()}")
    assert tried >= OPS // 2
    assert not wrong, f"AIEC_SEED={SEED} AIEC_OPS={OPS}: " + "; ".join(wrong)
