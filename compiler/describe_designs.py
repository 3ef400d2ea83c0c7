"""What a partition's design amounts to in one pass, for a person: the end of `aiec compile`.

Counted from the design itself: dispatches, and bytes that the shims move.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from aiec.codegen.encoder_transfers import issues
from aiec.codegen.transfer import ELEMENT_BYTES
from aiec.ir.design import Artifact
from aiec.ir.encoder import BlockSequence, EncoderPlan
from aiec.ir.partition import Partition


def describe(partition: Partition, artifact: Artifact) -> Iterator[str]:
    """Lines: what a pass takes, then the design with where it lies."""
    design, pieces = artifact.design, partition.pieces
    blocks = [(p.batch, design.plan.block(p.kind, p.gemm)) for p in pieces]
    moved = sum(batch * block_bytes(design.plan, block) for batch, block in blocks)
    yield (
        f"1 array configuration; a pass takes {sum(batch for batch, _ in blocks)} dispatches "
        f"and {moved / 1e6:,.0f} MB through DDR."
    )
    named = ", ".join(sequence.symbol for sequence in design.sequences)
    yield f"{design.name}: {design.plan.why}"
    yield f"  products keep {design.plan.dtype} of activations"
    yield f"  {len(design.sequences)} sequences in {artifact.directory}: {named}"


def block_bytes(plan: EncoderPlan, block: BlockSequence) -> int:
    """Bytes that the shims move for one run of a block."""
    moved = (issue.transfer.sizes for step in block.steps for issue in issues(plan, step))
    return ELEMENT_BYTES * sum(map(math.prod, moved))
