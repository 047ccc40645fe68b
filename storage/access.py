"""Who may do what on a server: every table shows a login only the rows of its own shop, and history only grows.

A shop's seats sign in to the server as the role that ``organisation.login_role`` names. The policies ask for
``current_user`` and for no setting, because a setting could be changed by whoever writes SQL by hand. The owner of the
tables (migrations, backups) is not subject to them.
"""

from __future__ import annotations

from sqlalchemy import Connection, TextClause, text
from sqlmodel import Session

from domain.errors import NotAllowed
from domain.models import metadata
from storage.migrations import VERSION_TABLE
from storage.triggers import APPEND_ONLY_TABLES

POLICY = "dialdeck_shop"
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")

_SHOP = "organisation"
_OWN_SHOP = "login_role = current_user"
# Asked in a sub-select of its own it is one look for a statement; without it, one for every row.
_OF_OWN_SHOP = f"organisation_id = (SELECT id FROM {_SHOP} WHERE {_OWN_SHOP})"

_MAY_CHANGE_OF_SHOP = "settings"
_NEVER_DELETED = frozenset(
    {
        *("activity", "bulk_edit", "call", "campaign", "campaign_segment", "console_action", "do_not_call"),
        *("handing_batch", "job_state", "product", "reason", "recycle_batch", "sale", "seller_message"),
        *("seller_presence", "user_account"),
    }
)
"""What happened, and who did it: a shop ends or empties such rows and never takes them away."""

_STANDING = text(
    "SELECT c.relname, c.relrowsecurity, count(p.oid), count(p.oid) FILTER (WHERE p.polname = :policy "
    "AND p.polpermissive AND p.polcmd = '*' AND p.polroles = '{0}' "
    "AND pg_get_expr(p.polqual, c.oid) ~ 'login_role.*CURRENT_USER' "
    "AND pg_get_expr(p.polqual, c.oid) = pg_get_expr(p.polwithcheck, c.oid)) "
    "FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid "
    "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace GROUP BY 1, 2"
)
_GRANTED = text(
    "SELECT r.rolname, c.relname, p.privilege, has_table_privilege(r.oid, c.oid, p.privilege) "
    "FROM organisation o JOIN pg_roles r ON r.rolname = o.login_role "
    "JOIN pg_class c ON c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace "
    "CROSS JOIN unnest(CAST(:privileges AS text[])) AS p (privilege)"
)
_BEYOND = text(
    "SELECT r.rolname FROM organisation o JOIN pg_roles r ON r.rolname = o.login_role WHERE r.rolsuper "
    "OR r.rolcreatedb OR r.rolcreaterole OR r.rolbypassrls OR r.rolreplication "
    "OR EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid) "
    "OR has_schema_privilege(r.oid, current_schema(), 'CREATE') "
    f"OR has_column_privilege(r.oid, '{_SHOP}', 'login_role', 'UPDATE')"
)
_LACKING = text(
    "SELECT r.rolname FROM organisation o JOIN pg_roles r ON r.rolname = o.login_role WHERE NOT r.rolcanlogin "
    "OR NOT has_database_privilege(r.oid, current_database(), 'CONNECT') "
    "OR NOT has_database_privilege(r.oid, current_database(), 'TEMPORARY') "
    "OR NOT has_schema_privilege(r.oid, current_schema(), 'USAGE') "
    f"OR NOT has_column_privilege(r.oid, '{_SHOP}', '{_MAY_CHANGE_OF_SHOP}', 'UPDATE')"
)
_OURS = "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('organisation')"
_OUR_DATABASE = (
    "SELECT pg_has_role(current_user, datdba, 'USAGE') FROM pg_database WHERE datname = current_database()"
)
_FUNCTIONS = (
    "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
    "AND starts_with(proname, 'dialdeck_')"
)
_SEQUENCES = (
    "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace"
)
_LOGINS = "SELECT o.login_role FROM organisation o JOIN pg_roles r ON r.rolname = o.login_role ORDER BY o.login_role"


def allowed(table: str) -> frozenset[str]:
    """What a shop's login may do with the rows of its shop in ``table``."""
    if table in (_SHOP, VERSION_TABLE):
        return frozenset({"SELECT"})  # of the shop itself single columns too
    if table in APPEND_ONLY_TABLES:
        return frozenset({"SELECT", "INSERT"})
    if table in _NEVER_DELETED:
        return frozenset({"SELECT", "INSERT", "UPDATE"})
    return frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})


def secure(connection: Connection) -> None:
    """Give every table its policy and every login its rights, and nobody else any; safe to repeat, as the owner.

    Policies that are right are left, so that nobody at work has to wait for a table.
    """
    for table in _without_policy(connection):
        _give_policy(connection, table)
    schema = str(connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one())
    _take_from(connection, "PUBLIC", schema)
    for role in connection.exec_driver_sql(_LOGINS).scalars().all():
        grant(connection, str(role))


def grant(connection: Connection, role: str) -> None:
    """Give the login of a shop what it needs, and take from it whatever else it was given."""
    run, quote = connection.exec_driver_sql, connection.dialect.identifier_preparer.quote
    schema, database = run("SELECT quote_ident(current_schema()), current_database()").one()
    login = quote(role)
    _take_from(connection, login, schema)
    run(f"GRANT USAGE ON SCHEMA {schema} TO {login}")
    if run(_OUR_DATABASE).scalar_one():
        run(f"GRANT CONNECT, TEMPORARY ON DATABASE {quote(database)} TO {login}")
    for table in _tables():
        run(f"GRANT {', '.join(sorted(allowed(table)))} ON {quote(table)} TO {login}")
    run(f"GRANT UPDATE ({_MAY_CHANGE_OF_SHOP}) ON {_SHOP} TO {login}")
    for sequence in run(_SEQUENCES).scalars().all():
        if sequence != f"{_SHOP}_id_seq":
            run(f"GRANT USAGE ON SEQUENCE {quote(sequence)} TO {login}")
    for function in run(_FUNCTIONS).scalars().all():
        run(f"GRANT EXECUTE ON FUNCTION {function} TO {login}")


def faults(connection: Connection) -> list[str]:
    """What is not as ``secure`` leaves it, one line each; a login sees what concerns its own shop."""
    found = [f"table {table} does not keep shops apart" for table in _without_policy(connection)]
    differing: dict[str, list[str]] = {}
    for role, table, privilege, granted in connection.execute(_GRANTED, {"privileges": list(PRIVILEGES)}):
        if table in _tables() and bool(granted) != (privilege in allowed(table)):
            told = f"{'may' if granted else 'may not'} {privilege} {table}"
            differing.setdefault(role, []).append(told)
    found += [f"login {role} {', '.join(sorted(told))}" for role, told in sorted(differing.items())]
    found += [f"login {role} may do more than work in its shop" for role in _roles(connection, _BEYOND)]
    found += [f"login {role} lacks a right to work in its shop" for role in _roles(connection, _LACKING)]
    return found


def is_owner(connection: Connection) -> bool:
    """Whether this account owns the tables: it may change the schema and sees every shop. A file is one's own."""
    return connection.dialect.name == "sqlite" or bool(connection.exec_driver_sql(_OURS).scalar())


def require_owner(session: Session, *, to: str) -> None:
    """Refuse a shop's login what concerns the whole database."""
    if not is_owner(session.connection()):
        raise NotAllowed(
            f"Only the owner of the database may {to}: connect as the account that made it (--database).",
            code="not_owner",
            refused=to,
        )


def _tables() -> tuple[str, ...]:
    return (*sorted(metadata.tables), VERSION_TABLE)


def _without_policy(connection: Connection) -> list[str]:
    stands = {
        str(table): bool(on) and policies == right == 1
        for table, on, policies, right in connection.execute(_STANDING, {"policy": POLICY})
    }
    return [table for table in sorted(metadata.tables) if not stands.get(table, False)]


def _give_policy(connection: Connection, table: str) -> None:
    run, quote = connection.exec_driver_sql, connection.dialect.identifier_preparer.quote
    others = connection.execute(
        text("SELECT polname FROM pg_policy WHERE polrelid = to_regclass(:table)"), {"table": quote(table)}
    )
    for other in others.scalars().all():
        run(f"DROP POLICY {quote(other)} ON {quote(table)}")
    rule = _OWN_SHOP if table == _SHOP else _OF_OWN_SHOP
    run(f"CREATE POLICY {POLICY} ON {quote(table)} USING ({rule}) WITH CHECK ({rule})")
    run(f"ALTER TABLE {quote(table)} ENABLE ROW LEVEL SECURITY")


def _take_from(connection: Connection, grantee: str, schema: str) -> None:
    """Take every right in this database; what an extension put beside our tables is not ours to take."""
    run, quote = connection.exec_driver_sql, connection.dialect.identifier_preparer.quote
    run(f"REVOKE ALL ON {', '.join(quote(table) for table in _tables())} FROM {grantee}")
    # Rights in single columns outlive those in the table.
    columns = ", ".join(quote(column.name) for column in metadata.tables[_SHOP].columns)
    run(f"REVOKE ALL ({columns}) ON {_SHOP} FROM {grantee}")
    for sequence in run(_SEQUENCES).scalars().all():
        run(f"REVOKE ALL ON SEQUENCE {quote(sequence)} FROM {grantee}")
    for function in run(_FUNCTIONS).scalars().all():
        run(f"REVOKE ALL ON FUNCTION {function} FROM {grantee}")
    run(f"REVOKE ALL ON SCHEMA {schema} FROM {grantee}")
    if run(_OUR_DATABASE).scalar_one():
        database = str(run("SELECT current_database()").scalar_one())
        run(f"REVOKE ALL ON DATABASE {quote(database)} FROM {grantee}")


def _roles(connection: Connection, query: TextClause) -> list[str]:
    return sorted(str(role) for role in connection.execute(query).scalars())
