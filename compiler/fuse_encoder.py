"""fuse_encoder: find the blocks of a transformer encoder that the array can run whole.

A pure pass over a captured graph, used by `fuse.py`. It reads dataflow, not names: from a sum
backwards through what `encoder_ops.py` recognises, whatever views and copies stand between.

    stem    gelu(conv(gelu(conv(mel)))).permute(0, 2, 1) + positions
    layer   h = x + linear(attention(q(n), k(n), v(n))), n = norm(x)
            h + linear(gelu(linear(norm(h))))
    final   norm(x), x made by a layer
    cross   linear(x), linear(x): keys and values of one attention whose queries are not x's; or
            handed on to attentions elsewhere, where x is made by a final norm

Requires: a graph of `capture.py`. Ensures: nothing but moves of data is read outside of its block,
except `outs`; all are floats, of a fixed shape but for the number of windows; heads are of 64,
widths multiples of 64. What does not fit stays as it is, ops one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count

import torch
from torch.fx import Node

from aiec.axes import is_move, moved_from
from aiec.capture import Capture
from aiec.cross_pairs import Pair, cross_pairs
from aiec.encoder_ops import (
    Linear,
    attended,
    convolution,
    gelu,
    layer_norm,
    linear,
    positions,
    same,
    sum_of,
)
from aiec.fuse_linear import is_float
from aiec.ir.encoder import TILE, BlockKind
from aiec.ir.piece import Piece, StepOperands
from aiec.op_kinds import hint
from aiec.sizes import is_known, shape_of

_PERMUTE = torch.ops.aten.permute.default


@dataclass(frozen=True, slots=True)
class BlockMatch:
    """One block.

    Attributes:
        outs: the nodes whose values it makes: keys and values of a cross attention, one of any
            other kind.
        nodes: all nodes that take part.
        name: `encoder_layer_3`, the fourth layer of the graph.
    """

    block: Piece
    outs: tuple[Node, ...]
    nodes: frozenset[Node]
    name: str = ""

    @property
    def out_names(self) -> frozenset[str]:
        """Names of `outs`."""
        return frozenset(out.name for out in self.outs)

    @property
    def shared(self) -> frozenset[str]:
        """Names of the nodes, moves of what goes in, that are read outside of it as well."""
        return frozenset(
            node.name for node in self.nodes if node not in self.outs and not self._all_inside(node)
        )

    def _all_inside(self, node: Node) -> bool:
        """Nobody outside reads the node, or a move of it that is read outside."""
        return all(
            user in self.nodes
            and (user in self.outs or not is_move(user) or self._all_inside(user))
            for user in node.users
        )


def fuse_encoder(captured: Capture) -> tuple[BlockMatch, ...]:
    """Return the blocks of `captured`; no node is in two of them."""
    nodes = captured.module.graph.nodes
    found = _disjoint(match for node in nodes for match in _sums(node, captured.weights))
    layers = {out for match in found if match.block.kind is BlockKind.LAYER for out in match.outs}
    finals = [match for node in nodes if (match := _final(node, layers, captured.weights))]
    encoded = [out for match in finals for out in match.outs]
    crosses = map(_cross, cross_pairs(list(nodes), encoded, captured.weights))
    return _named(_disjoint((*found, *finals, *crosses)))


def _named(matches: tuple[BlockMatch, ...]) -> tuple[BlockMatch, ...]:
    counts = {kind: count() for kind in BlockKind}
    return tuple(
        replace(match, name=f"encoder_{match.block.kind}_{next(counts[match.block.kind])}")
        for match in matches
    )


def _disjoint(matches: Iterable[BlockMatch]) -> tuple[BlockMatch, ...]:
    """The matches that are whole, each that overlaps an earlier one left out."""
    found: list[BlockMatch] = []
    for match in matches:
        if _is_closed(match) and not any(match.nodes & other.nodes for other in found):
            found.append(match)
    return tuple(found)


def _sums(node: Node, weights: frozenset[str]) -> Iterator[BlockMatch]:
    """The layer or the stem that ends with the addition `node`."""
    summands = sum_of(node)
    if summands is None or len(shape_of(node)) != 3 or shape_of(node)[-1] % TILE:
        return
    if not all(map(is_known, shape_of(node)[1:])):
        return
    for one, other in (summands, summands[::-1]):
        for find in (_layer, _stem):
            match = find(node, one, other, weights)
            if match is not None:
                yield match


def _layer(out: Node, state: Node, mlp: Node, weights: frozenset[str]) -> BlockMatch | None:
    """`out` = `state` + `mlp` as a whole layer."""
    middle, copies = same(state)
    inner = _mlp(mlp, middle, weights)
    summands = sum_of(middle)
    if inner is None or summands is None:
        return None
    fc1, fc2, nodes = inner
    for one, other in (summands, summands[::-1]):
        x, before = same(one)
        attention = _attention(other, x, weights)
        if attention is not None:
            steps, scale, more = attention
            _, frames, width = shape_of(out)
            block = Piece(
                kind=BlockKind.LAYER,
                batch=_windows_of(out),
                frames=frames,
                width=width,
                inputs=(x.name,),
                steps=(*steps, fc1, fc2),
                mlp=shape_of(nodes[0])[-1],
                scale=scale,
            )
            taking = (*nodes, *copies, middle, *before, *more, out)
            return BlockMatch(block, (out,), frozenset(taking))
    return None


def _mlp(
    node: Node, state: Node, weights: frozenset[str]
) -> tuple[StepOperands, StepOperands, tuple[Node, ...]] | None:
    """`node` as linear(gelu(linear(norm(`state`)))); the first node is the hidden value."""
    copied, copies = same(node)
    down = linear(copied, weights)
    activated = gelu(down.x) if down else None
    if down is None or activated is None or shape_of(down.x)[-1] % TILE:
        return None
    up = linear(activated[0], weights)
    norm = layer_norm(up.x, weights) if up else None
    if up is None or norm is None or norm.x is not state or not (up.bias and down.bias):
        return None
    nodes = (down.x, *norm.nodes, *up.nodes, *activated[1], *down.nodes, *copies)
    gamma, beta = norm.gamma.name, norm.beta.name
    return _operands("fc1", up, gamma, beta), _operands("fc2", down), nodes


def _attention(
    node: Node, state: Node, weights: frozenset[str]
) -> tuple[tuple[StepOperands, ...], float, tuple[Node, ...]] | None:
    """`node` as linear(attention of q, k, v of norm(`state`)): steps, scale, nodes."""
    copied, copies = same(node)
    out = linear(copied, weights)
    heads = attended(out.x) if out else None
    if out is None or heads is None or not out.bias:
        return None
    inputs = [linear(value, weights) for value in (heads.q, heads.k, heads.v)]
    if any(one is None or shape_of(one.weight)[0] != shape_of(out.weight)[1] for one in inputs):
        return None
    q, k, v = (one for one in inputs if one)
    norm = layer_norm(q.x, weights)
    if norm is None or norm.x is not state or not (q.x is k.x is v.x):
        return None
    if shape_of(out.weight)[0] != shape_of(out.weight)[1]:
        return None
    gamma, beta = norm.gamma.name, norm.beta.name
    steps = [_operands(n, one, gamma, beta) for n, one in (("q", q), ("k", k), ("v", v))]
    nodes = (*norm.nodes, *q.nodes, *k.nodes, *v.nodes, *heads.nodes, *out.nodes, *copies)
    return (*steps, _operands("proj", out)), heads.scale, nodes


def _stem(out: Node, value: Node, added: Node, weights: frozenset[str]) -> BlockMatch | None:
    """`out` = `value` + `added` as two convolutions and the positions."""
    place = positions(added, weights)
    if place is None or value.target is not _PERMUTE or list(value.args[1]) != [0, 2, 1]:  # type: ignore[arg-type]
        return None
    (source,) = value.all_input_nodes
    second = convolution(source, 2, weights)
    first = convolution(second.x, 1, weights) if second else None
    batch, frames, width = shape_of(out)
    if first is None or second is None or shape_of(place[0]) != (frames, width):
        return None
    mels = shape_of(first.x)[1]
    if shape_of(first.x) != (batch, mels, 2 * frames) or not is_float(first.x):
        return None
    if shape_of(second.weight) != (width, width, 3):
        return None
    steps = (
        StepOperands("conv1", first.weight.name, first.bias.name),
        StepOperands("conv2", second.weight.name, second.bias.name),
    )
    block = Piece(
        kind=BlockKind.STEM,
        batch=_windows_of(out),
        frames=frames,
        width=width,
        inputs=(first.x.name,),
        steps=steps,
        mels=mels,
        positions=place[0].name,
    )
    taking = (*first.nodes, *second.nodes, value, *place[1], out)
    return BlockMatch(block, (out,), frozenset(taking))


def _final(node: Node, made: set[Node], weights: frozenset[str]) -> BlockMatch | None:
    """`node` as the layer norm of what a layer made."""
    norm = layer_norm(node, weights)
    if norm is None or norm.x not in made:
        return None
    batch, (_, frames, width) = _windows_of(node), shape_of(node)
    steps = (StepOperands("norm", None, gamma=norm.gamma.name, beta=norm.beta.name),)
    block = Piece(BlockKind.FINAL, batch, frames, width, (norm.x.name,), steps)
    return BlockMatch(block, (node,), frozenset(norm.nodes))


def _cross(pair: Pair) -> BlockMatch:
    """Keys and values of a decoder layer."""
    x = pair[0].made.x
    _, frames, width = shape_of(x)
    batch = _windows_of(x)
    named = zip(("cross_k", "cross_v"), pair, strict=True)
    steps = tuple(_operands(step, projection.made) for step, projection in named)
    block = Piece(BlockKind.CROSS, batch, frames, width, (x.name,), steps)
    # What moves x to the products is left outside: other layers may share it.
    taking = frozenset(node for projection in pair for node in projection.made.made)
    return BlockMatch(block, tuple(projection.out for projection in pair), taking)


def _windows_of(node: Node) -> int:
    """How many windows a value holds; if that is symbolic, when the graph was traced."""
    return hint(node.meta["val"].shape[0])


def _operands(
    step: str, found: Linear, gamma: str | None = None, beta: str | None = None
) -> StepOperands:
    bias = found.bias.name if found.bias else None
    return StepOperands(step, found.weight.name, bias, gamma, beta)


def _is_closed(match: BlockMatch) -> bool:
    """Nothing outside reads what is computed inside, but for `outs` and moved inputs."""
    inside = match.nodes
    return all(
        inside.issuperset(node.users) or moved_from(node)[0] not in inside
        for node in inside
        if node not in match.outs
    )
