"""The signal dictionary: units, paths of the unified namespace, and the checks of a plant's signal files."""
