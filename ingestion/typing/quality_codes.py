"""Tables of quality codes, one per notation that historians and live systems use.

Belongs here: what a code means, with the source of each table. How tables are applied stands in status.py.
A code is a number (decimal, 0x hexadecimal, or a negative 32-bit one) or a text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Status: TypeAlias = Literal["good", "uncertain", "bad"]
ALL_BITS = 0xFFFFFFFF


@dataclass(frozen=True)
class Meaning:
    """What a code says about a value. Flags: it was replaced by hand or by a rule; it is doubted; it was cut at a limit."""

    status: Status
    substituted: bool = False
    questionable: bool = False
    clamped: bool = False


@dataclass(frozen=True)
class Span:
    """Numbers whose bits under `mask` lie from `low` to `high` (none given: exactly `low`)."""

    low: int
    high: int | None = None
    mask: int = ALL_BITS

    @property
    def last(self) -> int:
        """The upper end, included."""
        return self.low if self.high is None else self.high


@dataclass(frozen=True)
class CodeTable:
    """One notation. Numbers: the first span of `status` counts, each flag is set by any of its spans.

    Texts are compared without regard to case: whole ones, then beginnings; `other` is any further text and `blank`
    an empty one. Without them such a code cannot be read, and a blank says nothing.
    """

    status: tuple[tuple[Span, Status], ...] = ()
    substituted: tuple[Span, ...] = ()
    questionable: tuple[Span, ...] = ()
    clamped: tuple[Span, ...] = ()
    texts: Mapping[str, Meaning] = field(default_factory=dict)
    beginnings: Mapping[str, Meaning] = field(default_factory=dict)
    other: Meaning | None = None
    blank: Meaning | None = None


GOOD = Meaning("good")
DOUBTED = Meaning("uncertain", questionable=True)
BAD = Meaning("bad")
_WORDS = {"good": GOOD, "uncertain": DOUBTED, "bad": BAD}

# OPC UA part 4, 7.39: severity in bits 31-30, sub code below; bits 11-10 = 01 say that bits 9-8 are limits
# (01 low, 10 high, 11 constant). Overridden by hand: GoodLocalOverride, UncertainSubstituteValue; cut: GoodClamped.
_SEVERITY, _SUB_CODE, _LIMITS = 0xC0000000, 0xFFFF0000, 0x00000F00
OPC_UA = CodeTable(
    status=(
        (Span(0x00000000, mask=_SEVERITY), "good"),
        (Span(0x40000000, mask=_SEVERITY), "uncertain"),
        (Span(0x80000000, 0xC0000000, mask=_SEVERITY), "bad"),
    ),
    substituted=(Span(0x00960000, mask=_SUB_CODE), Span(0x40910000, mask=_SUB_CODE)),
    questionable=(Span(0x40000000, mask=_SEVERITY),),
    clamped=(Span(0x00300000, mask=_SUB_CODE), Span(0x0500, 0x0600, mask=_LIMITS)),
    texts={
        "goodlocaloverride": Meaning("good", substituted=True),
        "goodclamped": Meaning("good", clamped=True),
        "uncertainsubstitutevalue": Meaning("uncertain", substituted=True, questionable=True),
    },
    beginnings=_WORDS,
)

# OPC Data Access: QQSSSSLL in the low byte (QQ 11 good, 01 uncertain; LL 01 low, 10 high), the high byte is the
# vendor's. 216 is a local override. OPC Historical Data Access puts 0x200000 (no data), 0x400000 (data lost) above.
_QUALITY, _LIMIT, _STATUS = 0xC0, 0x03, 0xFC
OPC_CLASSIC = CodeTable(
    status=(
        (Span(0x00200000, 0x00600000, mask=0x00600000), "bad"),
        (Span(0xC0, mask=_QUALITY), "good"),
        (Span(0x40, mask=_QUALITY), "uncertain"),
        (Span(0, ALL_BITS), "bad"),
    ),
    substituted=(Span(216, mask=_STATUS),),
    questionable=(Span(0x40, mask=_QUALITY),),
    clamped=(Span(1, 2, mask=_LIMIT),),
    texts=_WORDS,
)

# Ignition: dataintegrity holds OPC numbers (192 good, 64 uncertain, 0 bad), since version 8 also quality codes with
# the severity of OPC UA above or the sub code alone (200-203 good, 256-261 uncertain, from 512 bad; before: 300-902 bad).
IGNITION = CodeTable(
    status=(
        (Span(0x40000000, mask=_SEVERITY), "uncertain"),
        (Span(0x80000000, 0xC0000000, mask=_SEVERITY), "bad"),
        (Span(0, 63), "bad"),
        (Span(64, 127), "uncertain"),
        (Span(128, 191), "bad"),
        (Span(192, 255), "good"),
        (Span(256, 261), "uncertain"),
        (Span(262, 0x3FFFFFFF), "bad"),
    ),
    substituted=(Span(216, 219),),
    questionable=(Span(0x40000000, mask=_SEVERITY), Span(64, 127), Span(256, 261)),
    clamped=(Span(193, 194), Span(65, 66)),
    beginnings=_WORDS,
)

# AVEVA Historian QualityDetail: the low byte says what happened (0 bad, 1 and 133 no data, 10 communication lost,
# 17 same time stamp twice, 20 overflow, 24 I/O server lost, 33 licence, 64 not convertible, 249 no number; 202 is a
# corrected value); the second byte that a time stamp was overwritten.
_DETAIL = 0xFF
AVEVA_DETAIL = CodeTable(
    status=(
        *((Span(code, mask=_DETAIL), "bad") for code in (0, 1, 10, 17, 20, 24, 33, 64, 133, 249)),
        *((Span(code, mask=_DETAIL), "good") for code in (2, 16, 44, 150, 151, 202, 212, 248, 252)),
        (Span(0xC0, mask=0xC0), "good"),
        (Span(0x40, mask=0xC0), "uncertain"),
        (Span(0, ALL_BITS), "bad"),
    ),
    substituted=(Span(202, mask=_DETAIL),),
    questionable=(Span(0x0100, 0xFF00, mask=0xFF00), Span(65, 127, mask=_DETAIL)),
)
# Its Quality: 0 good, 1 bad, 16 doubtful, 133 initial value of a request.
AVEVA_QUALITY = CodeTable(
    status=((Span(0), "good"), (Span(133), "good"), (Span(16), "uncertain"), (Span(1), "bad")),
    questionable=(Span(16),),
)

# GE Proficy Historian: words in CSV files; numbers 0 bad, 1 uncertain, 2 not available, 3 good, or a percentage.
PROFICY = CodeTable(
    status=(
        (Span(0), "bad"),
        (Span(1), "uncertain"),
        (Span(2), "bad"),
        (Span(3), "good"),
        (Span(4, 99), "uncertain"),
        (Span(100), "good"),
    ),
    questionable=(Span(1), Span(4, 99)),
    texts={**_WORDS, "unknown": DOUBTED, "na": BAD, "n/a": BAD, "not available": BAD},
    beginnings={"good": GOOD, "bad": BAD, "uncertain": DOUBTED},
)

# Sparkplug 3.0, 6.4.17: property Quality 0 bad, 192 good, 500 stale.
SPARKPLUG = CodeTable(
    status=((Span(192), "good"), (Span(0), "bad"), (Span(500), "bad")), texts=_WORDS, blank=GOOD
)

# PI system digital states that stand in place of a value; any other text is a value of a string or digital point.
_PI_BAD = (
    "?",
    "access denied",
    "bad",
    "bad data",
    "bad input",
    "bad output",
    "bad quality",
    "bad total",
    "bad_quality",
    "calc crash",
    "calc failed",
    "calc off",
    "calc overflow",
    "calc timeout",
    "comm fail",
    "configure",
    "coscan",
    "dcs failed",
    "digital state",
    "doubtful",
    "equip fail",
    "error",
    "failed",
    "i/o timeout",
    "inp outrange",
    "int shut",
    "intf shut",
    "invalid data",
    "invalid float",
    "no alarm",
    "no data",
    "no lab data",
    "no result",
    "no sample",
    "not connect",
    "not converge",
    "out of serv",
    "over range",
    "pt created",
    "sample bad",
    "scan off",
    "scan timeout",
    "set to bad",
    "shutdown",
    "snapfix",
    "trace",
    "under range",
    "unit down",
    "unknown",
)
PI_STATE = CodeTable(
    status=((Span(0, ALL_BITS), "good"),), texts=dict.fromkeys(_PI_BAD, BAD), other=GOOD, blank=BAD
)
_YES, _NO = ("true", "1", "yes", "ja", "wahr", "oui"), ("false", "0", "no", "nein", "falsch", "non")
PI_GOOD = CodeTable(texts={**dict.fromkeys(_YES, GOOD), **dict.fromkeys(_NO, BAD)})
PI_QUESTIONABLE = CodeTable(texts={**dict.fromkeys(_YES, DOUBTED), **dict.fromkeys(_NO, GOOD)})
PI_SUBSTITUTED = CodeTable(
    texts={**dict.fromkeys(_YES, Meaning("good", substituted=True)), **dict.fromkeys(_NO, GOOD)}
)

# Systems without quality: every value counts as good.
UNRATED = CodeTable(status=((Span(0, ALL_BITS), "good"),), other=GOOD, blank=GOOD)

CODES: Mapping[str, CodeTable] = {
    "opc_ua": OPC_UA,
    "opc_classic": OPC_CLASSIC,
    "ignition": IGNITION,
    "aveva_detail": AVEVA_DETAIL,
    "aveva_quality": AVEVA_QUALITY,
    "proficy": PROFICY,
    "sparkplug": SPARKPLUG,
    "sitewise": CodeTable(texts=_WORDS, blank=GOOD),
    "words": CodeTable(texts=_WORDS),
    "pi_state": PI_STATE,
    "pi_good": PI_GOOD,
    "pi_questionable": PI_QUESTIONABLE,
    "pi_substituted": PI_SUBSTITUTED,
    "unrated": UNRATED,
}

# How systems write the code that nearly all of their values have: good, and no more.
USUAL: Mapping[str, str] = {
    **dict.fromkeys(("opc_classic", "ignition", "aveva_detail", "sparkplug"), "192"),
    "opc_ua": "0",
    "aveva_quality": "0",
    "proficy": "Good",
    "sitewise": "GOOD",
    "words": "good",
    "pi_good": "True",
    "pi_questionable": "False",
    "pi_substituted": "False",
}
