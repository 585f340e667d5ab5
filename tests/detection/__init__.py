"""How well sensor faults are found: simulated sensors with labelled faults, through the models of the warehouse."""
