"""Telephone numbers as people write them, made into E.164 or refused with a reason.

For the import, the console and the register: every number is validated against its country's numbering plan,
a cell may hold several, and what a spreadsheet destroyed is recognised. Also: the zones a number may lie in.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import Literal, NamedTuple

from domain.contacts.number_blocks import OPEN_DIGITS, Unsettled, settle
from domain.contacts.number_zones import zones_of, zones_of_block
from domain.contacts.numbering import Region, Unusual, region_named, resolve
from domain.errors import Invalid


class PhoneReason(StrEnum):
    """Why a text is no telephone number that can be called."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    LETTERS = "letters"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    WRONG_LENGTH = "wrong_length"
    DIGITS_LOST = "digits_lost"
    UNKNOWN_COUNTRY = "unknown_country"
    NOT_IN_USE = "not_in_use"


_MESSAGES = {
    PhoneReason.EMPTY: "no phone number",
    PhoneReason.NOT_A_NUMBER: "not a phone number",
    PhoneReason.LETTERS: "letters in the number",
    PhoneReason.TOO_SHORT: "too few digits",
    PhoneReason.TOO_LONG: "too many digits",
    PhoneReason.WRONG_LENGTH: "no number of that country has this many digits",
    PhoneReason.DIGITS_LOST: "the spreadsheet lost digits of it; format the column as text and export again",
    PhoneReason.UNKNOWN_COUNTRY: "unknown country code",
    PhoneReason.NOT_IN_USE: "no such number in the country's numbering plan",
}


class Phone(NamedTuple):
    """A valid number: E.164, the IANA zones it may lie in (none if unknown), the extension given with it."""

    e164: str
    zones: tuple[str, ...] = ()
    extension: str = ""


class InvalidPhone(NamedTuple):
    """A text that is no callable number, with the reason and a few words for a person."""

    text: str
    reason: PhoneReason

    @property
    def message(self) -> str:
        """What is wrong, in a few words, without the text itself."""
        return _MESSAGES[self.reason]


class PhoneCell(NamedTuple):
    """What a cell held: its valid numbers in order without repeats, and the first part that is none."""

    phones: tuple[Phone, ...]
    invalid: InvalidPhone | None = None


def normalise(text: str, region: str | None) -> Phone | InvalidPhone:
    """The number a text stands for; the first one where it holds several.

    region: two letters whose habits decide numbers without a country code; None accepts no such numbers.
    Raises `Invalid` for a region that does not exist.
    """
    cell = read_cell(text, region)
    if cell.phones:
        return cell.phones[0]
    return cell.invalid or InvalidPhone(text, PhoneReason.EMPTY)


def read_cell(text: str, region: str | None) -> PhoneCell:
    """All numbers of a cell ("091 234 567 / 099 111 222", "… y …"); see `normalise`."""
    return reader(region)(text)


def time_zones(e164: str) -> tuple[str, ...]:
    """The IANA zones a valid E.164 number may lie in by libphonenumber's prefixes; empty if unknown."""
    try:
        found = resolve(e164.removeprefix("+"), plus=True, region=None)
    except Unusual:
        return ()
    return zones_of(found) if found.verdict else ()


@lru_cache(maxsize=300)
def reader(region: str | None) -> PhoneReader:
    """The reader of a region's numbers, made once; raises `Invalid` for a region that does not exist."""
    if region is None:
        return PhoneReader(None, None)
    plan = region_named(region)
    if plan is None:
        raise Invalid(
            f'There is no region "{region}"; give the two letters of a country, like UY, ES or US.',
            code="unknown_region",
            title="Unknown region",
        )
    return PhoneReader(region.upper(), plan)


# Deleted before a number is judged; the library skips the same characters between digits. A slash is not
# among them: it may stand between two numbers.
_PUNCTUATION = str.maketrans("", "", " \u00a0\t()-.")
_MOST_DIGITS = 20
_LEAST_PART = 6
_LONGEST_CELL = 250
_MOST_BLOCKS = 100_000

_INVISIBLE = frozenset({"Cc", "Cf"})
_FORMULA = re.compile(r'="?([^"]*)"?')
_SCIENTIFIC = re.compile(r"\+?(\d+)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_FLOAT = re.compile(r"\+?(\d{6,})[.,]0+")
_SEPARATORS = re.compile(r"[/;,|&\n\r\\]+|\s(?:y|e|o|u|ou|et|or|and|und|oder)\s", re.IGNORECASE)
_LOOSE_SEPARATORS = re.compile(r"\s+[-–—]\s+|\s{2,}|(?<=\d{7})\s+(?=\+?\d{7})")
_LABELS = frozenset(
    {"tel", "telf", "telefono", "teléfono", "tlf", "tfno", "fono", "cel", "celular", "mob", "mobile", "mov"}
    | {"movil", "móvil", "ph", "phone", "whatsapp", "wpp", "wsp", "t", "c", "m", "p"}
)
_LABEL = re.compile(r"[^\d+(]*")
_EXTENSION = re.compile(
    r"[\s,;-]*(?:;?ext(?:ension|ensión|n)?|x|int(?:erno)?|anexo|ramal|poste|durchwahl|#)[\s.:=#-]*(\d{1,9})#?\Z",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\([^()\d]*\)")


class _Settled(NamedTuple):
    """A block of valid numbers: how their E.164 form begins, and the zones of all of them."""

    begin: str
    zones: tuple[str, ...]


class PhoneReader:
    """Reads cells of one region; what it decides is that of `read_cell`. Get one from `reader`."""

    def __init__(self, region: str | None, plan: Region | None) -> None:
        self._region = region
        self._plan = plan
        # By how many last digits a block leaves open: its beginning as written, None where only one number of it
        # was met, False where its first digits do not settle it.
        self._blocks: tuple[tuple[int, dict[str, _Settled | Literal[False] | None]], ...] = tuple(
            (more, {}) for more in OPEN_DIGITS
        )

    def __call__(self, text: str) -> PhoneCell:
        """The numbers of a cell."""
        phone = self.plain(text)
        return PhoneCell((phone,)) if phone is not None else self._careful(text)

    def plain(self, text: str) -> Phone | None:
        """The one valid number of a cell without surprises, None for anything else (which may hold numbers)."""
        digits = text.translate(_PUNCTUATION)
        if "." in text and _FLOAT.fullmatch(text):
            return None
        for more, blocks in self._blocks:
            block = blocks.get(digits[:-more])
            if block:
                tail = digits[-more:]
                return Phone(block.begin + tail, block.zones) if tail.isdecimal() and tail.isascii() else None
        return self._one_by_one(digits)

    def _one_by_one(self, written: str) -> Phone | None:
        plus = written[:1] == "+"
        digits = written[1:] if plus else written
        if not digits.isdecimal() or not digits.isascii() or len(digits) > _MOST_DIGITS:
            return None
        try:
            found = resolve(digits, plus=plus, region=self._plan)
        except Unusual:
            return None
        if not found.verdict:
            return None
        self._learn(written, plus)
        return Phone(f"+{found.country_code}{found.national}", zones_of(found))

    def _learn(self, written: str, plus: bool) -> None:
        """Settle the block of a valid number, when a second one of it comes (many blocks have only one)."""
        for more, blocks in self._blocks:
            key = written[:-more]
            if len(blocks) >= _MOST_BLOCKS or not key.strip("+"):
                continue
            if key not in blocks:
                blocks[key] = None
            elif blocks[key] is None:
                blocks[key] = self._settled(key, more, plus)
                if blocks[key]:
                    return

    def _settled(self, key: str, more: int, plus: bool) -> _Settled | Literal[False]:
        try:
            block = settle(key.removeprefix("+"), more, plus=plus, region=self._plan)
            zones = zones_of_block(block) if block.verdict else None
        except Unsettled:
            return False
        return _Settled(f"+{block.country_code}{block.national}", zones) if zones is not None else False

    def _careful(self, text: str) -> PhoneCell:
        if len(text) > _LONGEST_CELL:
            return PhoneCell((), InvalidPhone(text, PhoneReason.TOO_LONG))
        tidy = _tidy(text)
        if not tidy:
            return PhoneCell((), InvalidPhone(text, PhoneReason.EMPTY))
        whole = _undo_spreadsheet(tidy)
        if isinstance(whole, PhoneReason):
            return PhoneCell((), InvalidPhone(text, whole))
        parts = self._parts(whole, _SEPARATORS)
        if parts is None:
            one = self._one(whole)
            if isinstance(one, Phone):
                return PhoneCell((one,))
            parts = self._parts(whole, _LOOSE_SEPARATORS)
            if parts is None:
                return self._first_of(whole) or PhoneCell((), InvalidPhone(text, one.reason))
        return PhoneCell(tuple(dict.fromkeys(parts)))

    def _parts(self, text: str, separators: re.Pattern[str]) -> list[Phone] | None:
        """The numbers of a text split in several, None unless each part is one (an extension is no part)."""
        pieces = [piece.strip() for piece in separators.split(text) if piece and piece.strip()]
        if len(pieces) < 2 or any(sum(map(str.isdigit, piece)) < _LEAST_PART for piece in pieces):
            return None
        phones = [self._one(piece) for piece in pieces]
        valid = [phone for phone in phones if isinstance(phone, Phone)]
        return valid if len(valid) == len(phones) else None

    def _first_of(self, text: str) -> PhoneCell | None:
        """A cell with numbers and something else: the numbers count, the rest is named."""
        pieces = [piece.strip() for piece in _SEPARATORS.split(text) if piece and piece.strip()]
        if len(pieces) < 2:
            return None
        read = [self._one(piece) for piece in pieces]
        phones = [phone for phone in read if isinstance(phone, Phone)]
        rest = [phone for phone in read if isinstance(phone, InvalidPhone)]
        return PhoneCell(tuple(dict.fromkeys(phones)), rest[0]) if phones else None

    def _one(self, text: str) -> Phone | InvalidPhone:
        """The number of a text that holds one at most."""
        number = _REMARK.sub("", text).strip()
        number = _without_label(number)
        extension = _EXTENSION.search(number)
        suffix = ""
        if extension is not None:
            number, suffix = number[: extension.start()], extension[1]
        has_digits = any(map(str.isdigit, number))
        if any(map(str.isalpha, number)):
            return InvalidPhone(text, PhoneReason.LETTERS if has_digits else PhoneReason.NOT_A_NUMBER)
        if not has_digits:
            return InvalidPhone(text, PhoneReason.EMPTY)
        if len(number) < 3:
            return InvalidPhone(text, PhoneReason.TOO_SHORT)
        phone = self.plain(number.strip()) or self._library(number)
        return phone._replace(extension=suffix) if isinstance(phone, Phone) and suffix else phone

    def _library(self, text: str) -> Phone | InvalidPhone:
        """What the library says of a text: the last word, and the reason of a refusal."""
        import phonenumbers

        try:
            number = phonenumbers.parse(text, self._region)
        except phonenumbers.NumberParseException as error:
            return InvalidPhone(text, _PARSE_REASONS.get(error.error_type, PhoneReason.NOT_A_NUMBER))
        if phonenumbers.is_valid_number(number):
            e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            return Phone(e164, time_zones(e164), number.extension or "")
        result = phonenumbers.is_possible_number_with_reason(number)
        return InvalidPhone(text, _LENGTH_REASONS.get(result, PhoneReason.NOT_IN_USE))


# Values of phonenumbers.NumberParseException and ValidationResult, so that the library stays unloaded.
_PARSE_REASONS = {
    0: PhoneReason.UNKNOWN_COUNTRY,
    1: PhoneReason.NOT_A_NUMBER,
    2: PhoneReason.TOO_SHORT,
    3: PhoneReason.TOO_SHORT,
    4: PhoneReason.TOO_LONG,
}
_LENGTH_REASONS = {
    1: PhoneReason.UNKNOWN_COUNTRY,
    2: PhoneReason.TOO_SHORT,
    3: PhoneReason.TOO_LONG,
    4: PhoneReason.TOO_SHORT,
    5: PhoneReason.WRONG_LENGTH,
}


def _tidy(text: str) -> str:
    """A cell without what spreadsheets and phones add unseen: direction marks, quotes, apostrophes, ="…"."""
    seen = "".join(c for c in text if c in "\n\r\t" or unicodedata.category(c) not in _INVISIBLE)
    seen = unicodedata.normalize("NFKC", seen).strip().lstrip("'’`\"").rstrip("'’`\"").strip()
    formula = _FORMULA.fullmatch(seen)
    return formula[1].strip() if formula is not None else seen


def _without_label(text: str) -> str:
    """A number without the words before it ("Tel. 099…"); letters that touch it must be a known label."""
    label = _LABEL.match(text)
    before = label[0] if label is not None else ""
    if not before.strip() or len(before) == len(text):
        return text
    touches = before[-1].isalpha()
    if touches and before.split()[-1].lower().rstrip(".:") not in _LABELS:
        return text
    return text[len(before) :]


def _undo_spreadsheet(text: str) -> str | PhoneReason:
    """A number that a spreadsheet made a decimal of, written out again; `DIGITS_LOST` where it cannot be."""
    decimal = _FLOAT.fullmatch(text)
    if decimal is not None:
        return ("+" if text.startswith("+") else "") + decimal[1]
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific is None:
        return text
    whole, fraction, exponent = scientific[1], scientific[2] or "", int(scientific[3])
    digits, missing = whole + fraction, exponent - len(fraction)
    if missing < 0:
        kept, cut = digits[:missing], digits[missing:]
        return kept if not cut.strip("0") else PhoneReason.NOT_A_NUMBER
    # Spreadsheets round to at most six digits; a longer mantissa is the whole number, but for a last zero.
    if missing == 0 or (missing == 1 and len(digits) >= 10):
        return digits + "0" * missing
    return PhoneReason.DIGITS_LOST
