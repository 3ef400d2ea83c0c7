"""The simulator: runs MLIR-AIE text without an NPU, and says where the time went (simulated).

timing, engine, locks, memory, access     what everything stands on
dma, stream, tokens, process, machine     the array
placement, limits, reading, descriptors,  from the text onto the array
core, sequence, controller, elaborate, image
report, diagnose                          what a run tells
simulator, run_file                       the faces: Python and command line
"""

from aiec.runtime.sim.diagnose import DeadlockError
from aiec.runtime.sim.report import ChannelTime, CoreTime, Report
from aiec.runtime.sim.simulator import Simulator, simulate

__all__ = ["ChannelTime", "CoreTime", "DeadlockError", "Report", "Simulator", "simulate"]
