"""Column types of the migrations that differ between the databases; never changed once released."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
Utc = sa.DateTime(timezone=True)
