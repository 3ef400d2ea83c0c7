"""Tables in docs/ that a command writes, each between two marks of its page.

Where it stands: used by the commands beside it; a test runs each with what is in the page now.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table lies: the page's name in docs/, and the lines before and after it."""

    page: str
    begin: str
    end: str

    @property
    def path(self) -> Path:
        """The page."""
        return DOCS / self.page

    def filled(self, table: str) -> str:
        """The page's text with `table` in its place."""
        before, rest = self.path.read_text().split(self.begin)
        return before + self.begin + table + self.end + rest.split(self.end)[1]


def write_or_check(place: Place, page: Callable[[], str], about: str | None) -> int:
    """Write the page, or with `--check` say by the exit status whether it is stale."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--check", action="store_true", help="do not write; 1 if it is stale")
    if parser.parse_args().check:
        return int(page() != place.path.read_text())
    place.path.write_text(page())
    return 0
