"""Options from everywhere: the call beats the environment, it beats the file, it beats defaults.

Used by `backend.py` and `cli.py`. An unknown key, or a value that an option cannot take, is an
error that names its source and the nearest key; an unknown variable, which may be another tool's,
is a warning.

Environment, read here alone (lists by commas, yes/no as 1 or 0, true or false):

    AIE_CONFIG      the configuration file, instead of those below
    AIE_<OPTION>    any option of `aiec.ir.options.Options`, in capitals: AIE_DEVICE=sim:npu2
    AIE_CXX         the C++ compiler of simulated kernels; read in `kernels/host_compiler.py`
    AIE_XCLBINUTIL  XRT's packer, as mlir-aie names it; read in `codegen/toolchain/find.py`

File: `aiec.toml` in the working directory, else in the user's configuration directory (on Linux
`~/.config/aiec`); options are keys at its top level.
"""

from __future__ import annotations

import logging
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints

from platformdirs import user_config_path

from aiec.ir.errors import OptionError, nearest
from aiec.ir.options import OPTION_NAMES, Options, options_from

log = logging.getLogger("aiec")

FILE_NAME = "aiec.toml"
_PREFIX = "AIE_"
_VARIABLES: dict[str, str] = {_PREFIX + name.upper(): name for name in OPTION_NAMES}
_CONFIG_VARIABLE = "AIE_CONFIG"
_OTHER_VARIABLES = (_CONFIG_VARIABLE, "AIE_CXX", "AIE_XCLBINUTIL")
_TYPES = get_type_hints(Options)
_WORDS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def load_options(given: Mapping[str, Any] | None = None) -> Options:
    """Return the options that hold, `given` being those of the call.

    Raises:
        OptionError: an unknown key or an impossible value; names the variable, or file and line.
    """
    return options_from(set_options(given))


def set_options(given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the options that somebody set, by name; what is missing has its default.

    Raises:
        OptionError: as `load_options`, for the environment and the file; or `given` has no names.
    """
    if given is not None and not isinstance(given, Mapping):
        raise OptionError(
            f"options cannot be {given!r}", expected="a dict, such as {'device': 'sim:npu2'}"
        )
    path = _config_file()
    return {**(_from_file(path) if path else {}), **_from_environment(), **(given or {})}


def _from_environment() -> dict[str, Any]:
    values: dict[str, Any] = {}
    for variable, text in os.environ.items():
        if not variable.startswith(_PREFIX) or variable in _OTHER_VARIABLES:
            continue
        if variable not in _VARIABLES:  # another tool's, perhaps
            log.warning(
                "unknown environment variable %s is not regarded; expected %s",
                variable,
                nearest(variable, (*_VARIABLES, *_OTHER_VARIABLES)),
            )
            continue
        name = _VARIABLES[variable]
        _check({name: _parse(name, text)}, f"environment variable {variable}")
        values[name] = _parse(name, text)
    return values


def _parse(name: str, text: str) -> Any:
    """The text of a variable as the option's type; left as it is if it does not fit."""
    if _TYPES[name] is bool:
        return _WORDS.get(text.lower(), text)
    if _TYPES[name] == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if _TYPES[name] is int and text.isdecimal():
        return int(text)
    return text


def _config_file() -> Path | None:
    """The file that holds the configuration, or None."""
    named = os.environ.get(_CONFIG_VARIABLE)
    if named:
        if not Path(named).is_file():
            raise OptionError(
                f"configuration file {named} does not exist",
                where=f"environment variable {_CONFIG_VARIABLE}",
            )
        return Path(named)
    places = (Path(FILE_NAME), user_config_path("aiec") / FILE_NAME)
    return next((path for path in places if path.is_file()), None)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise OptionError(f"cannot read configuration file {path}: {error}") from error
    for key, value in values.items():
        _check({key: value}, f"{path}:{_line_of(key, text)}")
    return values


def _check(values: Mapping[str, Any], where: str) -> None:
    """Refuse what `options_from` refuses, saying where it was written."""
    try:
        options_from(values)
    except OptionError as error:
        raise OptionError(
            error.what, where=where, expected=error.expected, todo=error.todo
        ) from None


def _line_of(key: str, text: str) -> int:
    """Line of a top-level key of a TOML text, from 1."""
    pattern = re.compile(rf"""\s*\[*\s*["']?{re.escape(key)}\b""")
    lines = enumerate(text.splitlines(), start=1)
    return next((number for number, line in lines if pattern.match(line)), 1)
