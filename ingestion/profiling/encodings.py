"""The encoding of a text file, guessed from its head. What a contract makes of the name: formats/text.py."""

import codecs
from collections.abc import Iterator

from ingestion.profiling.model import Confidence, Guess

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TYPICAL = "äöüÄÖÜßéèêàáâçñóíúøåæÅÆØ°µ²³±€ \u2013\u201e\u201c\u201d\u2019"


def guess_encoding(head: bytes) -> Guess | None:
    """The encoding; None for bytes that are no text."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Guess("encoding", name, "high", "byte order mark at the start")
    if wide := _without_mark(head):
        return wide
    if _is_binary(head):
        return None
    if head.isascii():
        return Guess("encoding", "utf-8", "medium", "plain ASCII in the sample; other letters were not seen")
    if _is_utf8(head):
        return Guess("encoding", "utf-8", "high", "letters beyond ASCII are valid UTF-8")
    return _one_byte(head)


def _without_mark(head: bytes) -> Guess | None:
    """UTF-16 without mark: every other byte of western text is zero."""
    half = len(head) // 2
    for name, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if half > 8 and zeros.count(0) > 0.7 * half:
            return Guess("encoding", name, "medium", "every other byte is zero, no byte order mark")
    return None


def _is_binary(head: bytes) -> bool:
    controls = sum(head.count(bytes([code])) for code in (*range(9), *range(14, 32)))
    return b"\0" in head or controls > len(head) / 100


def _is_utf8(head: bytes) -> bool:
    """Also if the head ends within a letter."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _one_byte(head: bytes) -> Guess:
    """cp1252 against the old DOS pages: which one makes letters and signs of the bytes above ASCII."""
    scores = sorted(_scores(head), reverse=True)
    (best, name, shown), (second, other, _) = scores[:2]
    confidence: Confidence = "medium" if best > second + 0.2 else "low"
    return Guess(
        "encoding",
        name,
        confidence,
        f"not UTF-8; as {name} the bytes above ASCII read {shown!r}, {best:.0%} of them usual letters and signs "
        f"({second:.0%} as {other})",
    )


def _scores(head: bytes) -> Iterator[tuple[float, str, str]]:
    high = bytes(code for code in head if code >= 0x80)
    for name in ("cp1252", "cp850", "cp437"):
        text = high.decode(name, errors="replace")
        usual = sum(letter in _TYPICAL for letter in text) / len(text)
        yield usual + (0.01 if name == "cp1252" else 0), name, "".join(dict.fromkeys(text))[:12]
