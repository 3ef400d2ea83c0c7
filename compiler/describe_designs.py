"""What a partition's designs amount to in one pass, for a person: the end of `aiec compile`.

Counted from the designs themselves: array configurations, dispatches, switches from one to another,
bytes that the shims move.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise

from aiec.codegen.encoder_transfers import issues
from aiec.codegen.gemm_transfers import ELEMENT_BYTES
from aiec.ir.design import Artifact, EncoderDesign
from aiec.ir.encoder import BlockSequence, EncoderPlan
from aiec.ir.graph import FusedOp, OpKind
from aiec.ir.partition import Partition
from aiec.kernels.gemm_cost import ddr_bytes


def describe(partition: Partition, artifacts: Mapping[OpKind, Artifact]) -> Iterator[str]:
    """Lines: what a pass takes, then each design with where it lies."""
    ops = partition.npu_ops
    configurations = f"{len(artifacts)} array configuration{'s' * (len(artifacts) > 1)}"
    moved = sum(_ddr_bytes(op, artifacts[op.kind]) for op in ops)
    switches = sum(one.kind is not other.kind for one, other in pairwise(ops))
    yield (
        f"{configurations}; a pass takes {sum(map(dispatches, ops))} dispatches, {switches} "
        f"switches and {moved / 1e6:,.0f} MB through DDR."
    )
    for artifact in artifacts.values():
        design = artifact.design
        named = ", ".join(sequence.symbol for sequence in design.sequences)
        why = f": {design.plan.why}" if design.plan.why else ""
        yield f"{design.name}{why}"
        if isinstance(design, EncoderDesign):
            yield f"  products keep {design.plan.dtype} of activations"
        yield f"  {len(design.sequences)} sequences in {artifact.directory}: {named}"


def dispatches(op: FusedOp) -> int:
    """Submissions to the NPU: a block's sequence runs once for each window."""
    return op.block.batch if op.block else 1


def block_bytes(plan: EncoderPlan, block: BlockSequence) -> int:
    """Bytes that the shims move for one run of a block."""
    moved = (issue.transfer.sizes for step in block.steps for issue in issues(plan, step))
    return ELEMENT_BYTES * sum(map(math.prod, moved))


def _ddr_bytes(op: FusedOp, artifact: Artifact) -> int:
    design = artifact.design
    if isinstance(design, EncoderDesign):
        assert op.block is not None, op.name
        block = design.plan.block(op.block.kind)
        return op.block.batch * block_bytes(design.plan, block)
    assert op.gemm is not None, op.name
    return ddr_bytes(design.plan, design.sequence_for(op.gemm).shape)
