"""Capture: from a Dynamo graph, or from a model's shapes alone, to one ATen graph for inference.

First stage of `backend.py`. AOTAutograd does the tracing, with one decomposition for the NPU's sake
(`decompose_layer.py`): `addmm`, attention, `native_layer_norm`, `gelu` and `convolution` stay
whole, because what stays on the CPU must run as fast as eager does. Symbolic sizes are kept, so a
growing KV cache does not recompile.

Refuses graphs that need gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch._dynamo.backends.common import aot_autograd
from torch._guards import CompileContext, TracingContext
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx import GraphModule
from torch.fx.experimental.symbolic_shapes import ShapeEnv

from aiec.decompose_layer import DECOMPOSITIONS
from aiec.ir.errors import CaptureError
from aiec.provenance import first_user_line

Model = Callable[..., Any]
BuildModel = Callable[[], tuple[Model, Sequence[Any]]]


class _Slot:
    """The call that AOTAutograd compiles around: it takes a list of inputs and may empty it."""

    _boxed_call = True

    def __init__(self) -> None:
        self.run: Callable[..., Any] = _not_installed

    def __call__(self, args: list[Any]) -> Any:
        return self.run(*args)


@dataclass(frozen=True, slots=True)
class Capture:
    """An ATen inference graph.

    Attributes:
        name: usable as a file name.
        module: the graph; placeholders in the order of the traced inputs, fake tensors in
            `meta["val"]`.
        weights: names of placeholders and attributes that hold parameters and buffers.
    """

    name: str
    module: GraphModule
    weights: frozenset[str]
    _slot: _Slot = field(repr=False)
    _entry: Callable[..., Any] = field(repr=False)

    def install(self, run: Callable[..., Any]) -> Callable[..., Any]:
        """Return what Dynamo shall call; it calls `run` with the graph's inputs in order."""
        self._slot.run = run
        return self._entry


def capture(gm: GraphModule, example_inputs: Sequence[Any], *, for_npu: bool = True) -> Capture:
    """Trace a graph that Dynamo hands to a backend; `for_npu`: in parts that an NPU can run.

    Raises:
        CaptureError: an output needs gradients.
    """
    slot = _Slot()
    traced: list[tuple[GraphModule, frozenset[str]]] = []

    def keep(graph: GraphModule, _inputs: Sequence[Any]) -> _Slot:
        traced.append((graph, _weights(graph)))
        return slot

    refuse = _refuse_gradients(gm)
    parts = DECOMPOSITIONS if for_npu else {}
    compile_aot = aot_autograd(fw_compiler=refuse, inference_compiler=keep, decompositions=parts)
    entry = compile_aot(gm, example_inputs)
    ((graph, weights),) = traced
    return Capture(_name(), graph, weights, slot, entry)


def capture_shapes(build: BuildModel, name: str) -> Capture:
    """Trace the model that `build` makes, with its inputs, from shapes alone: no data is held.

    `build` returns (model, inputs) and runs where every new tensor is a fake CPU tensor. The graph
    is the same as that of a call with real tensors.
    """
    found: list[Capture] = []

    def backend(gm: GraphModule, example_inputs: Sequence[Any]) -> Callable[..., Any]:
        found.append(capture(gm, example_inputs))
        return found[-1].install(found[-1].module.forward)

    # Each model is a new one, and its sizes are what they are, whatever was traced before.
    unlimited = torch._dynamo.config.patch(recompile_limit=1 << 20, automatic_dynamic_shapes=False)
    fake = FakeTensorMode(shape_env=ShapeEnv(), allow_non_fake_inputs=True)
    with fake, torch.no_grad(), unlimited:
        model, inputs = build()
        torch.compile(model, backend=backend, fullgraph=True)(*inputs)
    (one,) = found
    return Capture(name, one.module, one.weights, one._slot, one._entry)


def _weights(graph: GraphModule) -> frozenset[str]:
    """Names of inputs that Dynamo knows to stay the same between calls, and of lifted constants."""
    metadata = TracingContext.get().fw_metadata
    assert metadata is not None
    placeholders = [n.name for n in graph.graph.nodes if n.op == "placeholder"]
    fixed = [placeholders[i] for i in metadata.static_input_indices]
    return frozenset(fixed + [n.name for n in graph.graph.nodes if n.op == "get_attr"])


def _name() -> str:
    """`graph_F_R` for the R-th recompilation of frame F, as in the log lines of TORCH_LOGS."""
    identity = CompileContext.current_compile_id()
    return "graph" if identity is None else "graph_" + str(identity).replace("/", "_")


def _refuse_gradients(gm: GraphModule) -> Callable[..., Any]:
    def refuse(_graph: GraphModule, _inputs: Sequence[Any]) -> Any:
        raise CaptureError(
            "the backend 'aie' is for inference, and this call records gradients",
            where=first_user_line(gm),
            todo="call the model under torch.inference_mode() or torch.no_grad()",
        )

    return refuse


def _not_installed(*_args: Any) -> Any:
    raise AssertionError("a captured graph was called before `install`")
