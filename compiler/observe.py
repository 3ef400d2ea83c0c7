"""What the backend compiled, for whoever wants to tell a person about it.

`torch.compile` gives no handle on a backend's results, so they are collected here::

    with compiled_graphs() as graphs:
        model(x)  # the first call compiles
    print(graphs[0].partition.npu_flop_share, graphs[0].telemetry)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiec.ir.partition import Partition
from aiec.runtime.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class CompiledGraph:
    """One graph that was compiled.

    Attributes:
        telemetry: running totals of its NPU side, live; None if all of it runs on the CPU.
        directory: where its stages left their results (`dump_dir`), or None.
    """

    partition: Partition
    telemetry: Telemetry | None
    directory: Path | None


_collecting: list[list[CompiledGraph]] = []


@contextmanager
def compiled_graphs() -> Iterator[list[CompiledGraph]]:
    """Collect every graph that is compiled in this process while the block runs, in order."""
    graphs: list[CompiledGraph] = []
    _collecting.append(graphs)
    try:
        yield graphs
    finally:
        _collecting[:] = [other for other in _collecting if other is not graphs]


def tell(graph: CompiledGraph) -> None:
    """Give `graph` to everyone who is collecting."""
    for graphs in _collecting:
        graphs.append(graph)
