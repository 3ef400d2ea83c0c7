"""Models by name, for the commands that need only shapes.

A name comes from a provider behind the entry-point group `aiec.models`, an object with::

    names() -> tuple[str, ...]
    build(name, part, batch) -> (module, example inputs)
    audio_s(part, batch) -> float    # may be missing: seconds of audio that one call stands for
    from_audio(path, model, part, batch) -> (module, inputs)    # may be missing: for `profile`
    found() -> tuple[str, ...]    # may be missing: models that lie on this machine, for `doctor`

or is `package.module:function`, a function that returns (module, example inputs); it may take a
parameter `batch`. Both are called where tensors are fake (`capture.capture_shapes`), so neither
should read weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from aiec.ir.errors import ModelError, OptionError, nearest

if TYPE_CHECKING:  # that module imports torch, and `aiec doctor` reads only the names
    from aiec.capture import BuildModel

MODEL_GROUP = "aiec.models"

_AUDIO = (".wav", ".mp3", ".flac", ".m4a", ".ogg", ".opus", ".mp4", ".webm")


class Provider(Protocol):
    """Models that a package offers by name."""

    def names(self) -> tuple[str, ...]:
        """Every name that `build` takes."""
        ...

    def build(self, name: str, part: str, batch: int) -> tuple[Any, tuple[Any, ...]]:
        """The named model's module and example inputs; `OptionError` for an unknown part."""
        ...


@dataclass(frozen=True, slots=True)
class NamedModel:
    """What builds a model, and the seconds of audio that one call of it stands for, if any."""

    build: BuildModel
    audio_s: float | None = None


def named_model(name: str, part: str, batch: int = 1) -> NamedModel:
    """Return what builds the model called `name` for calls with `batch` inputs.

    Raises:
        OptionError: no provider has the name, or the function knows no batches.
        ModelError: `package.module:function` cannot be imported.
    """
    if ":" in name:
        return NamedModel(_batched(_imported(name), name, batch))
    providers = [entry.load() for entry in entry_points(group=MODEL_GROUP)]
    for provider in providers:
        if name in provider.names():
            return _provided(provider, name, part, batch)
    known = [known for provider in providers for known in provider.names()]
    raise OptionError(f"unknown model {name!r}", expected=nearest(name, known))


@dataclass(frozen=True, slots=True)
class RealModel:
    """A module with real tensors that can run here."""

    title: str
    module: Callable[..., Any]
    inputs: Sequence[Any]
    weights: str  # where they come from, in words


def real_model(subject: str, model: str, part: str, batch: int) -> RealModel:
    """The model called `subject` with random weights, or `model` on the audio file `subject`.

    Raises:
        OptionError: as `named_model`; or an audio file, and nobody here understands audio.
        AiecError: whatever the provider refuses about audio or model.
    """
    path = Path(subject).expanduser()
    if not path.is_file() and path.suffix.lower() not in _AUDIO:
        module, inputs = named_model(subject, part, batch).build()
        _randomise(module)
        return RealModel(f"{subject} {part}", module, inputs, "random weights")
    for provider in (entry.load() for entry in entry_points(group=MODEL_GROUP)):
        if hasattr(provider, "from_audio"):
            module, inputs = provider.from_audio(path, model, part, batch)
            return RealModel(f"{model} {part} on {path.name}", module, inputs, "its own weights")
    raise OptionError(
        f"nobody here understands audio such as {subject!r}", expected="a model's name"
    )


def _randomise(module: Callable[..., Any]) -> None:
    """Small random weights: those of a new module may be uninitialised memory."""
    import torch

    if isinstance(module, torch.nn.Module):
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.normal_(0.0, 0.02)


def _provided(provider: Any, name: str, part: str, batch: int) -> NamedModel:
    audio_s = provider.audio_s(part, batch) if hasattr(provider, "audio_s") else None
    return NamedModel(lambda: provider.build(name, part, batch), audio_s)


def _batched(build: Callable[..., Any], name: str, batch: int) -> BuildModel:
    if "batch" in signature(build).parameters:
        return lambda: build(batch=batch)
    if batch > 1:
        raise OptionError(
            f"model {name!r} takes no batch of {batch}",
            expected="a function with a parameter batch",
        )
    return build


def _imported(name: str) -> Callable[[], Any]:
    module, _, function = name.partition(":")
    try:
        return getattr(import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise ModelError(
            f"model {name!r} cannot be imported: {error}",
            expected="package.module:function that returns (module, example inputs)",
        ) from error
