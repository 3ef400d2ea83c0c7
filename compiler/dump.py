"""What `dump_dir` leaves of each stage, to be looked at: one folder a graph.

    graph.txt            the captured ATen graph          (capture)
    mixed_graph.json     ops and values, schema below     (fuse)
    partition.*, graph.* the decision and its pictures    (partitioner/report.py)
    <graph>_<target>/    MLIR-AIE text, kernels, manifest (codegen/build.py)
    mixed.txt            the graph that runs              (insert_npu_calls)

Called by `backend.py` and `cli.py` between stages; refuses places that cannot be written.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from torch.fx import GraphModule

from aiec.capture import Capture
from aiec.ir.errors import OutputError
from aiec.ir.graph import MixedGraph

SCHEMA = 1  # of mixed_graph.json; counts up when a field changes its meaning


def dump_capture(captured: Capture, directory: Path) -> None:
    """Write `graph.txt`."""
    _write(directory, "graph.txt", captured.module.print_readable(print_output=False))


def dump_mixed_graph(graph: MixedGraph, directory: Path) -> None:
    """Write `mixed_graph.json`: the fields of `MixedGraph`, with `schema`."""
    fields = {"schema": SCHEMA, **asdict(graph)}
    _write(directory, "mixed_graph.json", json.dumps(fields, indent=1))


def dump_mixed_module(module: GraphModule, directory: Path) -> None:
    """Write `mixed.txt`."""
    _write(directory, "mixed.txt", module.print_readable(print_output=False))


def _write(directory: Path, name: str, text: str) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"cannot write {name}: {error.strerror}",
            where=str(directory),
            todo="choose a folder that can be written",
        ) from error
