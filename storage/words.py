"""The index of words over the contacts, by which a search of a million people answers at once.

A file keeps it in a full-text table, written by triggers in the transaction that changes a contact; a server in
an index over the words of name, company and e-mail. Both find words by their beginnings, without capitals and
accents; an extension of the server is not needed. Neither is part of the models, so it is made after them.
"""

from __future__ import annotations

import unicodedata

from sqlalchemy import Connection

TABLE = "contact_words"
INDEXES = ("ix_contact_words", "ix_contact_tagged")
TRIGGERS = tuple(f"{TABLE}_{deed}" for deed in ("insert", "update", "delete"))

_ASKED = {
    "dialdeck_ids_with_words": ("tsquery", "dialdeck_words(name, company, email) @@ asked"),
    "dialdeck_ids_tagged": ("jsonb", "tags @> asked AND tags <> '[]'"),
}
"""Functions that ask the index for a shop's login, with what they are asked for, and the condition."""

_WATCHED = ("name", "company", "email", "tags")
_SIGNS = "@.-_+"
_OTHER_SIGNS = '!"#$%&()*,/:;<=>?[\\]^`{|}~¡¿«»·–—’“”'
_ANY_SIGN = "[!-/:-@[-`{-~¡¿«»·–—’“”]"
_ACCENTED = (range(0xC0, 0x180), range(0x1CD, 0x234), range(0x1E00, 0x1F00))


def is_ours(name: str | None) -> bool:
    """Whether a table or an index of the database belongs to the index of words."""
    return name is not None and (name in INDEXES or name == TABLE or name.startswith(f"{TABLE}_"))


def create_words(connection: Connection) -> None:
    """Make the index, with the contacts that are there; safe to repeat."""
    if connection.dialect.name == "sqlite":
        _create_on_sqlite(connection)
    else:
        _create_on_postgresql(connection)


def has_words(connection: Connection) -> bool:
    """Whether the index is there and is kept."""
    if connection.dialect.name == "sqlite":
        names = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master")}
        return {TABLE, *TRIGGERS} <= names
    rows = connection.exec_driver_sql(
        "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() UNION ALL "
        "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
    )
    return {*INDEXES, *_ASKED} <= {row[0] for row in rows}


def _values(row: str) -> str:
    """Number, words and tags of one contact, as a file's index keeps them."""
    email = f"coalesce({row}.email, '')"
    for sign in _SIGNS:
        email = f"replace({email}, '{sign}', '')"
    return f"{row}.id, {row}.name || ' ' || coalesce({row}.company, '') || ' ' || {email}, {row}.tags"


def _create_on_sqlite(connection: Connection) -> None:
    run = connection.exec_driver_sql
    if not run("SELECT 1 FROM sqlite_master WHERE name = ?", (TABLE,)).first():
        run(
            f"CREATE VIRTUAL TABLE {TABLE} USING fts5(words, tags, content='', columnsize=0, detail=column, "
            "tokenize='unicode61 remove_diacritics 2')"
        )
        run(f"INSERT INTO {TABLE} (rowid, words, tags) SELECT {_values('contact')} FROM contact")
    elif not has_words(connection):  # changes may have passed the index by meanwhile
        run(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('delete-all')")
        run(f"INSERT INTO {TABLE} (rowid, words, tags) SELECT {_values('contact')} FROM contact")
    added = f"INSERT INTO {TABLE} (rowid, words, tags) VALUES ({_values('new')});"
    gone = f"INSERT INTO {TABLE} ({TABLE}, rowid, words, tags) VALUES ('delete', {_values('old')});"
    differs = " OR ".join(f"old.{name} IS NOT new.{name}" for name in _WATCHED)
    for name, deed, body in zip(
        TRIGGERS,
        ("INSERT", f"UPDATE OF {', '.join(_WATCHED)}", "DELETE"),
        (added, gone + added, gone),
        strict=True,
    ):
        when = f"WHEN {differs}" if "UPDATE" in deed else ""
        run(f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {deed} ON contact {when} BEGIN {body} END")


def _plain_letters() -> tuple[str, str]:
    """Letters with accents, and the plain ones they stand for."""
    pairs = []
    for code in (code for part in _ACCENTED for code in part):
        plain = unicodedata.normalize("NFKD", chr(code))[0].lower()
        if plain.isascii() and plain.isalpha():
            pairs.append((chr(code), plain))
    return "".join(written for written, _ in pairs), "".join(plain for _, plain in pairs)


def _create_on_postgresql(connection: Connection) -> None:
    signs = _SIGNS + _OTHER_SIGNS + "'"
    accented, plain = _plain_letters()
    quoted = signs.replace("'", "''")
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION dialdeck_words(name text, company text, email text) RETURNS tsvector "
        "LANGUAGE plpgsql IMMUTABLE AS $$ DECLARE said text; BEGIN "
        "said := coalesce(name, '') || ' ' || coalesce(company, '') || ' ' "
        f"|| translate(coalesce(email, ''), '{_SIGNS}', ''); "
        # Most names have neither accents nor signs, and gone through for each letter these lists are dear.
        "IF octet_length(said) > char_length(said) THEN "
        f"said := translate(said, '{accented}', '{plain}'); END IF; "
        f"IF said ~ '{_ANY_SIGN}' THEN "
        f"said := translate(said, E'{_escaped(quoted)}', '{' ' * len(signs)}'); END IF; "
        "RETURN to_tsvector('pg_catalog.simple', said); "
        "END $$".replace("%", "%%")
    )
    words, tagged = INDEXES
    connection.exec_driver_sql(
        f"CREATE INDEX IF NOT EXISTS {words} ON contact USING gin (dialdeck_words(name, company, email))"
    )
    connection.exec_driver_sql(
        f"CREATE INDEX IF NOT EXISTS {tagged} ON contact USING gin (tags jsonb_path_ops) WHERE tags <> '[]'"
    )
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    for name, (kind, condition) in _ASKED.items():
        # Row-level security looks at every row before it lets an index of words be asked. These ask as the owner, and
        # answer with numbers of the caller's own shop only: who signed in to the server is what nobody can change.
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {name}(asked {kind}) RETURNS SETOF bigint LANGUAGE sql STABLE "
            f"SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$ SELECT id FROM contact WHERE {condition} "
            "AND organisation_id IN (SELECT id FROM organisation WHERE login_role = session_user "
            "OR pg_has_role(session_user, current_user, 'USAGE')) $$"
        )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\")
