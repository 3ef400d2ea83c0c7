"""Whether a model has had a graph on the NPU already, for `require_npu`.

The option is a demand on a model. Dynamo compiles one more graph for a shape that it has not seen,
perhaps in the middle of a long job, which that must not end. Used by `backend.py`.
"""

from __future__ import annotations

from torch._guards import CompileContext

_served: set[int] = set()  # frames, by Dynamo's number, with a graph that used the NPU


def served_before() -> bool:
    """Whether an earlier graph of the frame that is compiled now had ops on the NPU."""
    identity = CompileContext.current_compile_id()
    if identity is None or identity.frame_id is None:
        return False
    if not identity.frame_compile_id:  # numbers begin anew after `torch.compiler.reset`
        _served.discard(identity.frame_id)
    return identity.frame_id in _served


def is_served() -> None:
    """Remember that the frame that is compiled now has ops on the NPU."""
    identity = CompileContext.current_compile_id()
    if identity is not None and identity.frame_id is not None:
        _served.add(identity.frame_id)
