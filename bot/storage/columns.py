"""What the tables are made of: one metadata, moments in UTC, and random ids."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    MetaData,
    String,
    TypeDecorator,
)

from bot.domain.notices import Recipient

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC. A naive one is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """UTC without a zone, as every database keeps it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Aware again."""
        return None if value is None else value.replace(tzinfo=UTC)


class RecipientText(TypeDecorator[Recipient]):
    """Whom a row is for, in the text that the rows have always held."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Recipient | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """As text."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Recipient | None:  # noqa: ARG002
        """From text."""
        return None if value is None else Recipient.parse(value)


def new_id_column() -> Column[str]:
    """A record's own id."""
    return Column("id", String(64), primary_key=True)
