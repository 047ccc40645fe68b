"""Statements both databases know but SQLAlchemy has no common word for; ``storage.dialects`` compiles them.

``insert_ignore`` adds the rows that break no unique rule, ``upsert`` adds or renews them; ``among`` compares a
text column with very many values at the price of one parameter; ``among_first`` takes the first rows over many
ranges of an index without reading the ranges to their ends. ``people_with_words`` and ``people_tagged`` ask the
index of words that a database keeps over its contacts (``storage.words``).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Self

from sqlalchemy import (
    BindParameter,
    Boolean,
    ClauseElement,
    Column,
    ColumnElement,
    Insert,
    Select,
    Text,
    literal,
    true,
)
from sqlalchemy import column as column_called
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.sql.visitors import InternalTraversal

from domain.base import BigId


class OnConflict(ClauseElement):
    """The end of an insert: what happens to a row whose unique key is taken already.

    Without ``update`` the row is left out; else the columns of ``update`` take the new row's values, where
    ``keys`` are the columns of the unique key.
    """

    __visit_name__ = "dialdeck_on_conflict"
    _traverse_internals = [  # noqa: RUF012 - what SQLAlchemy's statement cache compares
        ("keys", InternalTraversal.dp_string_list),
        ("update", InternalTraversal.dp_string_list),
    ]

    def __init__(self, keys: Sequence[str] = (), update: Sequence[str] = ()) -> None:
        self.keys = tuple(keys)
        self.update = tuple(update)


class _InsertOnConflict(Insert):
    inherit_cache = True

    def from_select(self, names: Sequence[Any], select: Any, include_defaults: bool = True) -> Self:
        """As of ``Insert``. SQLite needs a WHERE before ON CONFLICT, otherwise it reads a join's ON."""
        if isinstance(select, Select) and select.whereclause is None:
            select = select.where(true())
        return super().from_select(names, select, include_defaults)


def insert_ignore(table: Any) -> Insert:
    """An insert into ``table`` (a table or a model) that leaves out rows breaking any unique rule.

    Takes values, ``from_select`` and ``returning`` as every insert does; only rows really added are returned.
    """
    return _with_conflict(table, OnConflict())


def upsert(table: Any, *, keys: Sequence[str], update: Sequence[str]) -> Insert:
    """An insert into ``table`` that, where the unique ``keys`` are taken, sets the columns of ``update`` instead."""
    if not keys or not update:
        raise ValueError("an upsert names its unique columns and those it renews")
    return _with_conflict(table, OnConflict(keys, update))


def _with_conflict(table: Any, conflict: OnConflict) -> Insert:
    statement = _InsertOnConflict(table)
    statement._post_values_clause = conflict
    return statement


class Among(FunctionElement[bool]):
    """Whether a text column has one of the texts of a JSON list."""

    name = "dialdeck_among"
    type = Boolean()
    inherit_cache = True
    _is_implicitly_boolean = True  # no "= 1" behind it, which would keep SQLite from the column's index


def among(column: Mapped[str] | Mapped[str | None], values: Iterable[str]) -> ColumnElement[bool]:
    """``column IN (values)`` for thousands of values, which as parameters of their own would cost more to send
    than to find."""
    return Among(column, literal(json.dumps(list(values)), Text()))


class AmongNumbers(FunctionElement[bool]):
    """Whether a column of numbers has one of the numbers of a JSON list."""

    name = "dialdeck_among_numbers"
    type = Boolean()
    inherit_cache = True
    _is_implicitly_boolean = True


def among_numbers(column: Any, values: Iterable[int]) -> ColumnElement[bool]:
    """``column IN (values)`` for thousands of numbers (of rows) at the price of one parameter."""
    return AmongNumbers(column, literal(listed(values), Text()))


def listed(values: Iterable[int]) -> str:
    """Numbers as the parameter of ``among_listed``."""
    return json.dumps(list(values))


def among_listed(column: Any, parameter: BindParameter[str]) -> ColumnElement[bool]:
    """As ``among_numbers`` in a statement that is built once and given its numbers (``listed``) afterwards."""
    return AmongNumbers(column, parameter)


class RowsLock(FunctionElement[bool]):
    """Whether rows are locked one by one; see ``rows_lock``."""

    name = "dialdeck_rows_lock"
    type = Boolean()
    inherit_cache = True
    _is_implicitly_boolean = True


def rows_lock() -> ColumnElement[bool]:
    """Added to a statement that does nothing but lock rows: where one writer has the whole database it reads none."""
    return RowsLock()


class AmongFirst(ColumnElement[bool]):
    """Whether a row is one of the first over many ranges; see ``among_first``."""

    __visit_name__ = "dialdeck_among_first"
    type = Boolean()
    _is_implicitly_boolean = True
    _traverse_internals = [  # noqa: RUF012 - what SQLAlchemy's statement cache compares
        ("target", InternalTraversal.dp_clauseelement),
        ("where", InternalTraversal.dp_clauseelement),
        ("keys", InternalTraversal.dp_clauseelement_list),
        ("order", InternalTraversal.dp_clauseelement_list),
        ("listed", InternalTraversal.dp_clauseelement),
        ("limit", InternalTraversal.dp_clauseelement),
    ]

    def __init__(
        self,
        target: Column[Any],
        *,
        where: ColumnElement[bool],
        keys: Sequence[Column[Any]],
        order: Sequence[Column[Any]],
        ranges: Sequence[Sequence[object]],
        limit: int,
    ) -> None:
        self.target = target
        self.where = where
        self.keys = list(keys)
        self.order = list(order)
        self.listed = literal(json.dumps([list(each) for each in ranges]), Text())
        self.limit = literal(limit)


def among_first(
    target: Column[Any],
    *,
    where: ColumnElement[bool],
    keys: Sequence[Column[Any]],
    order: Sequence[Column[Any]],
    ranges: Sequence[Sequence[object]],
    limit: int,
) -> ColumnElement[bool]:
    """``target IN`` the first ``limit`` rows, by ``order``, of those that lie in one of the ``ranges``.

    A range is a value for each of ``keys``; ``where`` holds for all. Keys, then the rest of ``order``, must be
    the columns of an index: of each range only as many entries are read as are wanted. All columns are of one
    table.
    """
    return AmongFirst(target, where=where, keys=keys, order=order, ranges=ranges, limit=limit)


class PeopleWithWords(FunctionElement[Any]):
    """The numbers of contacts whose words begin so; see ``people_with_words``."""

    name = "dialdeck_people_with_words"
    inherit_cache = True


class PeopleTagged(FunctionElement[Any]):
    """The numbers of contacts with a tag; see ``people_tagged``."""

    name = "dialdeck_people_tagged"
    inherit_cache = True


_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text as the index has them: without capitals, accents and signs."""
    plain = unicodedata.normalize("NFKD", text)
    return tuple(_WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign)).lower()))


def people_with_words(beginnings: Sequence[str], whole: Sequence[str] = ()) -> TableValuedAlias:
    """The people who have, in name or company, a word beginning with each of ``beginnings`` and each ``whole`` word.

    They are words of ``words_of``, one at least. An e-mail address is one word, without its signs. A table with one
    column, ``contact_id``; a file's index is read no further than the first rows asked for in this order need.
    """
    asked = [*(f"{word}*" for word in beginnings), *whole]
    if not asked:
        raise ValueError("people are found by one word at least")
    return PeopleWithWords(literal(" ".join(asked), Text())).table_valued(
        column_called("contact_id", BigId), name="worded"
    )


def people_tagged(tag: str) -> TableValuedAlias:
    """The people who may have this tag, as ``people_with_words`` gives them: ask each for it (``json_has``)."""
    written = json.dumps(tag)
    words = " ".join(re.findall(r"[0-9A-Za-z]+", written))
    found = PeopleTagged(literal(words, Text()), literal(f"[{written}]", Text()))
    return found.table_valued(column_called("contact_id", BigId), name="tagged")
