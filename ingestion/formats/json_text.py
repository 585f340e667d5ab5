"""JSON text read piece by piece: one value at a time out of a document that may be larger than memory.

The C scanner of the standard library decodes each value; this module only feeds it and finds the next one. Numbers
stay as written: they come as ASCII bytes, so that 0.10 is not 0.1 and nothing is rounded. An object that gives a key
twice comes as Ambiguous. What paths mean stands in json_paths.py, files and rows in json_nested.py.
"""

import json
from collections.abc import Iterator
from typing import Any, NoReturn, TextIO

_CHUNK = 1 << 20
_TAIL = 12  # characters from which a word such as -Infinity or an escape may be cut


class BrokenJsonError(ValueError):
    """The text is no JSON; `line` is where (1-based)."""

    def __init__(self, line: int, problem: str) -> None:
        self.line = line
        self.problem = problem
        super().__init__(problem)


class Ambiguous(dict[str, Any]):
    """An object that gives a key twice; `pairs` are its members as delivered."""

    pairs: list[tuple[str, Any]]


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    ambiguous = Ambiguous(found)
    ambiguous.pairs = pairs
    return ambiguous


_DECODER = json.JSONDecoder(
    parse_int=str.encode,
    parse_float=str.encode,
    parse_constant=str.encode,
    object_pairs_hook=_members,
)


def decoded(text: str) -> Any:
    """One whole value; BrokenJsonError if it is none."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise BrokenJsonError(error.lineno, error.msg) from error
    except RecursionError as error:
        raise BrokenJsonError(1, "brackets nested deeper than can be followed") from error


def shown(value: Any) -> str:
    """A decoded value as JSON text again, numbers as delivered, a doubled key twice."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        pairs = value.pairs if isinstance(value, Ambiguous) else value.items()
        return "{" + ", ".join(f"{shown(key)}: {shown(member)}" for key, member in pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isascii() else _storable(text)


def _storable(text: str) -> str:
    """Text in which half a surrogate pair stands as its escape."""
    return text.encode("utf-8", "backslashreplace").decode()


class JsonText:
    """A cursor over JSON text. A value may have `limit` characters; what is behind the cursor is forgotten."""

    def __init__(self, handle: TextIO, limit: int) -> None:
        self._handle = handle
        self._limit = limit
        self._text = ""
        self._at = 0
        self._ended = False
        self._line = 1
        self._counted = 0

    @property
    def line(self) -> int:
        """The line of the cursor, 1-based."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def peek(self) -> str:
        """The next character that is not blank, '' at the end."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in " \t\r\n":
                at += 1
            self._at = at
            if at < len(text):
                return text[at]
            if self._ended:
                return ""
            self._more()

    def expect(self, mark: str) -> None:
        """Step over `mark`; BrokenJsonError if something else is there."""
        seen = self.peek()
        if seen != mark:
            self._broken(f"expected {mark!r}, found {seen!r}" if seen else "the document ends in the middle")
        self._at += 1

    def value(self) -> Any:
        """The next value."""
        if not self.peek():
            self._broken("the document ends in the middle")
        while True:
            try:
                found, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                self._go_on(error)
            except RecursionError:
                self._broken("brackets nested deeper than can be followed")
            else:
                if self._ended or not self._may_go_on(end):
                    self._at = end
                    return found
            if len(self._text) - self._at > self._limit:
                self._broken(f"a value of more than {self._limit} characters")
            self._more()

    def elements(self) -> Iterator[int]:
        """Stop before each element of the array at the cursor; yields its index. The caller reads the element."""
        self.expect("[")
        index = 0
        while self.peek() != "]":
            if index:
                self.expect(",")
            yield index
            index += 1
        self.expect("]")

    def members(self) -> Iterator[str]:
        """Stop before each member's value of the object at the cursor; yields its key."""
        self.expect("{")
        first = True
        while self.peek() != "}":
            if not first:
                self.expect(",")
            first = False
            if self.peek() != '"':
                self._broken("expected a key in quotes")
            key = self.value()
            self.expect(":")
            yield key
        self.expect("}")

    def skip(self) -> None:
        """Step over a value without holding it: a list or object member by member."""
        mark = self.peek()
        if mark == "[":
            for _ in self.elements():
                self.value()
        elif mark == "{":
            for _ in self.members():
                self.skip()
        else:
            self.value()

    def _may_go_on(self, end: int) -> bool:
        """True if the buffer ends at a value's end, or within a number such as 1.5 behind its 1."""
        rest = self._text[end : end + 3]
        return not rest or (len(rest) < 3 and rest[0] in ".eE")

    def _go_on(self, error: json.JSONDecodeError) -> None:
        """Return if more text may mend the error."""
        cut = error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _TAIL
        if cut and not self._ended:
            return
        self._at = min(error.pos, len(self._text))
        self._broken("the document ends in the middle" if cut else error.msg)

    def _more(self) -> None:
        """Forget what is behind the cursor, then read at least as much as is left: a long value is no n-squared."""
        _ = self.line
        rest = self._text[self._at :]
        more = self._handle.read(max(_CHUNK, len(rest)))
        self._ended = not more
        self._text, self._at, self._counted = rest + more, 0, 0

    def _broken(self, problem: str) -> NoReturn:
        raise BrokenJsonError(self.line, problem)
