"""How contracts are written: YAML as the linter of the tree wants it. Reading them: odcs.py; changing one: drift/edit.py."""

from typing import Any

import yaml


class IndentedDumper(yaml.SafeDumper):
    """Lists stand indented below their key; repeated values are written out, anchors are hard to read and to compare."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists always; PyYAML's own choice is to leave them flush with the key."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """No anchors."""
        return True


def to_yaml(value: Any, width: int = 110) -> str:
    """The text of a document, in the order of its keys."""
    return str(yaml.dump(value, Dumper=IndentedDumper, sort_keys=False, allow_unicode=True, width=width))
