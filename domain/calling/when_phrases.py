"""What people say in several words, or in words instead of digits, put shortly for ``when_words`` to cut up.

"half past three" is 3:30, "por la mañana" <morning>, "una hora y media" 1 hours 30 minutes. English and Spanish alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final


def plain(text: str) -> str:
    """The text in lower case, without accents and with single spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


_HALVES: Final = {"manana": "morning", "tarde": "afternoon", "noche": "night"}
_HALF = "manana|tarde|noche|morning|afternoon|evening|night"


def _half(match: re.Match[str]) -> str:
    return f" <{_HALVES.get(match[1], match[1])}> "


_ENGLISH: Final = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
)
_SPANISH: Final = (
    "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete"
    " dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco"
)
_DIGITS: Final = {
    word: number for words in (_ENGLISH, _SPANISH) for number, word in enumerate(words.split(), 1)
} | {"una": 1}
_TENS: Final = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "treinta": 30,
    "cuarenta": 40,
    "cincuenta": 50,
}
_WORD_NUMBER = re.compile(
    rf"\b(?:({'|'.join(_TENS)})(?:(?: y |[ -])({'|'.join(w for w, n in _DIGITS.items() if n < 10)}))?"
    rf"|({'|'.join(sorted(_DIGITS, key=len, reverse=True))}))\b"
)


def _number(match: re.Match[str]) -> str:
    """A number in words as digits: two, veinticinco, forty-five, treinta y cinco."""
    if match[3]:
        return str(_DIGITS[match[3]])
    return str(_TENS[match[1]] + (_DIGITS[match[2]] if match[2] else 0))


_MINUTES: Final = {"half": 30, "media": 30, "quarter": 15, "cuarto": 15}


def _clock(hour: str, part: str, *, before: bool) -> str:
    minutes = _MINUTES.get(part) or int(part)
    if not before:
        return f"{hour}:{minutes:02d}"
    return f"{int(hour) - 1 if int(hour) > 1 else 12}:{60 - minutes:02d}"


def _past(match: re.Match[str]) -> str:
    """Half past 3, quarter to 5, ten to 5."""
    return _clock(match[3], match[1], before=match[2] == "to")


def _y_menos(match: re.Match[str]) -> str:
    """3 y media, 5 menos cuarto."""
    return _clock(match[1], match[3], before=match[2] == "menos")


_COUNT = r"(?:(an?|\d{1,2}) )"


def _hours_and_half(match: re.Match[str]) -> str:
    count = match[1] if match[1] and match[1].isdigit() else "1"
    return f"{count} hours 30 minutes"


_PHRASES: Final[list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]]] = [
    (re.compile(r"\(.*\)\s*$"), " "),
    (re.compile(r"(?<![a-z])([ap])\.\s?m(?:\.|\b)"), r"\1m"),
    (re.compile(r"(?<!\d),|,(?!\d)"), " "),
    (_WORD_NUMBER, _number),
    (re.compile(r"\b(?:pasado manana|(?:the )?day after tomorrow)\b"), " <overmorrow> "),
    (re.compile(rf"\b(?:esta|this) ({_HALF})\b"), lambda m: f" <today> {_half(m)}"),
    (re.compile(r"\b(?:tonight|to-night)\b"), " <today> <night> "),
    (re.compile(r"\b(?:de|por|a|en|durante) la (manana|tarde|noche)\b"), _half),
    (re.compile(r"\b(?:in|during) the (morning|afternoon|evening)\b"), _half),
    (
        re.compile(r"\b(?:de|at) (madrugada|night)\b"),
        lambda m: " <am> " if m[1] == "madrugada" else " <night> ",
    ),
    (re.compile(r"\bde la madrugada\b"), " <am> "),
    (re.compile(r"\bmedio dia\b"), "mediodia"),
    (re.compile(r"\bmedia noche\b"), "medianoche"),
    (re.compile(r"\b(?:semana que viene|proxima semana|semana proxima|next week)\b"), " <nextweek> "),
    (re.compile(r"\b(?:mes que viene|proximo mes|mes proximo|next month)\b"), " <nextmonth> "),
    (re.compile(r"\b(?:que viene|que entra|proxim[oa]|next|coming)\b"), " <next> "),
    (re.compile(r"\b(?:right now|ahora mismo)\b"), " <now> "),
    (re.compile(r"\b(?:from now|desde ahora|a partir de ahora)\b"), " "),
    (re.compile(r"\b(?:a couple of|un par de)\b"), "2"),
    (re.compile(r"\b(?:an? )?quarter of an hour\b|\b(?:un )?cuarto de hora\b"), "15 minutes"),
    (re.compile(r"\b(?:half an hour|media hora)\b"), "30 minutes"),
    (re.compile(rf"\b{_COUNT}?(?:hours?|horas?) (?:and a half|y media)\b"), _hours_and_half),
    (
        re.compile(r"(?<![\w:./-])(half|quarter|20|25|10|5) (?:minutes )?(past|to) (\d{1,2})(?![\w:./-])"),
        _past,
    ),
    (
        re.compile(r"(?<![\w:./-])(\d{1,2}) (y|menos) (media|cuarto|20|25|10|5)\b(?! min| hora|[:./h-])"),
        _y_menos,
    ),
    (re.compile(r"\b(?:an?|one|una?) (?=(?:hour|hora|day|dia|week|semana|month|mes|minut))"), "1 "),
]


def in_short(text: str) -> str:
    """A text made ``plain`` with every phrase replaced by its short form; <word> is a meaning by its name."""
    for phrase, meaning in _PHRASES:
        text = phrase.sub(meaning, text)
    return text
