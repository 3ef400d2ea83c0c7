"""The backend "aie" of `torch.compile`: one call a stage, one frozen type between stages.

    capture            Capture      ATen graph with shapes           capture.py
    fuse               MixedGraph   ops that a device can run whole  fuse.py
    assign             Partition    op -> device, and why            partitioner/
    plan, emit, build  Artifact     MLIR-AIE design on disk          codegen/
    session            NpuOps       the design loaded on a device    runtime/
    insert_npu_calls   GraphModule  the graph that runs              insert_npu_calls.py

`options` are those of `aiec.ir.options.Options`. Whatever is refused is an `AiecError`; where the
device is missing and not demanded, everything runs on the CPU, by decision of the partition.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch._dynamo.exc import ShortenTraceback
from torch.fx import GraphModule

from aiec.capture import Capture, capture
from aiec.choose_device import npu_target, open_device
from aiec.codegen.build import build
from aiec.codegen.emit import emit
from aiec.config import load_options
from aiec.dump import dump_capture, dump_mixed_graph, dump_mixed_module
from aiec.first_graph import is_served, served_before
from aiec.fuse import fuse
from aiec.insert_npu_calls import insert_npu_calls
from aiec.ir.design import Artifact
from aiec.ir.errors import AiecError, OptionError
from aiec.ir.options import Options
from aiec.ir.partition import Partition
from aiec.ir.target import Target
from aiec.observe import CompiledGraph, tell
from aiec.partitioner.assign import assign
from aiec.partitioner.machines import npu_of_part
from aiec.partitioner.report import summary, write_report
from aiec.plan_pieces import plan_pieces, price_pieces
from aiec.register import allow_registering_twice
from aiec.runtime.buffers import BufferPool
from aiec.runtime.session import Session
from aiec.runtime.telemetry import Telemetry

log = logging.getLogger("aiec")
allow_registering_twice()


def aie(
    gm: GraphModule,
    example_inputs: Sequence[Any],
    *,
    options: dict[str, Any] | None = None,
    **unknown: Any,
) -> Callable[..., Any]:
    """Compile a Dynamo graph; `torch.compile(model, backend="aie", options={...})` calls this."""
    with _errors_unwrapped():
        _refuse_unknown(unknown)
        settings = load_options(options)
        target = npu_target(settings)
        captured = capture(gm, example_inputs, for_npu=target is not None)
        return captured.install(compile_graph(captured, settings, target))


def compile_graph(captured: Capture, options: Options, target: Target | None) -> Callable[..., Any]:
    """Return what runs `captured` on the devices of its partition; `target` None is CPU only."""
    directory = options.dump_dir / captured.name if options.dump_dir else None
    demanded = options.require_npu and not served_before()
    partition = decide(captured, replace(options, require_npu=demanded), target, directory)
    if partition.npu_ops:
        is_served()
    elif options.require_npu:
        log.warning("%s: nothing runs on the NPU for these shapes", captured.name)
    if options.dry_run or target is None or not partition.npu_ops:
        tell(CompiledGraph(partition, None, directory))
        return captured.module.forward
    artifact = make_design(partition, target, options, directory)
    telemetry = Telemetry()
    pool = BufferPool(
        open_device(target, options), options.memory_mb << 20, require_npu=options.require_npu
    )
    session = Session(pool, artifact, telemetry, check_contents=options.check_weights)
    tell(CompiledGraph(partition, telemetry, directory))
    mixed = insert_npu_calls(captured, partition, session)
    log.debug("%s: the graph that runs\n%s", captured.name, mixed.graph)
    if directory:
        dump_mixed_module(mixed, directory)
    return mixed.forward


def decide(
    captured: Capture,
    options: Options,
    target: Target | None,
    directory: Path | None,
    *,
    windows: int = 1,
    audio_s: float | None = None,
) -> Partition:
    """Fuse and assign; each leaves its result in `directory` if there is one.

    `windows` and `audio_s` say what a pass stands for, where somebody knows.
    """
    graph = fuse(captured)
    log.debug("%s: captured\n%s", captured.name, captured.module.graph)
    log.debug("%s: fused to %s", captured.name, ", ".join(op.name for op in graph.ops))
    if directory:
        dump_capture(captured, directory)
        dump_mixed_graph(graph, directory)
    target = npu_of_part(options.cpu, target) if target else None
    planner = price_pieces(graph, target, options.dtype)
    partition = assign(graph, target, options, planner=planner, windows=windows, audio_s=audio_s)
    if directory:
        write_report(partition, directory)
    for line in summary(partition):
        log.log(logging.WARNING if options.dry_run else logging.INFO, line)
    return partition


def make_design(
    partition: Partition, target: Target, options: Options, directory: Path | None
) -> Artifact:
    """Plan, emit and build what runs the partition's NPU side: a sequence a block.

    It lies in `directory`, if there is one, in a folder of its own name.
    """
    name = re.sub(r"\W+", "_", f"{partition.graph.name}_{target.name}")
    plan = plan_pieces(partition.pieces, target, options.dtype)
    design = emit(plan, name, options.mlir_aie)
    log.debug("%s: %d sequences, %s", design.name, len(design.sequences), plan.why)
    return build(design, directory and directory / name)


def _refuse_unknown(arguments: Mapping[str, Any]) -> None:
    for name, value in arguments.items():
        raise OptionError(
            f"the backend 'aie' takes no {name}={value!r}", todo="ask for what you want in options"
        )


class _Refused(ShortenTraceback):
    """Carries an `AiecError` through Dynamo, which would wrap any other exception."""

    def __init__(self, error: AiecError) -> None:
        super().__init__(error.message, first_useful_frame=None)
        self.error = error

    def remove_dynamo_frames(self) -> Any:
        """What Dynamo raises to the user: the error itself, without Dynamo's frames."""
        return self.error.with_traceback(None)


@contextmanager
def _errors_unwrapped() -> Iterator[None]:
    try:
        yield
    except AiecError as error:
        raise _Refused(error) from error
