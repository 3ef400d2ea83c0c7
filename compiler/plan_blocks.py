"""plan_blocks: the plan of a graph's encoder, by which the partitioner prices its blocks.

Between `fuse.py` and the assignment. What the planner refuses becomes the reason why the blocks
stay on the CPU.
"""

from __future__ import annotations

from aiec.codegen.plan_encoder import plan_encoder
from aiec.ir.block import shape_of_blocks
from aiec.ir.errors import CodegenError
from aiec.ir.graph import MixedGraph
from aiec.ir.target import Target
from aiec.partitioner.encoder_model import UNPLANNED, EncoderModel


def plan_blocks(graph: MixedGraph, target: Target | None, dtype: str = "bf16") -> EncoderModel:
    """Plan the blocks of `graph` on `target`; no plan where there are no blocks or no target.

    `dtype` is that of `ir/options.py`; `OptionError` where the target does not have it.
    """
    shape = shape_of_blocks([op.block for op in graph.ops if op.block])
    if shape is None or target is None:
        return UNPLANNED
    try:
        return EncoderModel(plan_encoder(shape, target, dtype=dtype))
    except CodegenError as error:  # a decision with its reason: the blocks stay on the CPU
        return EncoderModel(refusal=f"no design can be planned for {error.message}")
