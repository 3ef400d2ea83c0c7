"""The op that ends a region, and regions whose end is implied.

Where it stands: below the op files with regions. `aie.end` is written where it means something (a
core's program, a chain of descriptors) and implied elsewhere; both are read.
"""

from __future__ import annotations

from xdsl.ir import Block, Region
from xdsl.irdl import IRDLOperation, irdl_op_definition, traits_def
from xdsl.parser import Parser
from xdsl.traits import IsTerminator


@irdl_op_definition
class EndOp(IRDLOperation):
    """Ends a core's program or a chain of descriptors."""

    name = "aie.end"
    traits = traits_def(IsTerminator())
    assembly_format = "attr-dict"


def parse_implicit_region(parser: Parser, arguments: list[Parser.Argument] | None = None) -> Region:
    """Read a region of one block, without the `aie.end` that its op implies."""
    region = parser.parse_region(arguments)
    if not region.blocks:
        region.add_block(Block())
    block = region.blocks[0]
    if isinstance(block.last_op, EndOp):
        block.last_op.detach()
    return region
