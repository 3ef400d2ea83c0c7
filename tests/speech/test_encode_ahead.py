"""The encoder is a batch ahead of the decoder, and the text stays what it is."""

import threading
from pathlib import Path

import numpy as np
import pytest

from aiec.speech.asr import segments_of
from aiec.speech.batched_pipeline import padded_mel
from aiec.speech.settings import Decoding
from aiec.speech.speech_model import SpeechModel
from aiec.speech.vad import Chunk, Span

CHUNKS = tuple(Chunk.around([Span(2.0 * i, 2.0 * i + 2.0)]) for i in range(4))


@pytest.fixture
def model(tiny_en: Path) -> SpeechModel:
    return SpeechModel(tiny_en, threads=1)


def texts(model: SpeechModel, samples: np.ndarray) -> list[str]:
    decoding = Decoding(language="en", batch_size=2, beam_size=1)
    return [s.text for s in segments_of(model, samples, CHUNKS, decoding).segments]


def test_batches_encoded_ahead_have_the_same_text(
    model: SpeechModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, 8 * 16000).astype(np.float32)
    threads: list[str] = []
    encode = model.encode

    def noted(features: np.ndarray) -> object:
        if isinstance(features, np.ndarray):
            threads.append(threading.current_thread().name)
        return encode(features)

    monkeypatch.setattr(model, "encode", noted)
    alone = texts(model, samples)
    assert "aiec works ahead" not in threads
    model.batches_ahead = 1
    assert texts(model, samples) == alone
    assert threads.count("aiec works ahead") == 2


def test_what_is_encoded_stays_as_it_is(model: SpeechModel) -> None:
    encoded = model.encode(padded_mel(model, np.zeros(16000, np.float32)))
    assert model.encode(encoded) is encoded
    assert model.windows == 1
