"""Blocks of encoders, found by what is computed; and near misses, which stay ops one by one."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812  # the name all of PyTorch uses
from encoders import (
    DECODER_LAYERS,
    DECODERS,
    ENCODERS,
    FRAMES,
    LAYERS,
    MELS,
    WHOLE,
    WIDTH,
    features,
    mel,
    own,
    tokens,
)
from torch import Tensor, nn
from torch.fx import Node

from aiec.axes import moved_from
from aiec.capture import Capture, capture_shapes
from aiec.encoder_ops import SDPA
from aiec.fuse_encoder import BlockMatch, fuse_encoder
from aiec.ir.encoder import BlockKind
from aiec.speech.whisper import EncoderBlock as Layer


def captured(model: Callable[..., Any], *inputs: Tensor) -> Capture:
    return capture_shapes(lambda: (model, tuple(torch.empty_like(x) for x in inputs)), "small")


def blocks(model: Callable[..., Any], *inputs: Tensor) -> tuple[BlockMatch, ...]:
    return fuse_encoder(captured(model, *inputs))


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("name", ENCODERS)
def test_a_whole_encoder(name: str, batch: int) -> None:
    model = ENCODERS[name]()
    graph = captured(model, mel(batch))
    found = fuse_encoder(graph)
    assert [match.name for match in found] == [
        "encoder_stem_0",
        "encoder_layer_0",
        "encoder_layer_1",
        "encoder_final_0",
    ]
    computing = {n for n in graph.module.graph.nodes if n.op == "call_function"}
    assert set().union(*(match.nodes for match in found)) == computing
    for match, before in zip(found[1:], found, strict=False):
        assert match.block.inputs[0] == before.outs[0].name
    assert all(match.block.batch == batch for match in found)
    assert all((match.block.frames, match.block.width) == (FRAMES, WIDTH) for match in found)
    assert found[0].block.mels == MELS
    assert [match.block.mlp for match in found] == [0, 4 * WIDTH, 4 * WIDTH, 0]
    assert [match.block.scale for match in found[1:3]] == [0.125, 0.125]


@pytest.mark.parametrize("name", ENCODERS)
def test_the_weights_of_each_step(name: str) -> None:
    """Every parameter is read by one step, of the shape that the step needs."""
    graph = captured(ENCODERS[name](), mel())
    weights = (n for n in graph.module.graph.nodes if n.name in graph.weights)
    shapes = {n.name: tuple(n.meta["val"].shape) for n in weights}
    stem, layer, *_, final = (match.block for match in fuse_encoder(graph))
    assert [shapes[w] for w in stem.weights] == [
        *((WIDTH, MELS, 3), (WIDTH,), (WIDTH, WIDTH, 3), (WIDTH,), (FRAMES, WIDTH)),
    ]
    sizes = {s.step: [shapes[name] for name in s.names] for s in layer.steps}
    square, inner, one, four = (WIDTH, WIDTH), (4 * WIDTH, WIDTH), (WIDTH,), (4 * WIDTH,)
    assert sizes == {
        "q": [square, one, one, one],
        "k": [square, one, one],
        "v": [square, one, one, one],
        "proj": [square, one],
        "fc1": [inner, four, one, one],
        "fc2": [inner[::-1], one],
    }
    assert layer.steps[1].bias is None
    assert [shapes[w] for w in final.weights] == [one, one]
    used = {w for match in fuse_encoder(graph) for w in match.block.weights}
    assert used == graph.weights
    assert len(used) == LAYERS * 15 + 5 + 2


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("name", WHOLE)
def test_keys_and_values_across(name: str, batch: int) -> None:
    """A pair a decoder layer, made of what the final norm gives, each with weights of its own."""
    model, inputs = WHOLE[name](batch)
    graph = captured(model, *inputs)
    *encoder, final, one, two, three = fuse_encoder(graph)
    assert len(encoder) == LAYERS + 1
    for match in (one, two, three):
        assert_crosses(graph, match, final.outs[0].name, batch)
    assert len({w for match in (one, two, three) for w in match.block.weights}) == 3 * 3


@pytest.mark.parametrize("name", DECODERS)
def test_keys_and_values_of_features_that_come_in(name: str) -> None:
    graph = captured(DECODERS[name]().eval(), tokens(2), features(2))
    found = fuse_encoder(graph)
    assert len(found) == DECODER_LAYERS
    came_in = next(n.name for n in graph.module.graph.nodes if is_features(n))
    for match in found:
        assert_crosses(graph, match, came_in, 2)


def is_features(node: Node) -> bool:
    return node.op == "placeholder" and node.meta["val"].shape == (2, FRAMES, WIDTH)


def assert_crosses(graph: Capture, match: BlockMatch, x: str, batch: int) -> None:
    block, weights = match.block, {n.name: n for n in graph.module.graph.nodes}
    assert (block.kind, block.inputs) == (BlockKind.CROSS, (x,))
    assert (block.batch, block.frames, block.width) == (batch, FRAMES, WIDTH)
    assert [out.meta["val"].shape for out in match.outs] == [(batch, FRAMES, WIDTH)] * 2
    keys, values = block.steps
    assert (keys.step, values.step) == ("cross_k", "cross_v")
    assert (keys.bias is None, values.bias is None) == (True, False)
    shapes = [weights[s.weight].meta["val"].shape for s in (keys, values) if s.weight]
    assert shapes == [(WIDTH, WIDTH)] * 2


class Projections(nn.Module):
    """Attention of `text` to `x`, both (batch, positions, WIDTH), with one difference, by name."""

    def __init__(self, case: str) -> None:
        super().__init__()
        self.case = case
        self.query, self.value = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, WIDTH, bias=case == "both_biased")
        self.narrow = nn.Linear(WIDTH, 64)

    def forward(self, x: Tensor, text: Tensor) -> Any:
        if self.case == "narrow":
            return attention(text[..., :64], self.narrow(x), self.narrow(x))
        if self.case == "value_first":
            v = self.value(x)
            return attention(self.query(text), self.key(x), v)
        if self.case == "computed":
            x = x.sin()
        k, v = self.key(x), self.value(text if self.case == "of_two" else x)
        if self.case == "not_attended":
            return k * v
        if self.case == "asks_with_x":
            return attention(x, k, v)
        return attention(self.query(x if self.case == "of_itself" else text), k, v)


def attention(*qkv: Tensor) -> Tensor:
    """Of (batch, positions, heads of 64)."""
    q, k, v = (t.unflatten(2, (-1, 64)).transpose(1, 2) for t in qkv)
    return F.scaled_dot_product_attention(q, k, v)


@pytest.mark.parametrize("case", ["not_attended", "narrow", "of_two", "of_itself", "asks_with_x"])
def test_projections_that_are_no_cross_attention(case: str) -> None:
    assert blocks(Projections(case).eval(), features(), features()) == ()


@pytest.mark.parametrize("case", ["plain", "value_first", "both_biased", "computed"])
def test_cross_attention_tells_keys_from_values(case: str) -> None:
    model = Projections(case).eval()
    graph = captured(model, features(), features()[:, :4])
    (match,) = fuse_encoder(graph)
    keys, values = match.block.steps
    assert (keys.step, values.step) == ("cross_k", "cross_v")
    assert (keys.bias is not None, values.bias is not None) == (case == "both_biased", True)
    reads = next(n for n in graph.module.graph.nodes if n.target is SDPA)
    assert [moved_from(arg)[0] for arg in reads.args[1:3]] == [moved_from(n)[0] for n in match.outs]


def outputs_of_an_encoder(case: str) -> Callable[[Tensor], Any]:
    """What is made of the features, by name; `keys` have no bias."""
    encoder, one, other = own(), nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
    keys = [nn.Linear(WIDTH, WIDTH, bias=False) for _ in range(2)]

    def made(x: Tensor) -> Any:
        f = encoder(x)
        return {
            "keys_first": lambda: (keys[0](f), keys[1](f), one(f), other(f)),
            "another_before": lambda: (keys[0](f).relu(), keys[1](f), one(f)),
            "all_biased": lambda: (one(f), other(f)),
            "three": lambda: (keys[0](f), keys[1](f), one(f)),
            "one": lambda: one(f),
            "of_itself": lambda: attention(one(f), keys[0](f), other(f)),
        }[case]()

    return made


@pytest.mark.parametrize(
    ("case", "found"),
    [
        ("keys_first", 2),
        ("another_before", 1),
        ("all_biased", 1),
        ("three", 0),
        ("one", 0),
        ("of_itself", 0),
    ],
)
def test_keys_and_values_handed_on(case: str, found: int) -> None:
    matches = blocks(outputs_of_an_encoder(case), mel())
    crosses = [match for match in matches if match.block.kind is BlockKind.CROSS]
    assert len(crosses) == found
    for match in crosses:
        keys, values = match.block.steps
        assert (keys.bias is None, values.bias is None) == (case != "all_biased", False)


class Variant(Layer):
    """A layer that differs from Whisper's in one respect, by name."""

    def __init__(self, case: str) -> None:
        super().__init__(WIDTH, WIDTH // 64)
        self.case = case
        self.other = nn.LayerNorm(WIDTH)
        if case == "eps":
            self.mlp_ln = nn.LayerNorm(WIDTH, eps=1e-6)
        if case == "narrow":
            self.mlp = nn.Sequential(nn.Linear(WIDTH, 100), nn.GELU(), nn.Linear(100, WIDTH))
        if case == "tanh":
            self.mlp[1] = nn.GELU(approximate="tanh")

    def forward(self, x: Tensor) -> Any:
        n = self.attn_ln(x)
        q, (k, v) = self.attn.split(self.attn.query(n)), self.attn.keys_values(n)
        if self.case == "other_norm":
            k = self.attn.split(self.attn.key(self.other(x)))
        if self.case == "heads_mixed":
            q = self.attn.query(n).view(*x.shape[:2], -1, q.shape[1]).permute(0, 3, 1, 2)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=self.case == "causal")
        joined = a.flatten(1, 2).view(x.shape) if self.case == "not_joined" else None
        a = self.attn.out(a.transpose(1, 2).flatten(2) if joined is None else joined)
        h = (n if self.case == "norm_of_residual" else x) + a
        out = h + self.mlp(self.mlp_ln(x if self.case == "parallel" else h))
        return (out, h) if self.case == "read_inside" else out


@pytest.mark.parametrize(
    ("case", "found"),
    [
        ("plain", 1),
        ("eps", 0),
        ("narrow", 0),
        ("tanh", 0),
        ("other_norm", 0),
        ("heads_mixed", 0),
        ("causal", 0),
        ("not_joined", 0),
        ("norm_of_residual", 0),
        ("parallel", 0),
        ("read_inside", 0),
    ],
)
def test_near_misses(case: str, found: int) -> None:
    assert len(blocks(Variant(case).eval(), torch.rand(1, FRAMES, WIDTH))) == found


def test_the_sums_written_the_other_way() -> None:
    layer = Layer(WIDTH, WIDTH // 64).eval()

    def turned(x: Tensor) -> Tensor:
        n = layer.attn_ln(x)
        h = layer.attn(n, layer.attn.keys_values(n)) + x
        return layer.mlp(layer.mlp_ln(h)) + h

    (match,) = blocks(turned, torch.rand(2, FRAMES, WIDTH))
    assert match.block.kind is BlockKind.LAYER


def test_heads_of_another_size() -> None:
    """What is not a layer leaves no final norm either, and the stem is a stem still."""
    (match,) = blocks(own(heads=4), mel())
    assert match.block.kind is BlockKind.STEM


def test_a_length_that_changes() -> None:
    layer = Layer(WIDTH, WIDTH // 64).eval()
    x = torch.rand(1, FRAMES, WIDTH)
    found: list[tuple[BlockMatch, ...]] = []

    def backend(gm: Any, inputs: Any) -> Any:
        from aiec.capture import capture

        graph = capture(gm, inputs)
        found.append(fuse_encoder(graph))
        return graph.install(graph.module.forward)

    torch._dynamo.mark_dynamic(x, 1)
    with torch.no_grad():
        torch.compile(layer, backend=backend)(x)
    assert found == [()]


def test_a_sum_alone_is_no_block() -> None:
    assert blocks(lambda x, y: x + y, torch.rand(2, 3, 64), torch.rand(2, 3, 64)) == ()
