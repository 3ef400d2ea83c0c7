"""Our wav2vec2 beside transformers', from every kind of file, and which model a name leads to."""

import json

import numpy as np
import pytest
import torch
from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

from aiec.ir.errors import ModelError, OptionError
from aiec.speech.align import load
from aiec.speech.align.alignment import align
from aiec.speech.align.languages import BUNDLES, DEFAULTS
from aiec.speech.align.load import load_align_model

GERMAN = BUNDLES["VOXPOPULI_ASR_BASE_10K_DE"]
KINDS = {
    "base": {"feat_extract_norm": "group", "do_stable_layer_norm": False, "conv_bias": False},
    "large": {"feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True},
}


def theirs(kind, vocabulary=32):
    torch.manual_seed(0)
    sizes = {"hidden_size": 64, "num_hidden_layers": 2, "intermediate_size": 96}
    heads = {"num_attention_heads": 1, "vocab_size": vocabulary, "conv_dim": (24,) * 7}
    config = Wav2Vec2Config(**sizes, **heads, **KINDS[kind])
    model = Wav2Vec2ForCTC(config).eval()
    with torch.no_grad():  # norms and biases that differ from one another
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model


def save(model, folder, *, safe=True):
    folder.mkdir(exist_ok=True)
    model.save_pretrained(folder, safe_serialization=safe)
    if not safe:
        (folder / "model.safetensors").unlink(missing_ok=True)
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
    letters = {char: i for i, char in enumerate(["<pad>", "|", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "'"])}
    (folder / "vocab.json").write_text(json.dumps(letters))
    return folder


def sounds():
    rng = np.random.default_rng(0)
    return [rng.standard_normal(n).astype(np.float32) for n in (16000, 9000, 4321, 400, 100)]


def expected(model, sound):
    wave = torch.from_numpy(np.pad(sound, (0, max(0, 400 - len(sound)))))[None]
    with torch.inference_mode():
        return model(wave).logits.log_softmax(dim=-1)[0].numpy()


@pytest.mark.parametrize("safe", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_as_transformers(kind, safe, tmp_path):
    """A batch of different lengths gives what each sound gives alone."""
    model = theirs(kind)
    ours, metadata = load_align_model("en", "cpu", str(save(model, tmp_path, safe=safe)))
    assert (metadata["type"], metadata["dictionary"]["z"]) == ("huggingface", 27)
    for sound, found in zip(sounds(), ours.emissions(sounds()), strict=True):
        assert np.abs(found - expected(model, sound)).max() < 1e-4


def torchaudio_state(model):
    """The same weights as torchaudio names them, with the rows that it takes out."""
    state = {}
    for name, tensor in model.state_dict().items():
        name = name.removeprefix("wav2vec2.").replace("lm_head.", "aux.")
        name = name.replace("conv.parametrizations.weight.original0", "conv.weight_g")
        name = name.replace("conv.parametrizations.weight.original1", "conv.weight_v")
        for part in ("pos_conv_embed", "layers", "layer_norm"):
            name = name.replace(f"encoder.{part}", f"encoder.transformer.{part}")
        name = name.replace("feature_projection.", "encoder.feature_projection.")
        if name.startswith("aux."):
            for row in GERMAN.unused:
                row = min(row, len(tensor))
                tensor = torch.cat([tensor[:row], tensor[:1], tensor[row:]])
        state[name] = tensor
    return state


def test_torchaudio_state_dict(tmp_path):
    model = theirs("base", vocabulary=len(GERMAN.dictionary))
    torch.save(torchaudio_state(model), tmp_path / GERMAN.file)
    by_default = load_align_model("de", model_dir=tmp_path, model_cache_only=True)
    by_path = load_align_model("de", model_name=str(tmp_path / GERMAN.file))
    for ours, metadata in (by_default, by_path):
        assert metadata["dictionary"] == GERMAN.dictionary and metadata["type"] == "torchaudio"
        [found] = ours.emissions(sounds()[:1])
        assert np.abs(found - expected(model, sounds()[0])).max() < 1e-4


def test_normalized_sound(tmp_path):
    bundle = BUNDLES["WAV2VEC2_ASR_LARGE_LV60K_960H"]
    model = theirs("large", vocabulary=len(bundle.dictionary))
    torch.save(torchaudio_state(model), tmp_path / bundle.file)
    ours, _ = load_align_model("en", "cpu", "WAV2VEC2_ASR_LARGE_LV60K_960H", tmp_path, True)
    sound = sounds()[0]
    quiet, loud = ours.emissions([0.1 * sound + 0.5, sound])
    assert np.abs(quiet - loud).max() < 1e-2


def test_aligning_with_it(tmp_path):
    """Our model and transformers' own, given with WhisperX's metadata, align alike."""
    model = theirs("base")
    ours, metadata = load_align_model("en", "cpu", str(save(model, tmp_path)))
    segments = [
        {"start": 0.1, "end": 1.1, "text": " So be it. Go!"},
        {"start": 1.2, "end": 1.9, "text": "1 a"},
    ]
    audio = np.random.default_rng(1).standard_normal(32000).astype(np.float32)
    found = [align(segments, one, metadata, audio, "cpu") for one in (ours, model)]
    times = [[(w["word"], w["start"], w["end"]) for w in one["word_segments"]] for one in found]
    assert times[0] == times[1] and len(times[0]) == 6


def test_hub_cache(tmp_path):
    """Japanese is aligned by what the hub's cache holds."""
    name = DEFAULTS["ja"]
    folder = tmp_path / f"models--{name.replace('/', '--')}"
    snapshot = folder / "snapshots/abc"
    snapshot.mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs/main").write_text("abc")
    save(theirs("large"), snapshot)
    _, metadata = load_align_model("ja", "cpu", None, tmp_path, True)
    assert (metadata["language"], metadata["type"]) == ("ja", "huggingface")


def test_what_is_not_there(tmp_path, monkeypatch):
    with pytest.raises(ModelError, match=r"VOXPOPULI.* is not in .*; put https://.*_fr\.pt there"):
        load_align_model("fr", model_dir=tmp_path, model_cache_only=True)
    with pytest.raises(OptionError, match='align_model "no/body" is neither here nor on the hub'):
        load_align_model("nl", "cpu", "no/body", tmp_path, True)

    def unreachable(url, path):
        raise OSError("no network")

    monkeypatch.setattr(load.torch.hub, "download_url_to_file", unreachable)
    with pytest.raises(ModelError, match="cannot be downloaded: no network"):
        load_align_model("fr", model_dir=tmp_path)
    (tmp_path / "x.pth").touch()
    with pytest.raises(ModelError, match=r"which characters .* cannot be told from its name"):
        load_align_model("fr", model_name=str(tmp_path / "x.pth"))


def test_foreign_models(tmp_path):
    folder = save(theirs("base"), tmp_path)
    (folder / "vocab.json").write_text(json.dumps({"eng": {"a": 1}}))
    with pytest.raises(ModelError, match="holds the vocabularies of several languages"):
        load_align_model("en", "cpu", str(folder))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"conv_stride": [5] * 7}))
    with pytest.raises(
        ModelError, match="'wav2vec2' model with another conv_stride; expected model_type"
    ):
        load_align_model("en", "cpu", str(folder))
    (folder / "config.json").write_text(json.dumps({"model_type": "hubert"}))
    with pytest.raises(ModelError, match="describes a 'hubert' model"):
        load_align_model("en", "cpu", str(folder))
    torch.save({"a": torch.zeros(1)}, tmp_path / GERMAN.file)
    with pytest.raises(
        ModelError, match=r"is not a wav2vec2 with a CTC head: no 'lm_head\.weight'"
    ):
        load_align_model("de", model_dir=tmp_path)
