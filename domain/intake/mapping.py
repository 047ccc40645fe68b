"""Which column of a file fills which field: proposed from headers and values, corrected by the person.

For the import and its preview. Every column says why it was taken; what fills no field is kept as an attribute.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from difflib import get_close_matches

from domain.contacts.details import is_email
from domain.contacts.phones import PhoneReader, reader
from domain.errors import Invalid
from domain.intake.fields import (
    PHONE_FIELDS,
    Field,
    exact_field,
    likely_fields,
    plain,
    speaks_of_phones,
    values_fit,
)
from domain.intake.reading import Record

REJECT_COLUMNS = ("reject_line", "reject_reason", "reject_message")
_TITLE_LINES = 5
_WEAK_WORDS = frozenset({"numero", "number"})
_WRITTEN_AS_PHONE = re.compile(r"\+|0|\d+\D")
AS_TOLD = "given with --map"
BY_VALUES_ONLY = "only its values speak for it: digits that could be telephone numbers"
_DATE = re.compile(r"(\d{4}([-/.])\d{1,2}\2\d{1,2}|\d{1,2}([-/.])\d{1,2}\3\d{4})(?!\d|[-/.])")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: position from 0, its header ("column 3" without one), the field it fills, and why.

    Without a field its values are kept as the attribute called ``name``; ``ignored`` columns are not kept.
    """

    index: int
    name: str
    field: Field | None
    why: str
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The whole mapping. ``skip`` counts the records before the data (titles and header).

    ``doubtful``: a column whose values could be telephone numbers, but whose header says otherwise.
    """

    columns: tuple[Column, ...]
    header: bool
    skip: int
    doubtful: str | None = None

    @property
    def fields(self) -> dict[Field, int]:
        """Position of the column of each field that has one."""
        return {column.field: column.index for column in self.columns if column.field is not None}

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.columns)

    def describe(self) -> str:
        """The mapping as one stable line, for the fingerprint of an import."""
        fields = sorted((field.value, index) for field, index in self.fields.items())
        return f"{self.skip};{self.width};" + ",".join(f"{field}={index}" for field, index in fields)


def parse_overrides(texts: Iterable[str]) -> dict[str, str]:
    """``field=column`` texts as a dictionary; raises `Invalid` for one without "=" or a field given twice."""
    wanted: dict[str, str] = {}
    for text in texts:
        field, sign, column = (part.strip() for part in text.partition("="))
        if not sign or not field or not column:
            raise _bad_map(f'"{text}" is no mapping; write field=column, for example phone=Celular.')
        if wanted.setdefault(field, column) != column:
            raise _bad_map(
                f'The field {field} is given two columns, "{wanted[field]}" and "{column}"; give one.'
            )
    return wanted


def propose(
    sample: Sequence[Record],
    overrides: Dictionary[str, str] | None = None,
    *,
    region: str | None,
    header: bool | None = None,
    attributes: Sequence[str] = (),
    unfinished: bool = False,
) -> ColumnMap:
    """The mapping of a file by its first records.

    overrides: field name to column (a header, or its number from 1). region: for numbers without a country code.
    header: whether the first record names the columns; None decides by content. attributes: columns that fill no
    field, whatever they look like. Raises `Invalid` for unknown fields and columns, two columns for one field, and
    (but for ``unfinished``) a file without any column of telephone numbers.
    """
    wanted = {_field(name): column for name, column in (overrides or {}).items()}
    phone_reader = reader(region)
    skip = _header_position(sample, phone_reader, wanted.values()) if header is None else int(header) - 1
    names = _names(sample, skip)
    body = [record.cells for record in sample[skip + 1 :]]
    columns = _Columns(names, body, phone_reader, has_header=skip >= 0)
    for field, text in wanted.items():
        columns.take(field, columns.find(text), AS_TOLD)
    for text in attributes:
        columns.keep(columns.find(text))
    columns.by_header()
    columns.by_content()
    made = ColumnMap(columns.result(), header=skip >= 0, skip=skip + 1, doubtful=columns.doubtful())
    if not unfinished and (problem := no_phone(made)) is not None:
        raise problem
    return made


def _bad_map(message: str) -> Invalid:
    return Invalid(message, code="bad_mapping", title="Column mapping")


def _field(name: str) -> Field:
    found = exact_field(name)
    if found is None:
        near = get_close_matches(plain(name).replace(" ", "_"), list(Field), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"fields are {', '.join(Field)}."
        raise _bad_map(f'There is no field "{name}"; {hint}')
    return found


def no_phone(columns: ColumnMap) -> Invalid | None:
    """What is wrong with a mapping that has no column of telephone numbers; None with one."""
    if any(field in columns.fields for field in PHONE_FIELDS):
        return None
    names = [column.name for column in columns.columns]
    has_header, doubtful = columns.header, columns.doubtful
    shown = ", ".join(f'"{name}"' for name in names[:8]) + (" …" if len(names) > 8 else "")
    ask = "phone=COLUMN" if has_header else "phone=NUMBER (columns count from 1)"
    doubt = f' (the numbers of "{doubtful}" could be, but its header says otherwise)' if doubtful else ""
    return Invalid(
        f"No column with telephone numbers was found among {shown}{doubt}; say which it is with --map {ask}, "
        "and check the region.",
        code="no_phone_column",
        title="No phone column",
    )


def _names(sample: Sequence[Record], skip: int) -> list[str]:
    """A name for every column: its header, made unique, or its number."""
    cells = sample[skip].cells if skip >= 0 else []
    widths = Counter(len(_trimmed(record.cells)) for record in sample[skip + 1 :])
    usual, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    if skip >= 0:
        # Columns without a header count where the header row has room for them, or most rows do.
        width = max(len(_trimmed(cells)), min(len(cells), max(widths, default=0)))
        width = max(width, usual if count * 2 > sum(widths.values()) and count >= 5 else 0)
    else:
        often = [length for length, times in widths.items() if times * 10 >= sum(widths.values())]
        width = max([usual, *often])
    names: list[str] = []
    for index in range(width):
        name = cells[index].strip() if index < len(cells) else ""
        name = name or f"column {index + 1}"
        count = sum(other == name or other.startswith(f"{name} (") for other in names)
        names.append(f"{name} ({count + 1})" if count else name)
    return names


def _trimmed(cells: Sequence[str]) -> Sequence[str]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _header_position(sample: Sequence[Record], phones: PhoneReader, wanted: Iterable[str]) -> int:
    """The index of the record that names the columns, -1 if there is none."""
    named = {plain(text) for text in wanted if not text.isdecimal()}
    for index, record in enumerate(sample[:_TITLE_LINES]):
        cells = [cell.strip() for cell in record.cells]
        if any(_is_value(cell, phones) for cell in cells):
            break
        filled = [cell for cell in cells if cell]
        if any(exact_field(cell) or likely_fields(cell) or plain(cell) in named for cell in filled):
            return index
        if (
            index == 0
            and (len(filled) > 1 or len(cells) == 1)
            and _differs_from_body(cells, sample[1:], phones)
        ):
            return index
        if len(filled) > 1:
            break
    return -1


def _is_value(cell: str, phones: PhoneReader) -> bool:
    """Whether a cell is a value no header has: a telephone number or an e-mail address."""
    digits = sum(map(str.isdigit, cell))
    return is_email(cell) or digits >= 9 or (digits >= 6 and bool(phones(cell).phones))


def _differs_from_body(cells: list[str], body: Sequence[Record], phones: PhoneReader) -> bool:
    """Whether some column holds numbers below and a word in the first record."""
    for index, cell in enumerate(cells):
        if not cell or cell[0].isdigit() or sum(map(str.isdigit, cell)) > 3:
            continue
        below = [record.cells[index].strip() for record in body if index < len(record.cells)]
        below = [value for value in below if value]
        if below and all(value[:1].isdigit() or _is_value(value, phones) for value in below):
            return True
    return False


class _Columns:
    """The columns while they are being given their fields."""

    def __init__(
        self, names: list[str], body: list[list[str]], phones: PhoneReader, *, has_header: bool
    ) -> None:
        self.taken: dict[Field, int] = {}
        self._names = names
        self._body = body
        self._phones = phones
        self._has_header = has_header
        self._uses: dict[int, tuple[Field, str]] = {}
        self._kept: set[int] = set()

    def find(self, text: str) -> int:
        """The position of a column named by its header, or by its number from 1."""
        same = [i for i, name in enumerate(self._names) if name == text]
        same = same or [i for i, name in enumerate(self._names) if plain(name) == plain(text)]
        alike = [i for i, name in enumerate(self._names) if i in same or name.startswith(f"{text} (")]
        if len(alike) > 1:
            numbers = " and ".join(str(index + 1) for index in alike)
            raise _bad_map(f'Columns {numbers} are both called "{text}"; give the number instead.')
        if same:
            return same[0]
        if text.isdecimal() and 1 <= int(text) <= len(self._names):
            return int(text) - 1
        near = get_close_matches(text, self._names, n=1, cutoff=0.5)
        if text.isdecimal() or not self._has_header:
            hint = f"the file has columns 1 to {len(self._names)}."
        else:
            hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(self._names[:12])}."
        raise _bad_map(f'There is no column "{text}"; {hint}')

    def take(self, field: Field, index: int, why: str) -> None:
        if index in self._uses:
            raise _bad_map(
                f'Column "{self._names[index]}" is given to both {self._uses[index][0]} and {field}; choose one.'
            )
        self._uses[index] = (field, why)
        self.taken[field] = index

    def keep(self, index: int) -> None:
        """This column fills no field."""
        if index in self._uses:
            raise _bad_map(
                f'Column "{self._names[index]}" is {self._uses[index][0]} and an attribute; choose one.'
            )
        self._kept.add(index)

    def _free(self, index: int) -> bool:
        return index not in self._uses and index not in self._kept

    def by_header(self) -> None:
        """Take the columns whose header is a field's name, then those whose header is a word for one."""
        if not self._has_header:
            return
        free = [i for i in range(len(self._names)) if self._free(i)]
        for index in free:
            field = exact_field(self._names[index])
            if field is not None and field not in self.taken:
                self.take(field, index, "the header is the field's name")
        # "Number" heads telephones where nothing else does, and where they are.
        for index in sorted(free, key=lambda index: plain(self._names[index]) in _WEAK_WORDS):
            if self._free(index):
                self._by_word(index)
        self._split_names()

    def _by_word(self, index: int) -> None:
        values = self._values(index)
        # A repeated header counts as its word: two columns "Phone" are a first and a second phone.
        header = self._names[index].partition(" (")[0] if ")" in self._names[index] else self._names[index]
        exact = exact_field(header)
        if plain(header) in _WEAK_WORDS and (
            Field.PHONE in self.taken or self._share(index, self._is_phone) < 0.5
        ):
            return
        for field in (exact,) if exact else self._ordered(likely_fields(header)):
            if field in PHONE_FIELDS:
                field = next((f for f in (field, *PHONE_FIELDS) if f not in self.taken), field)
            if field not in self.taken and values_fit(field, values):
                self.take(field, index, f'"{header}" is a word for {field}')
                return

    @staticmethod
    def _ordered(fields: tuple[Field, ...]) -> list[Field]:
        """Fields whose values are checked before those that take any text ("Estado": status words, or a state)."""
        return sorted(fields, key=lambda field: field is not Field.STATUS)

    def _split_names(self) -> None:
        """ "Nombre" beside "Apellido" is the first name; "Nom" beside "Prénom" the last name."""
        index = self.taken.get(Field.NAME)
        if index is None or plain(self._names[index]) not in {"nombre", "nome", "nom"}:
            return
        other = Field.LAST_NAME if Field.LAST_NAME in self.taken else Field.FIRST_NAME
        mine = Field.FIRST_NAME if other is Field.LAST_NAME else Field.LAST_NAME
        if other in self.taken and mine not in self.taken:
            del self.taken[Field.NAME], self._uses[index]
            self.take(mine, index, f'"{self._names[index]}" stands beside a column for {other}')

    def by_content(self) -> None:
        """Take a phone column by its values where no header named one; e-mail addresses likewise."""
        if not any(field in self.taken for field in PHONE_FIELDS):
            found = self._phone_columns()
            for field, index in zip(PHONE_FIELDS, found, strict=False):
                self.take(field, index, self._why_phone(index))
        if Field.EMAIL not in self.taken:
            for index in self._best(is_email, 0.8)[:1]:
                self.take(Field.EMAIL, index, "its values are e-mail addresses")

    def _phone_columns(self) -> list[int]:
        """Columns that are telephones: by their header, else by the way they are written, else one by its values.

        Where a header or the writing speaks for a column, plain digits beside it are some other number.
        """
        headed = [i for i in self._best(self._has_digits, 0.5) if self._speaks(i)]
        if headed:
            return headed
        by_value = [i for i in self._best(self._is_phone, 0.5) if self._speaks(i) is not False]
        written = [i for i in by_value if self._written_as_phone(i)]
        return written[: 1 if self._has_header else None] or by_value[:1]

    def _why_phone(self, index: int) -> str:
        if self._speaks(index):
            return f'"{self._names[index]}" speaks of telephones, and its values are numbers'
        return "its values are telephone numbers" if self._written_as_phone(index) else BY_VALUES_ONLY

    def doubtful(self) -> str | None:
        """A column whose values could be telephone numbers, refused for its header."""
        found = [i for i in self._best(self._is_phone, 0.5) if self._speaks(i) is False]
        return self._names[found[0]] if found else None

    def _speaks(self, index: int) -> bool | None:
        return speaks_of_phones(self._names[index]) if self._has_header else None

    def _written_as_phone(self, index: int) -> bool:
        """Whether most values have a +, a leading 0 or a sign between digits, as no running number has."""
        return self._share(index, lambda cell: _WRITTEN_AS_PHONE.match(cell.lstrip("( ")) is not None) >= 0.5

    def _is_phone(self, cell: str) -> bool:
        """Whether a value alone says it is a telephone number; a date with its digits is none."""
        return _DATE.match(cell) is None and bool(self._phones(cell).phones)

    @staticmethod
    def _has_digits(cell: str) -> bool:
        """Whether a value may be meant as a telephone number, of whatever region."""
        return _DATE.match(cell) is None and 6 <= sum(map(str.isdigit, cell)) <= 15

    def _best(self, fits: Callable[[str], bool], least: float) -> list[int]:
        """Free columns of whose filled cells at least this share fits: with a header best first, else in order."""
        shares: list[tuple[float, int]] = []
        for index in range(len(self._names)):
            if self._free(index) and (share := self._share(index, fits)) >= least:
                shares.append((-share if self._has_header else 0.0, index))
        return [index for _, index in sorted(shares)]

    def _share(self, index: int, fits: Callable[[str], bool]) -> float:
        """The share of a column's filled cells that fit; 0 without any."""
        values = [value.strip() for value in self._values(index) if value.strip()]
        return sum(map(fits, values)) / len(values) if values else 0.0

    def _values(self, index: int) -> list[str]:
        return [cells[index] for cells in self._body if index < len(cells)]

    def result(self) -> tuple[Column, ...]:
        columns: list[Column] = []
        for index, name in enumerate(self._names):
            field, why = self._uses.get(index, (None, "kept as an attribute"))
            ignored = field is None and name in REJECT_COLUMNS
            if index in self._kept:
                why = "kept as an attribute, as told"
            columns.append(Column(index, name, field, "left out" if ignored else why, ignored))
        return tuple(columns)
