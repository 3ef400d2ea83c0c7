"""manifest.json: all of a `Design` but its text and streams, for programs that did not make it.

The whole contract: a folder is read without planning again. Written and read by `build.py`:

    maker, schema          "aiec", and the number of this schema
    name, epoch            the design's name, E1 or E2
    target                 name, clock_hz, ddr_bytes_per_s: the machine it was planned for
    plan                   the `EncoderPlan`, field by field: blocks with their arguments and steps
    kernels                object, source (in kernels/), defines, symbols
    build                  the commands that make object files, aie.xclbin and instructions

`build` is for people; it is not read back. Foreign, older, newer and damaged files are told apart.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, get_type_hints

from aiec.codegen.json_records import Place, read, written
from aiec.codegen.toolchain.command_lines import documented_commands
from aiec.ir.design import Design, KernelBuild
from aiec.ir.encoder import EncoderPlan
from aiec.ir.errors import DesignError, OptionError
from aiec.ir.options import MLIR_AIE_EPOCHS
from aiec.ir.target import Target, target_named

MAKER = "aiec"
SCHEMA = 2  # counts up when a field changes its meaning
_AGAIN = "write the folder again with `aiec compile`"


def render(design: Design) -> str:
    """The manifest's text."""
    target = design.plan.target
    plan = written(design.plan)
    del plan["target"]
    content = {
        "maker": MAKER,
        "schema": SCHEMA,
        "name": design.name,
        "epoch": design.epoch,
        "target": {
            "name": target.name,
            "clock_hz": target.clock_hz,
            "ddr_bytes_per_s": target.ddr_bytes_per_s,
        },
        "plan": plan,
        "kernels": written(design.kernels),
        "build": documented_commands(design),
    }
    return json.dumps(content, indent=1) + "\n"


def parse(text: str, design_text: str, where: str) -> Design:
    """Rebuild the `Design` from a manifest's text; `DesignError` names `where` and the field."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise DesignError(f"{where} is not JSON: {error}", todo=_AGAIN) from error
    root = Place(where, "")
    _refuse_foreign(content, where)
    target = _target(_field(content, "target", root), root.field("target"))
    epoch = _text(content, "epoch", root)
    if epoch not in MLIR_AIE_EPOCHS:
        raise root.field("epoch").other(epoch, "one of " + ", ".join(MLIR_AIE_EPOCHS))
    return Design(
        _text(content, "name", root),
        epoch,
        design_text,
        _plan(_field(content, "plan", root), target, root.field("plan")),
        read(tuple[KernelBuild, ...], _field(content, "kernels", root), root.field("kernels")),
    )


def _refuse_foreign(content: Any, where: str) -> None:
    """Raise `DesignError` for a file of another program, or of another version of this one."""
    schema = content.get("schema") if isinstance(content, dict) else None
    if not isinstance(schema, int) or content.get("maker", MAKER) != MAKER:
        raise DesignError(
            f"{where} is not a manifest of aiec", expected="a folder written by `aiec compile`"
        )
    if schema != SCHEMA:
        age = "an older" if schema < SCHEMA else "a newer"
        raise DesignError(
            f"{where} was written by {age} version: its schema is {schema}",
            expected=f"schema {SCHEMA}",
            todo=_AGAIN,
        )


def _field(content: Any, name: str, place: Place) -> Any:
    if not isinstance(content, dict):
        raise place.other(content, "an object")
    if name not in content:
        raise place.field(name).damaged("is missing", "the field")
    return content[name]


def _text(content: Any, name: str, place: Place) -> str:
    return read(str, _field(content, name, place), place.field(name))


def _target(content: Any, place: Place) -> Target:
    name = _text(content, "name", place)
    try:
        target = target_named(name)
    except OptionError as error:
        raise place.field("name").other(name, error.expected or "a target") from error
    clock, ddr = (
        read(int, _field(content, field, place), place.field(field))
        for field in ("clock_hz", "ddr_bytes_per_s")
    )
    return target.with_sku(clock_hz=clock, ddr_bytes_per_s=ddr)


def _plan(content: Any, target: Target, place: Place) -> EncoderPlan:
    """All fields of a plan but its target."""
    hints = get_type_hints(EncoderPlan)
    values = {
        field.name: read(
            hints[field.name], _field(content, field.name, place), place.field(field.name)
        )
        for field in fields(EncoderPlan)
        if field.name != "target"
    }
    plan = EncoderPlan(target, **values)
    if plan.dtype not in target.dtypes:
        raise place.field("dtype").other(plan.dtype, "one of " + ", ".join(target.dtypes))
    return plan
