"""JSON that the database itself puts together and takes apart, so that histories of many leads need no loop.

``storage.json_dialects`` compiles these. Times are ISO 8601 UTC text, as ``domain.calling.history`` writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Integer, Text, literal, literal_column
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.base import BigId, Json


class JsonObject(FunctionElement[Any]):
    """``{name: value, …}`` from columns of a row; see ``json_object``."""

    name = "dialdeck_json_object"
    type = Json
    inherit_cache = True


class JsonMember(FunctionElement[Any]):
    """One value of a JSON object column, typed by the class."""

    inherit_cache = True


class JsonText(JsonMember):
    """A text."""

    name = "dialdeck_json_text"
    type = Text()
    inherit_cache = True


class JsonNumber(JsonMember):
    """A whole number."""

    name = "dialdeck_json_number"
    type = BigId
    inherit_cache = True


class JsonTruth(JsonMember):
    """True or false."""

    name = "dialdeck_json_truth"
    type = Boolean()
    inherit_cache = True


class JsonMoment(JsonMember):
    """A time."""

    name = "dialdeck_json_moment"
    type = UTCDateTime()
    inherit_cache = True


class JsonHas(FunctionElement[bool]):
    """Whether a JSON list of texts has this one; see ``json_has``."""

    name = "dialdeck_json_has"
    type = Boolean()
    inherit_cache = True
    _is_implicitly_boolean = True


def json_has(document: Any, text: str) -> ColumnElement[bool]:
    """Whether a column with a JSON list of texts has ``text`` among them."""
    return JsonHas(document, literal(text, Text()))


def _name(text: str) -> ColumnElement[str]:
    if not text.isidentifier():
        raise ValueError(f"{text} is no name of a column")
    return literal_column(f"'{text}'", Text())


def json_object(values: Mapping[str, object]) -> ColumnElement[Any]:
    """A JSON object of columns, expressions and constants by name."""
    parts: list[Any] = []
    for name, value in values.items():
        is_expression = hasattr(value, "__clause_element__") or isinstance(value, ColumnElement)
        parts += [_name(name), value if is_expression else literal(value, _type_of(value))]
    return JsonObject(*parts)


def _type_of(value: object) -> Any:
    """The type of a constant; SQLAlchemy knows no aware times by itself."""
    if isinstance(value, bool):
        return Boolean()
    if isinstance(value, datetime):
        return UTCDateTime()
    return Integer() if isinstance(value, int) else Text()


def json_member(document: Any, name: str, kind: Any) -> ColumnElement[Any]:
    """The value called ``name`` of a JSON object column, as the type of the column ``kind``."""
    type_ = kind.type
    member: type[JsonMember] = JsonText
    if isinstance(type_, UTCDateTime):
        member = JsonMoment
    elif isinstance(type_, Boolean):
        member = JsonTruth
    elif isinstance(type_, Integer):
        member = JsonNumber
    return member(document, _name(name))


class JsonNumbers(FunctionElement[str]):
    """All the numbers of a column, of a group of rows; see ``json_numbers``."""

    name = "dialdeck_json_numbers"
    type = Text()
    inherit_cache = True


def json_numbers(column: Any) -> ColumnElement[str]:
    """The whole numbers of a group of rows as the text of a JSON list, in no order: one row for thousands."""
    return JsonNumbers(column)


class JsonRows(FunctionElement[Any]):
    """The elements of a JSON list as rows of one column, ``value``."""

    name = "dialdeck_json_rows"
    type = Json
    inherit_cache = True
