"""Editing a contract file as text: what is not changed keeps its comments and its layout.

PyYAML tells where each value stands; values are replaced, and blocks put in, at these places. What to change is
decided in accept.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from ingestion.contracts.writing import to_yaml


class ContractText:
    """The text of one contract file; every change is made at once, `text` is the result so far."""

    def __init__(self, text: str) -> None:
        self.text = text

    def set_version(self, version: str) -> None:
        """Replace the contract's version."""
        self._replace(_child(self._root(), "version"), version)

    def set_property(self, name: str, key: str, value: Any) -> None:
        """Set one entry of a schema property, after `name` if it is new."""
        node = self._property(name)
        found = _child_or_none(node, key)
        if found is not None:
            self._replace(found, _flow(value))
            return
        anchor = _child(node, "name")
        start = node.start_mark.column
        if node.flow_style:
            self._insert(anchor.end_mark.index, f", {key}: {_flow(value)}")
        else:
            self._insert(anchor.end_mark.index, f"\n{' ' * start}{key}: {_flow(value)}")

    def add_property(self, entry: Mapping[str, Any]) -> None:
        """Append a schema property."""
        self._append(self._properties(), entry)

    def set_custom(self, name: str, value: Any) -> None:
        """Set one of the contract's customProperties."""
        custom = _child(self._root(), "customProperties")
        for item in custom.value:
            if _child(item, "property").value == name:
                column = item.start_mark.column
                lines = _block({"property": name, "value": value}, column)
                self._replace(item, lines)
                return
        self._append(custom, {"property": name, "value": value})

    def _root(self) -> Any:
        return yaml.compose(self.text, Loader=yaml.SafeLoader)

    def _properties(self) -> Any:
        return _child(_child(self._root(), "schema").value[0], "properties")

    def _property(self, name: str) -> Any:
        return next(item for item in self._properties().value if _child(item, "name").value == name)

    def _append(self, sequence: Any, entry: Mapping[str, Any]) -> None:
        last = sequence.value[-1]
        if sequence.flow_style:
            self._insert(_end(last), f", {_flow(dict(entry))}")
            return
        column = last.start_mark.column
        dash = self.text.rfind("-", 0, last.start_mark.index) - (
            self.text.rfind("\n", 0, last.start_mark.index) + 1
        )
        self._insert(self._line_end(_end(last)), f"\n{' ' * dash}- {_block(entry, column)}")

    def _line_end(self, index: int) -> int:
        """Behind a value and the comment on its line."""
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found

    def _replace(self, node: Any, text: str) -> None:
        self.text = self.text[: node.start_mark.index] + text + self.text[_end(node) :]

    def _insert(self, index: int, text: str) -> None:
        self.text = self.text[:index] + text + self.text[index:]


def _child(node: Any, key: str) -> Any:
    found = _child_or_none(node, key)
    if found is None:
        raise KeyError(key)
    return found


def _child_or_none(node: Any, key: str) -> Any:
    return next((value for name, value in node.value if name.value == key), None)


def _end(node: Any) -> int:
    """Where a value's text ends: a block ends with its last value, not where the next one begins."""
    if isinstance(node, yaml.ScalarNode):
        return _scalar_end(node)
    if node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _scalar_end(node: yaml.ScalarNode) -> int:
    if node.style in ("|", ">"):  # such a text ends with the line end that belongs to it
        buffer = str(node.end_mark.buffer or "")[: node.end_mark.index]
        return len(buffer.rstrip()) if buffer else int(node.end_mark.index) - 1
    return int(node.end_mark.index)


def _flow(value: Any) -> str:
    """A value on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True, sort_keys=False)
    return text.removesuffix("\n...\n").rstrip("\n").removesuffix("\n...")


def _block(value: Mapping[str, Any] | Sequence[Any], column: int) -> str:
    """A mapping as lines that begin at `column`, the first without its blanks; empty entries are left out."""
    text = to_yaml(value, width=100)
    return f"\n{' ' * column}".join(text.rstrip("\n").split("\n"))
