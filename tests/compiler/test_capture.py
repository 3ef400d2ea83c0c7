"""What is traced: whole ops, weights told from activations, no break and no recompile a token."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from small_models import Mlp, Stem
from torch import nn
from torch._dynamo.utils import counters
from torch.fx import GraphModule
from whisper.model import ModelDimensions, Whisper

from aiec.capture import Capture, capture, capture_shapes
from aiec.ir.errors import CaptureError

DIMS = ModelDimensions(8, 24, 32, 2, 2, 64, 48, 32, 2, n_text_layer=1)


class Recorder:
    """A backend that captures for the CPU, runs the capture, and remembers it."""

    def __init__(self) -> None:
        self.captures: list[Capture] = []

    def __call__(self, gm: GraphModule, inputs: Sequence[Any]) -> Callable[..., Any]:
        self.captures.append(capture(gm, inputs, for_npu=False))
        return self.captures[-1].install(self.captures[-1].module.forward)


def targets(captured: Capture) -> Counter[str]:
    return Counter(str(n.target) for n in captured.module.graph.nodes if n.op == "call_function")


def placeholders(captured: Capture) -> list[Any]:
    return [n for n in captured.module.graph.nodes if n.op == "placeholder"]


def test_encoder_of_openai_whisper() -> None:
    backend, encoder = Recorder(), Whisper(DIMS).encoder.eval()
    mel = torch.randn(1, 8, 48)
    with torch.inference_mode():
        out = torch.compile(encoder, backend=backend, fullgraph=True)(mel)
        torch.testing.assert_close(out, encoder(mel), rtol=0, atol=0)
    (captured,) = backend.captures
    found = targets(captured)
    assert found["aten.addmm.default"] == 10
    assert found["aten.mm.default"] == 2  # keys have no bias
    assert found["aten._scaled_dot_product_flash_attention_for_cpu.default"] == 2
    assert found["aten.native_layer_norm.default"] == 5
    assert found["aten.gelu.default"] == 4
    assert found["aten.convolution.default"] == 2
    activations = [n for n in placeholders(captured) if n.name not in captured.weights]
    assert [tuple(n.meta["val"].shape) for n in activations] == [(1, 8, 48)]
    assert captured.name == "graph_0_0"


def test_decoder_of_openai_whisper_with_cache() -> None:
    backend, model = Recorder(), Whisper(DIMS).eval()
    nn.init.normal_(model.decoder.positional_embedding)  # left as it was in memory
    audio = torch.randn(1, 24, 32)
    compiled = torch.compile(model.decoder, backend=backend, fullgraph=True)
    prompt = torch.tensor([[1, 2, 3]])
    with torch.no_grad():
        cache, hooks = model.install_kv_cache_hooks()
        got = [compiled(prompt, audio, kv_cache=cache)]
        got += [compiled(torch.tensor([[t]]), audio, kv_cache=cache) for t in range(4, 14)]
        for hook in hooks:
            hook.remove()
        expected = model.decoder(torch.tensor([[1, 2, 3, *range(4, 14)]]), audio)
    torch.testing.assert_close(torch.cat(got, dim=1), expected)
    assert len(backend.captures) == 3  # prompt, first token, then any length
    assert not counters["graph_break"]
    symbolic = backend.captures[-1]
    assert any(isinstance(n.meta["val"], torch.SymInt) for n in placeholders(symbolic))


def test_decoder_of_hugging_face_with_cache() -> None:
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    config = WhisperConfig(
        vocab_size=64, num_mel_bins=8, encoder_layers=1, decoder_layers=1, d_model=32,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=64,
        decoder_ffn_dim=64, max_source_positions=24, max_target_positions=48,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=3,
    )  # fmt: skip
    model: Any = WhisperForConditionalGeneration(config).eval()
    mel, backend = torch.randn(1, 8, 48), Recorder()
    settings = {"max_new_tokens": 12, "min_new_tokens": 12, "do_sample": False}
    with torch.inference_mode():
        expected = model.generate(mel, **settings)
        counters.clear()
        model.model.encoder = torch.compile(model.model.encoder, backend=backend)
        model.model.decoder.forward = torch.compile(model.model.decoder.forward, backend=backend)
        got = model.generate(mel, **settings)
    assert torch.equal(got, expected)
    assert not counters["graph_break"]
    assert len(backend.captures) <= 4  # encoder, prompt, first token, then any length


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (Mlp(), (2, 3, 16)),
        (Stem(), (1, 4, 10)),
        (nn.TransformerEncoderLayer(16, 2, 32, activation="gelu", batch_first=True), (1, 5, 16)),
        (nn.LSTM(4, 8), (5, 1, 4)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_plain_modules_equal_eager(model: nn.Module, shape: tuple[int, ...]) -> None:
    model.eval()
    x = torch.randn(shape)
    with torch.no_grad():
        got = torch.compile(model, backend=Recorder())(x)
        torch.testing.assert_close(got, model(x), rtol=0, atol=0)


def test_inputs_that_are_written_to() -> None:
    def step(cache: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        cache.index_copy_(0, torch.tensor([1]), x)
        return cache.sum()

    cache = torch.zeros(3, 4)
    with torch.no_grad():
        total = torch.compile(step, backend=Recorder())(cache, torch.ones(1, 4))
    assert total == 4
    assert cache[1].tolist() == [1, 1, 1, 1]


def test_parameters_and_buffers_are_weights() -> None:
    captured = capture_shapes(lambda: (Stem(), (torch.randn(1, 4, 10),)), "stem")
    roles = {tuple(n.meta["val"].shape): n.name in captured.weights for n in placeholders(captured)}
    assert roles == {(16, 4, 3): True, (16,): True, (1, 4, 10): False, (10, 16): True}


def test_shapes_alone_give_the_same_graph() -> None:
    backend, mel = Recorder(), torch.randn(1, 8, 48)
    with torch.no_grad():
        torch.compile(Whisper(DIMS).encoder.eval(), backend=backend)(mel)
    shapes = capture_shapes(lambda: (Whisper(DIMS).encoder.eval(), (torch.randn(1, 8, 48),)), "e")
    assert shapes.name == "e"
    assert str(shapes.module.graph) == str(backend.captures[0].module.graph)
    assert shapes.weights == backend.captures[0].weights


def test_many_models_from_shapes() -> None:
    """More than Dynamo's limit of recompilations for one piece of code."""
    for width in range(1, 13):
        build = lambda width=width: (nn.Linear(width, 2), (torch.randn(1, width),))  # noqa: E731
        assert len(placeholders(capture_shapes(build, "m"))) == 3


def test_a_second_batch_size_is_as_static_as_the_first() -> None:
    """Dynamo would take a size that changed between two calls for a symbolic one."""
    for batch in (1, 16):
        captured = capture_shapes(lambda n=batch: (Mlp(8, 16), (torch.zeros(n, 4, 8),)), "mlp")
        (x,) = (n for n in placeholders(captured) if n.name not in captured.weights)
        assert tuple(x.meta["val"].shape) == (batch, 4, 8)
        assert all(type(size) is int for size in x.meta["val"].shape)


def test_gradients_are_refused() -> None:
    def backend(gm: GraphModule, inputs: Sequence[Any]) -> Callable[..., Any]:
        with pytest.raises(CaptureError) as caught:
            capture(gm, inputs)
        message = str(caught.value)
        assert message.startswith(
            "the backend 'aie' is for inference, and this call records gradients; at "
        )
        assert message.endswith(
            " in forward; call the model under torch.inference_mode() or torch.no_grad()"
        )
        return gm.forward

    torch.compile(Mlp(), backend=backend)(torch.randn(2, 16))


def test_frozen_model_needs_no_context() -> None:
    model = Mlp().requires_grad_(False)
    backend = Recorder()
    torch.compile(model, backend=backend)(torch.randn(2, 16))
    assert len(backend.captures) == 1
