"""load_align_model: the acoustic model that aligns a language, from wherever it lies.

Where it stands: the door of this folder, with WhisperX's name, arguments and results. English is
aligned by `hama`, which PyPI carries. Refuses languages that no default is known for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aiec.ir.errors import OptionError
from aiec.speech.align import hama
from aiec.speech.packaged import folder_of

HAMA = "hama"


def load_align_model(
    language_code: str,
    device: str = "cpu",
    model_name: str | None = None,
    model_dir: str | Path | None = None,
    model_cache_only: bool = False,
) -> tuple[Any, dict[str, Any]]:
    """The model that aligns `language_code`, and what `align` must know of it.

    Args:
        device: where torch computes.
        model_name: `hama`, a folder or file, a bundle of torchaudio, or an id of the hub.
        model_dir: where downloaded models lie, in place of the usual caches.
        model_cache_only: download nothing.

    Raises:
        OptionError: no model is known for the language, or none has that name.
        ModelError: a model that is damaged, or not here and not to be had.
    """
    if model_name == HAMA or (model_name is None and language_code in hama.LANGUAGES):
        return _hama(language_code, device, model_cache_only)
    what = f"No default align-model for language: {language_code}"
    raise OptionError(what, todo="give a wav2vec2 of that language as align_model")


def _hama(language: str, device: str, cache_only: bool) -> tuple[Any, dict[str, Any]]:
    folder = folder_of("hama", cache_only=cache_only) / "hama/assets"
    model = hama.HamaAligner(folder)
    model.acoustic.to(device)
    phones = {phone: i for i, phone in enumerate(model.pronounce.phones)}
    return model, {"language": language, "dictionary": phones, "type": HAMA}
