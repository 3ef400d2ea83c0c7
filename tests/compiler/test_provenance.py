import pytest
from torch.fx import Graph

from aiec.provenance import common_path, module_path, user_line

TRACE = """  File "/x/model.py", line 12, in forward
    x = self.block(x)
        ^^^^^^^^^^^^^
  File "/x/layers/block.py", line 7, in _inner
    return x + 1

"""


def test_user_line_is_the_innermost() -> None:
    node = Graph().placeholder("x")
    assert user_line(node) == ""
    node.meta["stack_trace"] = TRACE
    assert user_line(node) == "block.py:7 in _inner"


@pytest.mark.parametrize(
    ("recorded", "path"),
    [
        ("L['self'].blocks.0.attn", "blocks.0.attn"),
        ("L['self']._modules['blocks']._modules['0'].attn", "blocks.0.attn"),
        ("L['self'].layers[3].mlp", "layers.3.mlp"),
        ("G['model'].encoder", "encoder"),
        ("L['self']", ""),
    ],
)
def test_module_path(recorded: str, path: str) -> None:
    node = Graph().placeholder("x")
    assert module_path(node) == ""
    node.meta["nn_module_stack"] = {"0": ("L['self']", object), "1": (recorded, object)}
    assert module_path(node) == path


@pytest.mark.parametrize(
    ("paths", "common"),
    [
        (["blocks.0.attn.key", "blocks.0.mlp.2"], "blocks.0"),
        (["blocks.0.mlp.0", "blocks.0.mlp.1"], "blocks.0.mlp"),
        (["conv1", "conv2"], ""),
        (["", "blocks.0"], ""),
        (["ln_post"], "ln_post"),
    ],
)
def test_common_path(paths: list[str], common: str) -> None:
    assert common_path(paths) == common
