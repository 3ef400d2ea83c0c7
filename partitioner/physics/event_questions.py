"""What measurements of launches, switches and the memory ask of the model."""

from __future__ import annotations

import re

from aiec.ir.target import Target
from aiec.partitioner.physics import events
from aiec.partitioner.physics.answer import Answer, UnansweredError
from aiec.partitioner.physics.constants import Constants
from aiec.partitioner.physics.memory import Traffic, ddr_gb_per_s, launch_us
from aiec.partitioner.physics.points import Point

_GEMM_RUN_BYTES = 384  # of the runs in TAKA's pattern, between k_mt 224 and what saturates


def launch(point: Point, target: Target, c: Constants) -> Answer:
    """A warm submission of next to nothing."""
    windows = "windows" in f"{point.qualifier} {point.source}".lower()
    return Answer("launch", launch_us(target, windows, c), target.clock_hz)


def switch(point: Point, target: Target, c: Constants) -> Answer:
    """From one resident design to another, by the locks of the one that is loaded."""
    if "pair" in point.metric:
        return Answer("switch", events.switch_pair_us(target, c), target.clock_hz)
    locks = re.search(r"(\d+) locks", point.qualifier)
    columns = re.search(r"(\d+) ?col", point.qualifier)
    if not locks and not columns:
        raise UnansweredError("neither locks nor columns of the design are given")
    count = int(locks[1]) if locks else events.LOCKS_OF_A_COLUMN * int(columns[1] if columns else 1)
    return Answer("switch", events.switch_us(count, c), target.clock_hz)


def reconfiguration(point: Point, target: Target, c: Constants) -> Answer:
    """Loading a configuration, by whichever way the metric names."""
    if "context_create" in point.metric:
        return Answer("switch", events.CONTEXT_CREATE_US, target.clock_hz)
    table = {"control_packet": events.CONTROL_PACKET_US, "pdi_load": events.PDI_US}
    for word, known in table.items():
        if word in point.metric:
            if target.isa not in known:
                raise UnansweredError(f"no {word} of {target.name} is published")
            return Answer("switch", known[target.isa], target.clock_hz)
    return Answer("switch", events.configure_us(target), target.clock_hz)


def dram_bandwidth(point: Point, target: Target, c: Constants) -> Answer:
    """What a GEMM's transfers reach."""
    run = Traffic(1e9, _GEMM_RUN_BYTES)
    us = run.cost_bytes(c) / (1e3 * ddr_gb_per_s(target, c))
    return Answer("bandwidth", us, target.clock_hz, nbytes=run.nbytes)
