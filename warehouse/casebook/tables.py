"""The casebook's tables in their newest schema; `migrations/` brings older databases there.

All but users, sessions and login attempts are append-only: a row is never changed, but revoked by another one. A row with a
`key` was sent by a client under that key, and `content` is the hash of what she sent (append_only.py).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
)


class Utc(TypeDecorator[datetime]):
    """A time with its zone, stored as naive UTC everywhere, because SQLite stores no zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


metadata = MetaData()
users = Table(
    "users",
    metadata,
    Column("username", String(64), primary_key=True),
    Column("password_hash", String(256), nullable=False),
    Column("role", String(32), nullable=False),
    Column("areas", JSON, nullable=False),  # see UserArea
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("sources", JSON, nullable=False, server_default="[]"),
    Column("owner", String(64)),  # of an agent: the user for whom it acts
)
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("username", ForeignKey("users.username", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", Utc, nullable=False, index=True),
)
login_attempts = Table(
    "login_attempts",
    metadata,
    Column("who", String(64), nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_login_attempts_who_at", "who", "at"),
)
# decisions about deliveries
delivery_decisions = Table(
    "delivery_decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("table_name", String(64), nullable=False),
    Column("delivery_id", String(64), nullable=False),
    Column("decision", String(16), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("decided_by", String(64), nullable=False),
    Column("decided_at", Utc, nullable=False),
)
# decisions about addresses: `written` is an alias of an estate, before a building number, or a whole spelling
address_decisions = Table(
    "address_decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),  # alias | spelling
    Column("written", String(200), nullable=False),
    Column("community_code", String(12)),  # of an alias: the estate it means
    Column("estate", String(100)),
    Column("standard_address", String(200)),  # of a spelling: the dwelling it means
    Column("decision", String(16), nullable=False),  # accepted | revoked
    Column("reason", String(500), nullable=False),
    Column("decided_by", String(64), nullable=False),
    Column("decided_at", Utc, nullable=False),
)
# decisions whether two office rows are one person; the newest on a pair counts
person_decisions = Table(
    "person_decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("left_source", String(64), nullable=False),
    Column("left_key", String(128), nullable=False),
    Column("right_source", String(64), nullable=False),
    Column("right_key", String(128), nullable=False),
    Column("decision", String(16), nullable=False),  # same | different | open
    Column("reason", String(500), nullable=False),
    Column("decided_by", String(64), nullable=False),
    Column("decided_at", Utc, nullable=False),
)
# changes of persons' ids by published nights, so that a rebuild from nothing gives the same ids
person_id_log = Table(
    "person_id_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("change", String(16), nullable=False),  # kept | merged | split
    Column("old_id", String(32), nullable=False),
    Column("new_id", String(32), nullable=False),
    Column("release_id", String(64), nullable=False),
    Column("changed_on", Date, nullable=False),  # of the newest delivery that night read
)
# published releases, with the day of the newest data of each
release_log = Table(
    "release_log",
    metadata,
    Column("release_id", String(64), primary_key=True),
    Column("built_at", Utc, nullable=False),
    Column("known_on", Date, nullable=False),  # of its newest delivery
)


def _written() -> list[Column[Any]]:
    """The last columns of every table with rows sent by clients: the key, and the hash of the content sent under it."""
    return [Column("key", String(64), nullable=False, unique=True), Column("content", String(64), nullable=False)]


def _signed() -> list[Column[Any]]:
    return [
        Column("reason", String(500), nullable=False),
        Column("decided_by", String(64), nullable=False),
        Column("decided_at", Utc, nullable=False),
    ]


# one visit to one home, or one check from the desk
visits = Table(
    "visits",
    metadata,
    Column("id", Integer, primary_key=True),
    *_written(),
    Column("stop_id", String(32), nullable=False, index=True),  # dwelling, or subject of what has none
    Column("grid_code", String(15)),
    Column("kind", String(16), nullable=False),  # finding | sample
    Column("outcome", String(16), nullable=False),  # met | nobody_home | refused | impossible
    Column("missed", String(32)),  # of a sample: the kind of contradiction that no rule had found
    Column("note", String(2000), nullable=False),
    Column("visited_at", Utc, nullable=False),
    Column("visited_by", String(64), nullable=False),
    Column("written_at", Utc, nullable=False),
    Column("release_id", String(64), nullable=False),
)
# a user's verdict on one finding with the evidence it had then
verdicts = Table(
    "verdicts",
    metadata,
    Column("id", Integer, primary_key=True),
    *_written(),
    Column("visit_key", String(64), index=True),
    Column("finding_id", String(32), nullable=False, index=True),
    Column("rule", String(64), nullable=False),
    Column("evidence_hash", String(32), nullable=False),
    Column("stop_id", String(32), nullable=False),
    Column("grid_code", String(15)),
    Column("verdict", String(16), nullable=False),
    Column("reason_code", String(32), nullable=False),
    Column("seen_on", Date, nullable=False),
    Column("proof", String(32), nullable=False),
    Column("note", String(2000), nullable=False),
    Column("given_by", String(64), nullable=False),
    Column("role", String(32), nullable=False),  # the user's at that time
    Column("given_at", Utc, nullable=False),
    Column("release_id", String(64), nullable=False),
)
# observed values, part of a verdict; of a number only token and masked form
observed_values = Table(
    "observed_values",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("verdict_key", ForeignKey("verdicts.key"), nullable=False, index=True),
    Column("entity", String(16), nullable=False),
    Column("entity_id", String(32), nullable=False),
    Column("attribute", String(64), nullable=False),
    Column("value", String(500), nullable=False),
    Column("value_token", String(64)),
    Column("value_dwelling_id", String(32)),  # of an address of the city
)
# assignments of stops to users; the newest row on a stop counts
assignments = Table(
    "assignments",
    metadata,
    Column("id", Integer, primary_key=True),
    *_written(),
    Column("stop_id", String(32), nullable=False, index=True),
    Column("grid_code", String(15)),
    Column("state", String(16), nullable=False),  # assigned | released
    Column("username", String(64)),
    Column("due_on", Date),
    *_signed(),
)
# decisions to stop or restart a rule; `area` is an area code, empty for everywhere
rule_decisions = Table(
    "rule_decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    *_written(),
    Column("rule", String(64), nullable=False),
    Column("area", String(15), nullable=False),
    Column("decision", String(16), nullable=False),  # stopped | restarted
    *_signed(),
)
# correction requests to offices, with their packet; the states after `sent` are in correction_events
correction_requests = Table(
    "correction_requests",
    metadata,
    Column("id", Integer, primary_key=True),
    *_written(),
    Column("source", String(64), nullable=False, index=True),  # the office that owns the attribute
    Column("record_key", String(128)),  # its row
    Column("entity", String(16), nullable=False),
    Column("entity_id", String(32), nullable=False),
    Column("attribute", String(64), nullable=False),
    Column("stated", String(500)),
    Column("seen", String(500), nullable=False),
    Column("seen_token", String(64)),
    Column("seen_dwelling_id", String(32)),
    Column("verdict_key", String(64)),
    Column("grid_code", String(15)),
    Column("delivery_id", String(64)),  # its row's file, and the row in it
    Column("row_no", Integer),
    Column("file_name", String(255)),
    Column("stated_on", Date),
    Column("stated_token", String(64)),
    Column("finding_id", String(32)),  # the finding and rule of the verdict
    Column("rule", String(64)),
    Column("reason_code", String(32)),
    Column("seen_on", Date),
    Column("proof", String(32)),
    Column("due_on", Date, nullable=False),
    *_signed(),
    Column("calendar", String(16)),  # by which the due day was counted: published | operator | weekdays
)
correction_events = Table(
    "correction_events",
    metadata,
    Column("id", Integer, primary_key=True),
    *_written(),
    Column("request_id", ForeignKey("correction_requests.id"), nullable=False, index=True),
    Column("state", String(16), nullable=False),  # sent | accepted | refused | closed | reopened
    Column("due_on", Date),  # the due day from this event on
    *_signed(),
    Column("calendar", String(16)),  # by which it was counted
)
# changes of findings by published nights, so that a rebuild from nothing gives the same first days
finding_log = Table(
    "finding_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("finding_id", String(32), nullable=False, index=True),
    Column("rule", String(64), nullable=False),
    Column("change", String(16), nullable=False),  # appeared | changed | gone
    Column("evidence_hash", String(32), nullable=False),
    Column("grid_code", String(15)),
    Column("seen_on", Date, nullable=False),  # of the newest delivery that night read
    Column("release_id", String(64), nullable=False),
)
