"""One build: a folder of `aiec compile` gets `aie.xclbin` from the vendor's tools.

Made in a temporary folder, checked, kept in a cache under the hash of the text, the kernels and the
tools' versions, and moved into the design's folder with the xclbin and `built.json` last: a folder
with them is complete, and the latter says of which text. A lock lets one process build a design at
a time; the others wait and take what it made. Refuses what `find.py` refuses, and tools that fail,
say nothing for too long, or leave a file out.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs

from aiec.codegen.design_folder import (
    BUILT,
    KERNELS,
    TEXT,
    XCLBIN,
    instructions_name,
    read_streams,
    text_hash,
    write_file,
)
from aiec.codegen.toolchain.command_lines import (
    aiecc_command,
    kernel_command,
    made_instructions,
    threads,
)
from aiec.codegen.toolchain.find import Toolchain, find_toolchain
from aiec.codegen.toolchain.object_limits import check_built
from aiec.codegen.toolchain.optimization import optimization
from aiec.ir.design import Artifact, Design
from aiec.ir.errors import CodegenError, OutputError

LIMIT_S = 3600.0  # of one tool: cores of a whole array take minutes
_LAST_LINES = 3
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """What a build came to. `notes`: what a person should know of it."""

    artifact: Artifact
    from_cache: bool
    notes: tuple[str, ...] = ()


def build_xclbin(
    artifact: Artifact,
    say: Say = lambda line: None,
    *,
    cache_dir: Path | None = None,
    limit_s: float = LIMIT_S,
) -> Built:
    """Make `aie.xclbin` in the artifact's folder, or take it from the cache.

    Args:
        say: gets every line that the tools print, while they run.
        cache_dir: where built designs are kept; by default the user's cache.
        limit_s: seconds that one tool may take.

    Raises:
        CodegenError: a tool is missing, of the wrong generation, or failed; there is no folder;
            what was built overflows a core's stack or program memory.
        OutputError: the cache or the folder cannot be written.
    """
    if artifact.directory is None:
        raise CodegenError(
            f"design {artifact.design.name!r} was not written to a folder",
            todo="give `build` a directory",
        )
    tools = find_toolchain(artifact.design.epoch)
    root = cache_dir or Path(platformdirs.user_cache_dir("aiec")) / "xclbin"
    try:
        kept, was_there = _cached(artifact, tools, root, say, limit_s)
        _move_in(kept, artifact.directory)
    except OSError as error:
        raise OutputError(
            f"cannot write the build of {artifact.directory}: {error.strerror or error}",
            todo="choose another folder, or set XDG_CACHE_HOME",
        ) from error
    content = json.loads((artifact.directory / BUILT).read_text())
    streams = tuple(read_streams(artifact.directory, artifact.design))
    design = replace(artifact.design, instructions=streams)
    built = replace(artifact, design=design, xclbin=artifact.directory / XCLBIN)
    return Built(built, was_there, tuple(content["notes"]))


def _cached(
    artifact: Artifact, tools: Toolchain, root: Path, say: Say, limit_s: float
) -> tuple[Path, bool]:
    """The folder in the cache that holds the build, and whether it was there already."""
    key = _key(artifact, tools)
    kept = root / key
    root.mkdir(parents=True, exist_ok=True)
    with _locked(root / f"{key}.lock"):
        if _is_whole(kept):
            return kept, True
        shutil.rmtree(kept, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=root, prefix="building-") as scratch:
            work, out = Path(scratch, "work"), Path(scratch, "out")
            _make(artifact, tools, work, out, say, limit_s)
            os.replace(out, kept)
    return kept, False


def _key(artifact: Artifact, tools: Toolchain) -> str:
    """The hash of everything that a build depends on."""
    design, found = artifact.design, hashlib.sha256()
    parts = [design.text, tools.command_line.name, *tools.versions, design.plan.target.isa]
    isa = design.plan.target.isa
    parts += [f"{kernel!r} {optimization(kernel, isa)}" for kernel in design.kernels]
    for part in parts:
        found.update(part.encode() + b"\0")
    assert artifact.directory is not None
    for source in sorted((artifact.directory / KERNELS).iterdir()):
        found.update(source.name.encode() + b"\0" + source.read_bytes())
    return found.hexdigest()[:32]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time; the lock goes with the process that holds it."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_whole(folder: Path) -> bool:
    """Whether every file is there as it was built."""
    try:
        files = json.loads((folder / BUILT).read_text())["files"]
        return all(_hash(folder / name) == said for name, said in files.items())
    except (OSError, ValueError, KeyError):
        return False


def _make(
    artifact: Artifact, tools: Toolchain, work: Path, out: Path, say: Say, limit_s: float
) -> None:
    """Run the tools in `work`; `out` gets what a build is made of."""
    design = artifact.design
    assert artifact.directory is not None
    work.mkdir()
    out.mkdir()
    (work / TEXT).write_text(design.text)
    shutil.copytree(artifact.directory / KERNELS, work / KERNELS)
    for kernel in design.kernels:
        _run(kernel_command(kernel, design.plan.target.isa, tools), tools, work, say, limit_s)
        _take(work / kernel.object, out / kernel.object, f"{tools.peano}/bin/clang++")
    _run(aiecc_command(tools, threads()), tools, work, say, limit_s)
    _take(work / XCLBIN, out / XCLBIN, tools.aiecc)
    notes = check_built(design, work) + _take_streams(design, tools, work, out)
    files = {path.name: _hash(path) for path in sorted(out.iterdir())}
    content = {
        "text": text_hash(design.text),
        "tools": [tools.command_line.name, *tools.versions],
        "files": files,
        "notes": notes,
    }
    (out / BUILT).write_text(json.dumps(content, indent=2) + "\n")


def _take_streams(design: Design, tools: Toolchain, work: Path, out: Path) -> list[str]:
    """Keep aiecc's instructions; say where ours were others."""
    ours = {stream.symbol: stream.content for stream in design.instructions}
    notes = []
    for sequence in design.sequences:
        target = out / instructions_name(sequence.symbol)
        _take(work / made_instructions(sequence.symbol, tools.command_line), target, tools.aiecc)
        mine = ours.get(sequence.symbol)
        if mine is not None and mine != target.read_bytes():
            notes.append(
                f"aiecc's instructions of {sequence.symbol} differ from ours; aiecc's are taken"
            )
    return notes


def _take(made: Path, target: Path, tool: str) -> None:
    if not made.is_file() or made.stat().st_size == 0:
        raise CodegenError(
            f"{Path(tool).name} ended well but left no {made.name}",
            where=str(made.parent),
            todo=f"see what {tool} says, or install it again",
        )
    shutil.copyfile(made, target)


def _run(command: list[str], tools: Toolchain, work: Path, say: Say, limit_s: float) -> None:
    """Run one tool, each of its lines handed on as it comes."""
    say(shlex.join(command))
    last: deque[str] = deque(maxlen=_LAST_LINES)
    with subprocess.Popen(
        command, cwd=work, env=tools.environment, text=True, errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    ) as process:  # fmt: skip
        clock = threading.Timer(limit_s, _stop, (process,))
        clock.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                say(line.rstrip("\n"))
                last.append(line.strip())
        except BaseException:  # interrupted: the tool and its children end too
            _stop(process)
            raise
        finally:
            was_running = clock.is_alive()
            clock.cancel()
    if process.returncode != 0:
        name = Path(command[0]).name
        how = (
            f"failed with status {process.returncode}" if was_running else f"took over {limit_s} s"
        )
        raise CodegenError(f"{name} {how}: {' | '.join(last)}", todo="see its lines above")


def _stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def _move_in(kept: Path, directory: Path) -> None:
    """Copy a build into the design's folder: the xclbin goes first and comes last."""
    last = (XCLBIN, BUILT)
    for name in reversed(last):
        (directory / name).unlink(missing_ok=True)
    names = sorted(path.name for path in kept.iterdir() if path.name not in last)
    for name in (*names, *last):
        write_file(directory / name, (kept / name).read_bytes())


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
