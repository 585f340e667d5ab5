"""Whether a table looks like one that a system of the tree describes already: it has all headers of that contract."""

from ingestion.contracts import Contract, load_contracts
from ingestion.profiling.model import Group, Guess

_FEWEST = 4
_MADE_UP = "column_"


def guess_known(group: Group) -> Guess | None:
    """The contract whose headers the table has; of several the one that covers most of it."""
    headers = set(group.headers)
    if all(header.startswith(_MADE_UP) for header in headers):
        return None
    fitting = [contract for contract in load_contracts() if _fits(contract, group.format, headers)]
    if not fitting:
        return None
    best = max(fitting, key=lambda contract: len(contract.headers))
    words = f"has all {len(best.headers)} columns of that contract; if it is that system, name it in plant.yml instead"
    return Guess("known as", f"{best.system}.{best.table}", "medium", words)


def _fits(contract: Contract, kind: str, headers: set[str]) -> bool:
    needed = set(contract.headers)
    return contract.format == kind and len(needed) >= _FEWEST and needed <= headers
