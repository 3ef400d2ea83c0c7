"""The part of a manifest that describes an encoder's plan; used by `manifest.py`.

    shape                  state, heads, layers, mels, frames, mlp: what the plan was made of
    dtype                  what products keep of activations: bf16 or bfp16
    columns, rows, why     of the array
    sequences              symbol, kind, macs, arguments (role, nbytes) and steps with their tiles

The plan is made anew from shape, dtype and kinds when it is read back, and must have the same
sequences.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from aiec.codegen.json_fields import Fields
from aiec.codegen.plan_encoder import plan_encoder
from aiec.ir.encoder import BlockKind, BlockSequence, EncoderPlan, EncoderShape
from aiec.ir.target import Target

_SIZES = ("state", "heads", "layers", "mels", "frames", "mlp")


def describe_plan(plan: EncoderPlan) -> dict[str, Any]:
    """The plan as JSON's plain types."""
    return {
        "shape": {name: getattr(plan.shape, name) for name in _SIZES},
        "dtype": plan.dtype,
        "columns": plan.columns,
        "rows": plan.rows,
        "why": plan.why,
        "sequences": [_sequence(block) for block in plan.blocks],
    }


def parse_encoder_plan(fields: Fields, target: Target) -> EncoderPlan:
    """Make the plan that was described; `DesignError` names the field that does not fit."""
    sizes = fields.child("shape")
    values = {name: sizes.integer(name) for name in _SIZES}
    try:
        shape = EncoderShape(**values)
    except AssertionError as error:
        raise fields.error("shape", "heads of 64, and an mlp of whole tiles") from error
    kinds = [
        BlockKind(one.one_of("kind", tuple(BlockKind))) for one in fields.children("sequences")
    ]
    dtype = fields.one_of("dtype", target.dtypes)
    plan = plan_encoder(shape, target, kinds, dtype=dtype)
    if fields.content["sequences"] != [_sequence(block) for block in plan.blocks]:
        raise fields.error("sequences", "those that this version plans for the shape")
    return plan


def _sequence(block: BlockSequence) -> dict[str, Any]:
    """Plain types, as they are after a round through JSON."""
    steps = [{"step": type(step).__name__, **asdict(step)} for step in block.steps]
    return json.loads(
        json.dumps(
            {
                "symbol": block.symbol,
                "kind": block.kind,
                "macs": block.macs,
                "arguments": [asdict(argument) for argument in block.arguments],
                "steps": steps,
            }
        )
    )
