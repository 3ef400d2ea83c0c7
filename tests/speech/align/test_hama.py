"""hama in torch: its weights' file, its pronunciations, batches, and what is refused."""

import numpy as np
import pytest

from aiec.ir.errors import ModelError
from aiec.speech.align.hama import BLANK, BOUNDARY, HamaAligner
from aiec.speech.align.hama_acoustic import load_acoustic
from aiec.speech.align.hama_g2p import HamaG2P
from aiec.speech.align.read_hama import read_hama
from aiec.speech.align.spelling import WILDCARD
from aiec.speech.audio import load_audio
from aiec.speech.packaged import folder_of


@pytest.fixture(scope="session")
def assets():
    return folder_of("hama") / "hama/assets"


@pytest.fixture(scope="session")
def hama(assets):
    return HamaAligner(assets)


def test_pronunciations(hama):
    """What the package's own engine says of these words."""
    words = ("fellow", "Americans", "don't", "through", "queue", "안녕하세요", "o'clock")
    expected = ("fɛloʊ", "əmɛɹɪkənz", "doʊnət", "θɹu", "kju", "annjʌŋhasejo", "oʊklɑk")
    found = hama.pronounce(words)
    assert ["".join(hama.pronounce.phones[p.id] for p in word) for word in found] == [*expected]
    assert all(
        list(letters) == sorted(letters) for letters in ([p.letter for p in w] for w in found)
    )
    assert hama.pronounce(["fellow", "?!"]) == [found[0], ()]


def test_heard_phones(hama, clip):
    """Greedy decoding of a real clip writes its phones."""
    [emission] = hama.emissions([load_audio(clip)])
    best = emission.argmax(axis=1)
    heard = [i for i, before in zip(best, [BLANK, *best], strict=False) if i not in (before, BLANK)]
    text = "".join(" " if i == BOUNDARY else hama.pronounce.phones[i] for i in heard)
    assert "wɝld" in text.replace("ɜɹ", "ɝ").replace("ɚ", "ɝ")
    assert np.allclose(np.exp(emission).sum(axis=1), 1, atol=1e-4)


def test_batches_are_as_alone(hama, clips):
    sounds = [load_audio(path)[: 16000 * (i + 1)] for i, path in enumerate(list(clips)[:3])]
    sounds.append(np.zeros(100, dtype=np.float32))
    for sound, together in zip(sounds, hama.emissions(sounds), strict=True):
        [alone] = hama.emissions([sound])
        assert np.abs(alone - together).max() < 1e-3


def test_spelling(hama):
    [tokens] = hama.spell([" Hi, 42 "])
    phones = [token.id for token in tokens]
    assert phones[-3:] == [BOUNDARY, WILDCARD, WILDCARD]
    assert [token.char for token in tokens][-3:] == [4, 5, 6]
    assert hama.lag_s == pytest.approx(0.06)  # as docs/alignment.md says


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "damaged: not a whole .hama file; expected weights of hama; get the file again"),
        (b"HAMAPK\x01\x02\x01\0\0\0\x01\0a\0\x01\xff\0\0\0" + bytes(16), "damaged"),
    ],
)
def test_damaged_files(tmp_path, content, message):
    path = tmp_path / "x.hama"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=message):
        read_hama(path)


def test_missing_and_foreign_files(tmp_path, assets):
    with pytest.raises(ModelError, match=r"cannot read .*x\.hama: No such file"):
        read_hama(tmp_path / "x.hama")
    foreign = assets / "encoder.hama"
    with pytest.raises(ModelError, match=r"encoder\.hama is not hama's acoustic model: "):
        load_acoustic(foreign)
    for name in ("encoder.hama", "g2p_vocab.json"):
        (tmp_path / name).symlink_to(assets / name)
    (tmp_path / "decoder_step.hama").symlink_to(foreign)
    with pytest.raises(ModelError, match="does not hold hama's pronunciations"):
        HamaG2P(tmp_path)
