"""load_align_model: the acoustic model that aligns a language, from wherever it lies.

Where it stands: the door of this folder, with WhisperX's name, arguments and results. Without a
name, English is aligned by `hama`, which PyPI carries, and other languages by WhisperX's choice: a
wav2vec2 of torchaudio or of the hub, out of the caches that both keep. Refuses languages that no
default is known for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from aiec.ir.errors import ModelError, OptionError
from aiec.speech.align import hama
from aiec.speech.align.languages import BUNDLES, DEFAULTS, URL, Bundle
from aiec.speech.align.read_wav2vec2 import read_folder, read_torchaudio
from aiec.speech.packaged import folder_of

HAMA = "hama"
WEIGHTS = ("*.safetensors*", "pytorch_model*")  # on the hub, the first that is there


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
    name = model_name or (HAMA if language_code in hama.LANGUAGES else DEFAULTS.get(language_code))
    if name is None:
        what = f"No default align-model for language: {language_code}"
        raise OptionError(what, todo="give a wav2vec2 of that language as align_model")
    place = Path(model_dir) if model_dir else None
    if name == HAMA:
        model, dictionary, kind = _hama(device, model_cache_only)
    elif name in BUNDLES or Path(name).is_file():
        model, dictionary, kind = *_torchaudio(name, place, model_cache_only), "torchaudio"
    else:
        folder = Path(name)
        if not folder.is_dir():
            folder = _from_hub(name, place, model_cache_only)
        model, dictionary, kind = *read_folder(folder), "huggingface"
    if isinstance(model, torch.nn.Module):
        model.to(device)
    return model, {"language": language_code, "dictionary": dictionary, "type": kind}


def _hama(device: str, cache_only: bool) -> tuple[Any, dict[str, int], str]:
    folder = folder_of("hama", cache_only=cache_only) / "hama/assets"
    model = hama.HamaAligner(folder)
    model.acoustic.to(device)
    return model, {phone: i for i, phone in enumerate(model.pronounce.phones)}, HAMA


def _torchaudio(name: str, place: Path | None, cache_only: bool) -> tuple[Any, dict[str, int]]:
    if name in BUNDLES:
        bundle = BUNDLES[name]
        return read_torchaudio(_cached(name, bundle, place, cache_only), bundle), bundle.dictionary
    path = Path(name)
    known = {bundle.file: bundle for bundle in BUNDLES.values()}
    if path.name not in known:
        what = f"which characters {path} knows cannot be told from its name"
        raise ModelError(what, expected="a file that is named as torchaudio names it, or a folder")
    return read_torchaudio(path, known[path.name]), known[path.name].dictionary


def _cached(name: str, bundle: Bundle, place: Path | None, cache_only: bool) -> Path:
    folder = place or Path(torch.hub.get_dir()) / "checkpoints"
    path = folder / bundle.file
    if path.is_file():
        return path
    reason = "the cache only was asked for"
    if not cache_only:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(URL + bundle.file, str(path))
            return path
        except OSError as error:
            reason = str(error)
    what = f"align model {name} is not in {folder} and cannot be downloaded: {reason}"
    raise ModelError(what, todo=f"put {URL}{bundle.file} there")


def _from_hub(name: str, place: Path | None, cache_only: bool) -> Path:
    """The folder of hub model `name`, with the first of WEIGHTS that it has."""
    reason = "it is not in the cache"
    for local in (True, cache_only):
        for weights in WEIGHTS:
            try:
                folder = _snapshot(name, weights, place, local=local)
            except Exception as error:  # the network can fail in any of five libraries' ways
                reason = str(error).splitlines()[0] if str(error) else type(error).__name__
                continue
            if any(folder.glob(weights)):
                return folder
    what = f'the chosen align_model "{name}" is neither here nor on the hub: {reason}'
    raise OptionError(what, expected="hama, a folder, a bundle of torchaudio or an id of the hub")


def _snapshot(name: str, weights: str, place: Path | None, *, local: bool) -> Path:
    from huggingface_hub import snapshot_download

    wanted = ["*.json", weights]
    return Path(
        snapshot_download(name, cache_dir=place, local_files_only=local, allow_patterns=wanted)
    )
