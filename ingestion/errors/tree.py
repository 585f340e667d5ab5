"""The root of all errors, and those of configuration."""

from pathlib import Path
from typing import ClassVar


class TundishError(Exception):
    """Root of all errors that Tundish raises on purpose. `retryable` says whether trying again later may help."""

    retryable: ClassVar[bool] = False

    def __init__(self, message: str, next_step: str) -> None:
        self.message = message
        self.next_step = next_step
        super().__init__(f"{message} Next step: {next_step}")


class ConfigurationError(TundishError):
    """A setting, a plant file or a contract says something that cannot be used."""

    def __init__(self, source: Path | str, problem: str, next_step: str) -> None:
        self.source = source
        self.problem = problem
        super().__init__(f"{source}: {problem}", next_step)


class PlantError(ConfigurationError):
    """plant.yml is missing or wrong."""


class ContractError(ConfigurationError):
    """A contract is no valid ODCS file or breaks the dialect of Tundish."""
