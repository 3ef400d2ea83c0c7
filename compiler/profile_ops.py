"""Times of a model's ops on this CPU: PyTorch's profiler around the graph that the compiler sees.

Beside `backend.py`: the same capture and fusion, then the graph runs node by node as eager PyTorch
would run it, each node under its own name in the profiler. Refuses what `capture` refuses.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch.fx import GraphModule, Interpreter, Node
from torch.profiler import ProfilerActivity, profile, record_function

from aiec.capture import Capture, capture
from aiec.fuse import fuse
from aiec.ir.graph import MixedGraph

_PREFIX = "aiec node "


@dataclass(frozen=True, slots=True)
class Profile:
    """Ops of a graph with their times here, microseconds, medians over runs.

    `eager_us` is the whole model as the user would call it, without a profiler. `fused` is the
    graph as the partitioner has it, where blocks of several ops are one.
    """

    graph: MixedGraph
    fused: MixedGraph
    op_us: tuple[float, ...]  # in the graph's order
    eager_us: float
    threads: int
    runs: int


def profile_model(
    model: Callable[..., Any], inputs: Sequence[Any], name: str, runs: int = 3
) -> Profile:
    """Run `model` on `inputs` `runs` times after a warm-up, and time its ops."""
    found: list[tuple[Capture, dict[str, float]]] = []

    def backend(gm: GraphModule, example_inputs: Sequence[Any]) -> Callable[..., Any]:
        captured = capture(gm, example_inputs)

        def run(*args: Any) -> Any:
            out, node_us = _node_us(captured.module, args, runs)
            found.append((captured, node_us))
            return out

        return captured.install(run)

    unlimited = torch._dynamo.config.patch(recompile_limit=1 << 20, automatic_dynamic_shapes=False)
    with torch.no_grad(), unlimited:
        model(*inputs)
        eager_us = _eager_us(model, inputs, runs)
        torch.compile(model, backend=backend, fullgraph=True)(*inputs)
    ((captured, node_us),) = found
    fused = replace(fuse(captured), name=name)
    graph = taken_apart(fused)
    op_us = tuple(sum(node_us.get(node, 0.0) for node in op.nodes) for op in graph.ops)
    return Profile(graph, fused, op_us, eager_us, torch.get_num_threads(), runs)


class _Named(Interpreter):
    """Runs a graph with each node under its own name in the profiler."""

    def run_node(self, n: Node) -> Any:
        """Run one node."""
        with record_function(_PREFIX + n.name):
            return super().run_node(n)


def _node_us(module: GraphModule, args: Sequence[Any], runs: int) -> tuple[Any, dict[str, float]]:
    """The graph's output, and the median time of each node. The model itself was the warm-up."""
    out = None
    with _silent_stderr(), profile(activities=[ProfilerActivity.CPU]) as recorded:
        for _ in range(runs):
            out = _Named(module).run(*args)
    times: dict[str, list[float]] = {}
    for event in recorded.events() or ():
        if event.name.startswith(_PREFIX):
            times.setdefault(event.name.removeprefix(_PREFIX), []).append(event.cpu_time_total)
    return out, {name: statistics.median(us) for name, us in times.items()}


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Kineto tells of its start and its end on file descriptor 2, and has no switch for that."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _eager_us(model: Callable[..., Any], inputs: Sequence[Any], runs: int) -> float:
    """Median time of the model itself, without a profiler."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        model(*inputs)
        times.append(1e6 * (time.perf_counter() - begin))
    return statistics.median(times)


def taken_apart(graph: MixedGraph) -> MixedGraph:
    """The graph with the parts of its blocks in their places: a profile is of operators."""
    ops = tuple(part for op in graph.ops for part in (op.parts or (op,)))
    return replace(graph, ops=ops)
