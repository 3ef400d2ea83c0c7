"""Encoders through the backend: blocks are found, priced, run on a device and told of.

Designs run on the reference device here, which computes the same sequences from the same buffers
as the simulator does; in simulation they run in tests/speech/test_sim_text.py.
"""

import logging
from collections.abc import Callable
from typing import Any

import pytest
import torch
from encoders import (
    DECODER_LAYERS,
    ENCODERS,
    FRAMES,
    WHOLE,
    WIDTH,
    features,
    mel,
    own,
)
from torch import Tensor, nn

import aiec.backend
from aiec.ir.errors import PartitionError
from aiec.ir.graph import OpKind
from aiec.observe import CompiledGraph, compiled_graphs
from aiec.runtime.cpu_device import CpuDevice
from aiec.speech.whisper import Attention
from aiec.speech.whisper import EncoderBlock as Layer

COSINE = 0.9995  # bf16 operands and state, through two layers


@pytest.fixture(autouse=True)
def _reference_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiec.backend, "open_device", lambda target, options: CpuDevice())


def compiled(
    model: Callable[..., Any], *inputs: Tensor, **options: Any
) -> tuple[Any, CompiledGraph]:
    """What a first call gives, and the graph that was compiled for it."""
    options = {"device": "sim:npu2", "partition": "npu-all", **options}
    with torch.no_grad(), compiled_graphs() as graphs:
        out = torch.compile(model, backend="aie", dynamic=False, options=options)(*inputs)
    (graph,) = graphs
    return out, graph


def assert_like(got: Tensor, wanted: Tensor) -> None:
    assert got.shape == wanted.shape
    assert torch.cosine_similarity(got.flatten(), wanted.flatten(), dim=0) > COSINE


def tensor_of(out: Any) -> Tensor:
    """The features: Hugging Face wraps them."""
    return out if isinstance(out, Tensor) else out.last_hidden_state


@pytest.mark.parametrize(
    ("name", "batch", "device"),
    [
        ("own", 1, "sim:npu1"),
        ("own", 3, "sim:npu2"),
        ("openai", 1, "sim:npu2"),
        ("hf", 2, "sim:npu1"),
    ],
)
def test_a_whole_encoder(name: str, batch: int, device: str) -> None:
    model, x = ENCODERS[name](), mel(batch)
    out, graph = compiled(model, x, device=device)
    with torch.no_grad():
        assert_like(tensor_of(out), tensor_of(model(x)))
    assert [op.name for op in graph.partition.npu_ops] == [
        "encoder_stem_0",
        "encoder_layer_0",
        "encoder_layer_1",
        "encoder_final_0",
    ]
    assert graph.partition.npu_flop_share == 1.0
    telemetry = graph.telemetry
    assert telemetry is not None
    assert telemetry.dispatches == 4 * batch
    side = 64 * (4 if device == "sim:npu1" else 8)  # frames and width, padded to the array
    assert telemetry.bytes_out == batch * 2 * side * side


@pytest.mark.parametrize(
    ("name", "batch", "device"), [("own", 2, "sim:npu2"), ("hf", 1, "sim:npu1")]
)
def test_keys_and_values_across(name: str, batch: int, device: str) -> None:
    """One dispatch a window and layer of the decoder; Hugging Face keeps them in a cache."""
    model, inputs = WHOLE[name](batch)
    (features, cross), graph = compiled(model, *inputs, device=device)
    with torch.no_grad():
        wanted, wanted_cross = model(*inputs)
    assert_like(features, wanted)
    assert_pairs_like(cross, wanted_cross)
    telemetry = graph.telemetry
    assert telemetry is not None
    assert telemetry.by_gemm["encoder_cross"][0] == batch * DECODER_LAYERS


def test_a_decoder_in_the_graph_reads_keys_and_values() -> None:
    """openai-whisper whole, from the spectrogram to the logits of a prompt."""
    model, inputs = WHOLE["openai"](2)
    logits, graph = compiled(model, *inputs)
    with torch.no_grad():
        assert_like(logits, model(*inputs))
    telemetry = graph.telemetry
    assert telemetry is not None
    assert telemetry.by_gemm["encoder_cross"][0] == 2 * DECODER_LAYERS


def test_values_may_be_made_before_keys() -> None:
    """Keys are the block's first result, and both are there before anybody reads one."""
    attention = Attention(WIDTH, WIDTH // 64).eval()

    def values_first(x: Tensor, text: Tensor) -> tuple[Tensor, Tensor]:
        v = attention.split(attention.value(x))
        total = v.sum()
        return attention(text, (attention.split(attention.key(x)), v)), total

    inputs = features(), features()[:, :4]
    (out, total), graph = compiled(values_first, *inputs)
    assert graph.partition.npu_ops[0].name == "encoder_cross_0"
    with torch.no_grad():
        wanted, wanted_total = values_first(*inputs)
    assert_like(out, wanted)
    assert total == pytest.approx(wanted_total, abs=1)


def test_one_graph_for_texts_of_any_length() -> None:
    """Queries may be of a length that changes; the block is of the features alone."""
    attention = Attention(WIDTH, WIDTH // 64).eval()

    def attend(x: Tensor, text: Tensor) -> Tensor:
        return attention(text, attention.keys_values(x))

    options: dict[str, Any] = {"device": "sim:npu2", "partition": "npu-all"}
    with torch.no_grad(), compiled_graphs() as graphs:
        run = torch.compile(attend, backend="aie", dynamic=None, options=options)
        for length in (5, 3):
            x, text = features(), torch.randn(1, length, WIDTH)
            torch._dynamo.mark_dynamic(text, 1)
            assert_like(run(x, text), attend(x, text))
    (graph,) = graphs
    assert graph.telemetry is not None
    linears = graph.telemetry.by_gemm.pop("gemm_512x128x128_bias")
    assert linears == (4, 0.0)  # of queries and output, in chunks of rows
    assert graph.telemetry.by_gemm == {"encoder_cross": (2, 0.0)}


def test_keys_and_values_stay_on_the_cpu_if_told() -> None:
    """Their ops run unchanged, on features that come back for them."""
    model, inputs = WHOLE["own"](1)
    (_, cross), graph = compiled(model, *inputs, force_cpu=("encoder_cross_[02]",))
    assert [op.name for op in graph.partition.npu_ops][-2:] == [
        "encoder_final_0",
        "encoder_cross_1",
    ]
    with torch.no_grad():
        assert_pairs_like(cross, model(*inputs)[1])


def test_prices_of_keys_and_values() -> None:
    """Both cross to the CPU; features that the CPU makes cross once, for all decoder layers."""
    model, inputs = WHOLE["own"](2)
    _, graph = compiled(model, *inputs, force_cpu=("encoder_final_0",), dry_run=True)
    partition = graph.partition
    first, *others = [d for d in partition.decisions if d.op.startswith("encoder_cross")]
    assert first.npu is not None
    one = first.npu.transfer_us / 3  # features, keys and values are of one size
    assert [d.receive_us for d in (first, *others)] == pytest.approx([2 * one] * DECODER_LAYERS)
    assert [d.transfer_us for d in (first, *others)] == pytest.approx([3 * one, 2 * one, 2 * one])
    assert [d.npu.dispatches for d in (first, *others) if d.npu] == [2] * DECODER_LAYERS


def test_features_made_on_the_cpu_are_sent_once() -> None:
    """For all layers of the decoder together; otherwise they stay where they are made."""
    model, inputs = WHOLE["own"](1)
    _, graph = compiled(model, *inputs)
    (_, cross), with_norm_on_cpu = compiled(model, *inputs, force_cpu=("encoder_final_0",))
    with torch.no_grad():
        assert_pairs_like(cross, model(*inputs)[1])
    assert with_norm_on_cpu.telemetry is not None and graph.telemetry is not None
    features = 2 * (64 * 8) ** 2  # frames and width, padded to the array
    assert with_norm_on_cpu.telemetry.bytes_in == graph.telemetry.bytes_in + features
    assert graph.telemetry.bytes_out == (1 + 2 * DECODER_LAYERS) * features


def assert_pairs_like(got: Any, wanted: Any) -> None:
    assert len(got) == len(wanted) == DECODER_LAYERS
    for pair, wanted_pair in zip(got, wanted, strict=True):
        for one, other in zip(pair, wanted_pair, strict=True):
            assert_like(one, other)


def test_weights_are_packed_once_and_again_when_written() -> None:
    model, x = own(), mel()
    options: dict[str, Any] = {"device": "sim:npu1", "partition": "npu-all"}
    with torch.no_grad(), compiled_graphs() as graphs:
        run = torch.compile(model, backend="aie", dynamic=False, options=options)
        first = run(x)
        telemetry = graphs[0].telemetry
        assert telemetry is not None
        packed = telemetry.weight_bytes
        assert torch.equal(run(x), first)
        assert telemetry.weight_bytes == packed
        model.ln_post.bias.add_(1.0)  # type: ignore[union-attr, operator]
        assert_like(run(x), model(x))
        assert packed < telemetry.weight_bytes < 2 * packed


def test_what_a_layer_overwrites_can_still_be_read() -> None:
    """A state is read on the CPU, by the next layer, and by another layer later on."""
    one, two = Layer(WIDTH, 2).eval(), Layer(WIDTH, 2).eval()

    def branches(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        h = one(x)
        return h.sum(2), two(h), one(h) + two(x)

    x = torch.randn(2, FRAMES, WIDTH)
    got, graph = compiled(branches, x)
    with torch.no_grad():
        for value, wanted in zip(got, branches(x), strict=True):
            assert_like(value, wanted)
    kinds = [op.kind for op in graph.partition.npu_ops]
    assert kinds == [OpKind.ENCODER_BLOCK] * 4


def test_layers_beside_linear_layers_are_two_designs() -> None:
    layer, head = Layer(WIDTH, 2).eval(), nn.Linear(WIDTH, WIDTH).eval()

    def model(x: Tensor) -> Tensor:
        return head(layer(x))

    x = torch.randn(1, FRAMES, WIDTH)
    got, graph = compiled(model, x)
    with torch.no_grad():
        assert_like(got, model(x))
    assert [op.kind for op in graph.partition.npu_ops] == [OpKind.ENCODER_BLOCK, OpKind.LINEAR]
    telemetry = graph.telemetry
    assert telemetry is not None
    assert set(telemetry.by_gemm) == {"encoder_layer", f"gemm_{FRAMES}x{WIDTH}x{WIDTH}_bias"}


def test_encoders_of_two_sizes() -> None:
    """One design serves one size: the blocks of the other stay on the CPU, and say why."""
    small, large = own(), own(2 * WIDTH, 4)

    def both(x: Tensor) -> tuple[Tensor, Tensor]:
        return small(x), large(x)

    x = mel()
    got, graph = compiled(both, x)
    with torch.no_grad():
        for value, wanted in zip(got, both(x), strict=True):
            assert_like(value, wanted)
    assert len(graph.partition.npu_ops) == 4
    left = [d.reason for d in graph.partition.decisions if d.npu is None]
    assert len(left) == 4
    assert left[0].startswith("CPU: one design runs encoders of one size, and ")


def test_blocks_left_on_the_cpu_run_as_before() -> None:
    model, x = own(), mel()
    out, graph = compiled(model, x, partition="cost", force_cpu=("encoder_block",))
    with torch.no_grad():
        assert torch.equal(out, model(x))
    assert graph.telemetry is None


@pytest.mark.parametrize(
    ("pattern", "moved"),
    [
        ("blocks.1", ["encoder_layer_1"]),
        ("blocks.1.*", ["encoder_layer_1"]),
        ("blocks.0.mlp.2", ["encoder_layer_0"]),
        ("convolution", ["encoder_stem_0"]),
        ("ln_post", ["encoder_final_0"]),
        ("linear", ["encoder_layer_0", "encoder_layer_1"]),
    ],
)
def test_patterns_that_name_a_part_move_the_block(pattern: str, moved: list[str]) -> None:
    model, x = own(), mel()
    out, graph = compiled(model, x, force_cpu=(pattern,))
    with torch.no_grad():
        assert_like(out, model(x))
    cpu = [d.op for d in graph.partition.decisions if d.side == "cpu"]
    assert cpu == moved


def test_widths_that_the_kernels_do_not_take() -> None:
    """Three heads: cores take k tiles in pairs."""
    with torch.no_grad(), pytest.raises(PartitionError) as caught:
        compiled(own(192, 3), mel(), require_npu=True)
    assert "require_npu: no op can run on the NPU" in str(caught.value)
    assert (
        "no design can be planned for an encoder of width 192 and 768; expected multiples of 128"
        in str(caught.value)
    )


def test_dry_run_opens_no_device(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delattr(aiec.backend, "open_device")
    model, x = own(), mel()
    with caplog.at_level(logging.WARNING, logger="aiec"):
        out, _ = compiled(model, x, dry_run=True)
    with torch.no_grad():
        assert torch.equal(out, model(x))
    assert "4 ops, 100.0% of the FLOP" in caplog.messages[0]
