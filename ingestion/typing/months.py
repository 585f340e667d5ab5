"""Month names of other languages in front of strptime, which knows the English ones only.

formatOptions.monthNames of a contract: a language of NAMES. Abbreviations as .NET and CLDR write them, which is what
Excel add-ins and historians export; English ones stay readable. A name counts as a whole word, in any case, with or
without its full stop.
"""

from collections.abc import Mapping
from functools import reduce

from ingestion.typing.expressions import literal

ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NAMES: Mapping[str, tuple[str, ...]] = {
    "de": (
        "jan|januar|jän|jänner",
        "feb|februar",
        "mär|mrz|märz",
        "apr|april",
        "mai",
        "jun|juni",
        "jul|juli",
        "aug|august",
        "sep|sept|september",
        "okt|oktober",
        "nov|november",
        "dez|dezember",
    ),
    "fr": (
        "janv|janvier",
        "févr|février",
        "mars",
        "avr|avril",
        "mai",
        "juin",
        "juil|juillet",
        "août",
        "sept|septembre",
        "oct|octobre",
        "nov|novembre",
        "déc|décembre",
    ),
    "es": (
        "ene|enero",
        "feb|febrero",
        "mar|marzo",
        "abr|abril",
        "may|mayo",
        "jun|junio",
        "jul|julio",
        "ago|agosto",
        "sep|sept|septiembre",
        "oct|octubre",
        "nov|noviembre",
        "dic|diciembre",
    ),
    "it": (
        "gen|gennaio",
        "feb|febbraio",
        "mar|marzo",
        "apr|aprile",
        "mag|maggio",
        "giu|giugno",
        "lug|luglio",
        "ago|agosto",
        "set|settembre",
        "ott|ottobre",
        "nov|novembre",
        "dic|dicembre",
    ),
    "pt": (
        "jan|janeiro",
        "fev|fevereiro",
        "mar|março",
        "abr|abril",
        "mai|maio",
        "jun|junho",
        "jul|julho",
        "ago|agosto",
        "set|setembro",
        "out|outubro",
        "nov|novembro",
        "dez|dezembro",
    ),
    "nl": (
        "jan|januari",
        "feb|februari",
        "mrt|maart",
        "apr|april",
        "mei",
        "jun|juni",
        "jul|juli",
        "aug|augustus",
        "sep|sept|september",
        "okt|oktober",
        "nov|november",
        "dec|december",
    ),
    "pl": (
        "sty|stycznia",
        "lut|lutego",
        "mar|marca",
        "kwi|kwietnia",
        "maj|maja",
        "cze|czerwca",
        "lip|lipca",
        "sie|sierpnia",
        "wrz|września",
        "paź|października",
        "lis|listopada",
        "gru|grudnia",
    ),
    "sv": (
        "jan|januari",
        "feb|februari",
        "mar|mars",
        "apr|april",
        "maj",
        "jun|juni",
        "jul|juli",
        "aug|augusti",
        "sep|sept|september",
        "okt|oktober",
        "nov|november",
        "dec|december",
    ),
}


def in_english(text: str, language: str) -> str:
    """SQL of the text with its month name in English; KeyError for a language without table."""
    pairs = [
        (words, english)
        for words, english in zip(NAMES[language], ENGLISH, strict=True)
        if words != english.lower()
    ]
    return reduce(lambda sql, pair: _replaced(sql, *pair), pairs, text)


def _replaced(text: str, words: str, english: str) -> str:
    pattern = literal(rf"(^|[^\p{{L}}])({words})\.?([^\p{{L}}]|$)")
    return rf"regexp_replace({text}, {pattern}, '\1{english}\3', 'i')"
