"""What the user sees while it runs: segments on stdout, progress and remarks on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from aiec.speech.formats import timestamp
from aiec.speech.transcript import Segment
from aiec.speech.vad import Span

STDERR = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)
_BARS = [True]  # whether progress may be shown; changed by `hide_bars` alone


@dataclass(frozen=True, slots=True)
class Bar:
    """A progress bar over the seconds of one file."""

    progress: Progress
    task: TaskID

    def advance_to(self, seconds: float) -> None:
        """Everything before `seconds` is done."""
        self.progress.update(self.task, completed=seconds)


class StatusColumn(ProgressColumn):
    """Words that change while nothing else does, asked for at every refresh."""

    def __init__(self, status: Callable[[], str]) -> None:
        super().__init__()
        self.status = status

    def render(self, task: Task) -> Text:
        """The words of this moment."""
        return Text(self.status())


@contextmanager
def progress(name: str, seconds: float, status: Callable[[], str]) -> Iterator[Bar]:
    """Show a bar for file `name` until the block ends; nothing where stderr is not a terminal."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:.0f} s"),
        TimeElapsedColumn(),
        StatusColumn(status),
    )
    shown = Progress(
        *columns, console=STDERR, transient=True, disable=not (_BARS[0] and STDERR.is_terminal)
    )
    with shown:
        yield Bar(shown, shown.add_task(name, total=seconds))


def hide_bars() -> None:
    """Show no bars from now on: several processes would draw theirs over one another."""
    _BARS[0] = False


def tell(line: str) -> None:
    """One line for a person, on stderr."""
    STDERR.print(f"aiec: {line}")


def stretch(span: Span) -> str:
    """From when to when, as segments are shown."""
    start, end = (timestamp(t, hours=False, marker=".") for t in (span.start, span.end))
    return f"[{start} --> {end}]"


def show(segment: Segment, name: str | None = None) -> None:
    """One segment on stdout, as openai-whisper and faster-whisper's users know it.

    Args:
        name: of its file, before it as grep has it, for readers that see several files as one text.
    """
    prefix = f"{name}: " if name else ""
    print(f"{prefix}{stretch(Span(segment.start, segment.end))} {segment.text}", flush=True)
