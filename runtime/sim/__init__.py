"""The simulator: runs MLIR-AIE text without an NPU, and says where the time went (simulated).

array/       time, memories, locks, DMA channels, streams, cores: what everything stands on
program/     MLIR bodies as Python generators, and what scalar code costs a core
load/        from the text onto the array: legality, ObjectFifos, flows, descriptors, cores
sequence/    runtime sequences: the controller, register writes, tasks
tell/        what a run tells: report, deadlocks, timeline, floor plan
sim_array    one array and the devices of a module that configure it
simulator, run_file    the faces: Python and command line

Imports go one way: array <- program <- load <- sequence <- sim_array <- simulator <- run_file, and
tell reads the array alone. `lint-imports` keeps that order.
"""

from aiec.runtime.sim.simulator import Simulator, simulate
from aiec.runtime.sim.tell.diagnose import DeadlockError
from aiec.runtime.sim.tell.report import ChannelTime, CoreTime, Report

__all__ = ["ChannelTime", "CoreTime", "DeadlockError", "Report", "Simulator", "simulate"]
