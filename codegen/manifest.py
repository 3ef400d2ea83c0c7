"""manifest.json: all of a `Design` but its text, for programs that did not make it.

Written and read by `build.py`. Schema 1:

    schema, name, epoch    1, the design's name, E1 or E2
    target                 name, clock_hz, ddr_bytes_per_s: the machine it was planned for
    plan                   tiling (m k n r s t k_l2), columns, rows, why
    sequences              symbol, gemm, padded (mp kp np), arguments (role, nbytes, layout)
    encoder                instead of both, for an encoder: see manifest_encoder.py
    kernels                object, source (in kernels/), defines, symbols
    build                  the commands that make object files, aie.xclbin and instructions

`layout` and `build` are for people; they are not read back.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from aiec.codegen.json_fields import Fields
from aiec.codegen.manifest_encoder import describe_plan, parse_encoder_plan
from aiec.codegen.toolchain.command_lines import documented_commands
from aiec.ir.design import (
    AnyDesign,
    Argument,
    Design,
    EncoderDesign,
    GemmPlan,
    GemmShape,
    GemmTiling,
    KernelBuild,
    Sequence,
)
from aiec.ir.errors import DesignError, OptionError
from aiec.ir.graph import Activation, Gemm
from aiec.ir.options import MLIR_AIE_EPOCHS
from aiec.ir.target import Target, target_named

_TILING = ("m", "k", "n", "r", "s", "t", "k_l2")
SCHEMA = 1  # counts up when a field changes its meaning

LAYOUTS = {
    "x": "(mp, kp) bf16, row-major, zero padded",
    "weight": "[column][np / block_n][kp / k] objects: [k/s][n/t][s][t] bf16, then n fp32 of bias",
    "residual": "[column][mp / block_m][np / block_n][row] objects: [m/r][n/t][r][t] bf16, "
    "each as long as a weight object",
    "out": "(mp, np) bf16, row-major",
}


def render(design: AnyDesign) -> str:
    """The manifest's text."""
    target = design.plan.target
    content = {
        "schema": SCHEMA,
        "name": design.name,
        "epoch": design.epoch,
        "target": {
            "name": target.name,
            "clock_hz": target.clock_hz,
            "ddr_bytes_per_s": target.ddr_bytes_per_s,
        },
        **_plan_and_sequences(design),
        "kernels": [{**asdict(k), "defines": dict(k.defines)} for k in design.kernels],
        "build": documented_commands(design),
    }
    return json.dumps(content, indent=2) + "\n"


def _plan_and_sequences(design: AnyDesign) -> dict[str, Any]:
    if isinstance(design, EncoderDesign):
        return {"encoder": describe_plan(design.plan)}
    plan = design.plan
    return {
        "plan": {
            "tiling": {name: getattr(plan.tiling, name) for name in _TILING},
            "columns": plan.columns,
            "rows": plan.rows,
            "why": plan.why,
        },
        "sequences": [_sequence(s) for s in design.sequences],
    }


def parse(text: str, design_text: str, where: str) -> AnyDesign:
    """Rebuild the `Design` from a manifest's text; `DesignError` names `where` and the field."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise DesignError(
            f"{where} is not JSON: {error}", todo="write the folder again with `aiec compile`"
        ) from error
    root = Fields(content, where, "")
    if root.integer("schema") != SCHEMA:
        raise root.error("schema", f"{SCHEMA}, the schema that this version reads")
    name, epoch = root.string("name"), root.one_of("epoch", MLIR_AIE_EPOCHS)
    target = _parse_target(root.child("target"))
    kernels = tuple(_parse_kernel(f) for f in root.children("kernels"))
    if root.has("encoder"):
        encoder = parse_encoder_plan(root.child("encoder"), target)
        return EncoderDesign(name, epoch, design_text, encoder, kernels)
    sequences = tuple(_parse_sequence(f) for f in root.children("sequences"))
    plan = _parse_plan(root.child("plan"), target, sequences)
    return Design(name, epoch, design_text, plan, sequences, kernels)


def _sequence(sequence: Sequence) -> dict[str, Any]:
    shape = sequence.shape
    return {
        "symbol": sequence.symbol,
        "gemm": asdict(shape.gemm),
        "padded": {"mp": shape.mp, "kp": shape.kp, "np": shape.np},
        "arguments": [{**asdict(a), "layout": LAYOUTS[a.role]} for a in sequence.arguments],
    }


def _parse_target(fields: Fields) -> Target:
    try:
        target = target_named(fields.string("name"))
    except OptionError as error:
        raise fields.error("name", error.expected or "a target") from error
    return target.with_sku(
        clock_hz=fields.integer("clock_hz"), ddr_bytes_per_s=fields.integer("ddr_bytes_per_s")
    )


def _parse_plan(fields: Fields, target: Target, sequences: tuple[Sequence, ...]) -> GemmPlan:
    sizes = fields.child("tiling")
    values = {name: sizes.integer(name) for name in _TILING}
    try:
        tiling = GemmTiling(**values)
    except (AssertionError, ZeroDivisionError) as error:
        raise fields.error("tiling", "multiples of r, s, t and k") from error
    return GemmPlan(
        target=target,
        tiling=tiling,
        columns=fields.integer("columns"),
        rows=fields.integer("rows"),
        shapes=tuple(sequence.shape for sequence in sequences),
        why=fields.string("why"),
    )


def _parse_sequence(fields: Fields) -> Sequence:
    gemm, sizes = fields.child("gemm"), fields.child("padded")
    shape = GemmShape(
        Gemm(
            *(gemm.integer(name) for name in ("m", "k", "n")),
            bias=gemm.boolean("bias"),
            activation=Activation(gemm.one_of("activation", tuple(Activation))),
            residual=gemm.boolean("residual"),
        ),
        *(sizes.integer(name) for name in ("mp", "kp", "np")),
    )
    arguments = tuple(
        Argument(f.one_of("role", tuple(LAYOUTS)), f.integer("nbytes"))
        for f in fields.children("arguments")
    )
    return Sequence(fields.string("symbol"), shape, arguments)


def _parse_kernel(fields: Fields) -> KernelBuild:
    return KernelBuild(
        object=fields.string("object"),
        source=fields.string("source"),
        defines=fields.string_pairs("defines"),
        symbols=fields.strings("symbols"),
    )
