"""Many recordings: which of them this run takes, by how many processes, and what became of each.

Where it stands: between `transcribe.py`, which has the model, and `sources.py`, `manifest.py` and
`processes.py`. Refuses shards that there are not and lists that name nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiec.ir.errors import AudioError, OptionError
from aiec.speech.audio import STDIN
from aiec.speech.manifest import Manifest, Record
from aiec.speech.output import Output
from aiec.speech.processes import in_processes
from aiec.speech.sources import Source

MAX_JOBS = 1024  # each is a process with a model of its own

# Transcribes one recording under a name; why it could not be, or None.
Transcribe = Callable[["Item"], str | None]


@dataclass(frozen=True, slots=True)
class Shard:
    """Every `of`-th recording, from the `number`-th on; the first is number 1."""

    number: int = 1
    of: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            what = f"there is no shard {self.number}/{self.of}"
            raise OptionError(what, expected="1/n to n/n, as 2/4")

    def take(self, items: Sequence[Item]) -> tuple[Item, ...]:
        """Those of `items` that are this shard's."""
        return tuple(items[self.number - 1 :: self.of])


@dataclass(frozen=True, slots=True)
class Many:
    """How a run takes its recordings.

    Attributes:
        jobs: processes that transcribe side by side, each with a model of its own.
        manifest: where it is kept what is done, so that the next run goes on from there.
    """

    jobs: int = 1
    shard: Shard = Shard()
    manifest: Manifest | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.jobs <= MAX_JOBS:
            raise OptionError(f"jobs cannot be {self.jobs}", expected=f"1 to {MAX_JOBS}")

    def items(self, sources: Sequence[Source], output: Output) -> tuple[Item, ...]:
        """The recordings of this shard, named among all, so that shards never share a name."""
        names = output.names(sources)
        return self.shard.take([Item(*pair) for pair in zip(sources, names, strict=True)])

    def left(self, items: Iterable[Item], output: Output) -> tuple[Item, ...]:
        """Those of `items` that are not done: as they are now, with all that is to be written."""
        done = self.manifest.done() if self.manifest else {}
        return tuple(item for item in items if not _is_done(item, done.get(item.path), output))

    def processes(self, items: Sequence[Item]) -> int:
        """How many processes transcribe `items`; 1 is this one."""
        return max(1, min(self.jobs, len(items)))

    def finish(
        self, items: Sequence[Item], make: Callable[[], Transcribe]
    ) -> Iterator[tuple[Item, str | None]]:
        """Transcribe `items`; give each, and why it failed or None, once that is written down.

        Args:
            make: called once in each process, for what transcribes there; with several jobs it goes
                to them by pickle.
        """
        for item, why in self._outcomes(items, make):
            if self.manifest:
                self.manifest.append(item.record(why))
            yield item, why

    def _outcomes(
        self, items: Sequence[Item], make: Callable[[], Transcribe]
    ) -> Iterator[tuple[Item, str | None]]:
        processes = self.processes(items)
        if processes > 1:
            yield from in_processes(items, make, processes)
        elif items:
            transcribe = make()
            yield from ((item, transcribe(item)) for item in items)


@dataclass(frozen=True, slots=True)
class Item:
    """A recording and the name of its transcript."""

    source: Source
    name: str

    @property
    def path(self) -> str:
        """The recording's absolute path, by which a manifest knows it."""
        return os.path.abspath(self.source.path)

    def record(self, why: str | None) -> Record:
        """What a manifest keeps of it: done, or failed and `why`."""
        try:
            facts = os.stat(self.path)
        except OSError:
            return Record(self.path, self.name, why)
        return Record(self.path, self.name, why, facts.st_size, facts.st_mtime_ns)


def _is_done(item: Item, record: Record | None, output: Output) -> bool:
    if record is None or item.source.path == STDIN:
        return False
    now = item.record(None)
    same = (now.size_bytes, now.mtime_ns) == (record.size_bytes, record.mtime_ns)
    return same and all(path.exists() for path in output.paths(record.name))


def shard_of(text: str) -> Shard:
    """`2/4` is the second of four shards.

    Raises:
        OptionError: anything else, or a shard that there is not.
    """
    number, slash, of = text.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal()):
        raise OptionError(f"shard cannot be {text!r}", expected="1/n to n/n, as 2/4")
    return Shard(int(number), int(of))


def listed(file: Path) -> tuple[Path, ...]:
    """The paths in `file`, one a line as typed on the command line; empty lines are passed over.

    Raises:
        AudioError: it cannot be read, or names nothing.
    """
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        what = f"cannot read list {file}: {error.strerror}"
        raise AudioError(what, expected="a file with a path on each line") from None
    paths = tuple(Path(os.fsdecode(line)) for line in lines if line.strip())
    if not paths:
        raise AudioError(f"list {file} names no recordings", expected="a path on each line")
    return paths
