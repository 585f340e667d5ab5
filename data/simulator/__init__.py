"""Simulates the demo plant and writes what its systems would export, with labelled faults and the truth.

Belongs here: everything about the simulated plant. Does not belong here: reading the files, which is the pipeline's
work; nothing in the pipeline imports this package, only the command line calls `simulate`.
"""

from data.simulator.simulate import SimulationSummary, simulate

__all__ = ["SimulationSummary", "simulate"]
