"""graph.dot: the mixed graph for Graphviz, an op a box coloured by device, a cluster a layer."""

from __future__ import annotations

from aiec.ir.graph import FusedOp, OpKind
from aiec.ir.partition import Decision, Partition, Side
from aiec.partitioner.regions import chosen

_FILL = {Side.NPU: "#f4a259", Side.CPU: "#9db8d9"}


def to_dot(partition: Partition) -> str:
    """The partition as DOT text. Weights are left out; an edge across devices is bold."""
    pairs = list(zip(partition.graph.ops, partition.decisions, strict=True))
    lines = [
        f"digraph {_quoted(partition.graph.name)} {{",
        '  node [shape=box, style=filled, fontname="sans-serif", fontsize=10];',
    ]
    layers: dict[str, list[tuple[FusedOp, Decision]]] = {}
    for op, decision in pairs:
        layers.setdefault(_layer(op.module), []).append((op, decision))
    for number, (layer, members) in enumerate(layers.items()):
        nodes = [_node(op, decision) for op, decision in members]
        lines += _cluster(number, layer, nodes) if layer else nodes
    return "\n".join([*lines, *_edges(pairs), "}"]) + "\n"


def _layer(module: str) -> str:
    """`blocks.0` of `blocks.0.mlp.0`; nothing for modules that are in no numbered layer."""
    parts = module.split(".")
    first = next((i for i, part in enumerate(parts) if part.isdigit()), None)
    return "" if first is None else ".".join(parts[: first + 1])


def _cluster(number: int, layer: str, nodes: list[str]) -> list[str]:
    return [f"  subgraph cluster_{number} {{", f"  label={_quoted(layer)};", *nodes, "  }"]


def _node(op: FusedOp, decision: Decision) -> str:
    us = chosen(decision).device_us + decision.transfer_us
    time = "" if op.kind is OpKind.VIEW else f"{decision.side.upper()} {us:.0f} us"
    shape = op.piece.label if op.piece else str(op.kind)
    label = "\n".join(line for line in (op.module or op.name, shape, time) if line)
    return (
        f"  {_quoted(op.name)} [label={_quoted(label)}, tooltip={_quoted(decision.reason)}, "
        f"fillcolor={_quoted(_FILL[decision.side])}];"
    )


def _edges(pairs: list[tuple[FusedOp, Decision]]) -> list[str]:
    maker = {name: (op.name, decision.side) for op, decision in pairs for name in op.outputs}
    lines: list[str] = []
    for op, decision in pairs:
        for name in dict.fromkeys(op.inputs):
            if name in maker:
                made, side = maker[name]
                bold = " [style=bold]" if side is not decision.side else ""
                lines.append(f"  {_quoted(made)} -> {_quoted(op.name)}{bold};")
    return lines


def _quoted(text: str) -> str:
    r"""A DOT string; a line break becomes \n, which Graphviz centres."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
