"""WhisperX's flags as its own parser has them, for the table that the tests hold ours to.

Runs in an environment with WhisperX 3.8 (not in ours, whose torch is newer):

    python benchmarks/whisperx_flags.py > tests/speech/whisperx_flags.json
"""

import argparse
import json
import sys
from typing import Any, NoReturn


def record(parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
    """Print every option of `parser`, one a line, in place of parsing."""
    options = [a for a in parser._actions if a.option_strings and a.dest != "help"]
    print("[\n" + ",\n".join(json.dumps(_about(option)) for option in options) + "\n]")
    sys.exit()


def _about(option: argparse.Action) -> dict[str, Any]:
    # The list of languages is Whisper's, and the default device is that of the machine at hand.
    named = option.choices is not None and option.dest != "language"
    here = option.default == argparse.SUPPRESS or option.dest == "device"
    return {
        "names": option.option_strings,
        "default": None if here else option.default,
        "choices": list(option.choices) if named and option.choices else None,
        "takes_value": option.nargs != 0,
    }


if __name__ == "__main__":
    from whisperx.__main__ import cli  # type: ignore[import-not-found]

    argparse.ArgumentParser.parse_args = record  # type: ignore[method-assign, assignment]
    cli()
