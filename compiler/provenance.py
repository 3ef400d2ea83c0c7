"""Where an FX node comes from: the user's line and the module's path, from what Dynamo recorded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath
from posixpath import commonpath

from torch.fx import GraphModule, Node

_FRAME = re.compile(r'^\s*File "(?P<path>[^"]+)", line (?P<line>\d+), in (?P<function>\S+)', re.M)
_ROOT = re.compile(r"^[LG]\['[^']*'\]")  # Dynamo's name of the compiled object: L['self']
_ITEM = re.compile(r"(?:\._modules)?\['?([^'\]]*)'?\]")  # layers[0] and _modules['0'], to .0


def user_line(node: Node) -> str:
    """`model.py:120 in forward`: the innermost frame of the node's stack trace, or ""."""
    frames = list(_FRAME.finditer(node.meta.get("stack_trace") or ""))
    if not frames:
        return ""
    frame = frames[-1]
    return f"{PurePath(frame['path']).name}:{frame['line']} in {frame['function']}"


def first_user_line(gm: GraphModule) -> str:
    """The user's line of the first node that has one, or ""."""
    return next(filter(None, map(user_line, gm.graph.nodes)), "")


def module_path(node: Node) -> str:
    """`blocks.0.mlp.0`: the path of the innermost module that the node was traced in, or ""."""
    stack = node.meta.get("nn_module_stack") or {}
    if not stack:
        return ""
    path, _type = list(stack.values())[-1]
    return _ITEM.sub(r".\1", _ROOT.sub("", path)).lstrip(".")


def common_path(paths: Sequence[str]) -> str:
    """`blocks.0` of `blocks.0.attn.key` and `blocks.0.mlp.2`; "" if they share none."""
    return commonpath([path.replace(".", "/") for path in paths]).replace("/", ".")
