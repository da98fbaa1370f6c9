"""The tables. A column named `sealed_…` is encrypted under its record's key (crypto.py).

What is plain is what timers, routes and lists need: kinds, stages, times, roster ids of those who
act. No narrative, no name, and no user id of a reporter stands in a plain column.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
    text,
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


# What takes two people. `number` is the order of those that were confirmed: roster changes apply in it.
approvals = Table(
    "approvals",
    metadata,
    new_id_column(),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("number", Integer),
    Column("proposed_by", String(64), nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("decided_by", String(64), nullable=False),
    Column("decided_at", Moment),
    Column("used_at", Moment),
    Column("key_id", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_detail", LargeBinary, nullable=False),
)
Index("uq_approvals_number", approvals.c.number, unique=True)
Index("ix_approvals_kind", approvals.c.kind, approvals.c.state)

standing = Table(
    "standing",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("paused", Boolean, nullable=False),
)


reports = Table(
    "reports",
    metadata,
    new_id_column(),
    Column("reference", String(16), nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("school", String(64), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("level", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("holder", String(64), nullable=False),
    Column("acknowledged_by", String(64), nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("channel", Boolean, nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("child", Boolean, nullable=False),
    Column("accidental", Boolean, nullable=False),
    Column("drill", Boolean, nullable=False, server_default=false()),
    Column("legal_hold", Boolean, nullable=False, server_default=false()),
    Column("received_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("remind_at", Moment),
    # From when its steps count, and how many were climbed before; NULL where that is its receipt.
    Column("clock_from", Moment),
    Column("clock_level", Integer, nullable=False, server_default="0"),
    # When its reporter is asked whether anything has happened since; NULL where nobody is, or was already.
    Column("check_at", Moment),
    # When those who work on it are reminded next; and from when, of a case that is older than reminders.
    Column("work_at", Moment),
    Column("work_from", Moment),
    Column("closed_at", Moment),
    Column("receipt_hash", String(256), nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_answers", LargeBinary, nullable=False),
    Column("sealed_route", LargeBinary, nullable=False),
    Column("sealed_reporter", LargeBinary),
    Column("reporter_hmac", String(64)),
)
Index("ix_reports_reporter", reports.c.reporter_hmac)
Index("ix_reports_due", reports.c.due_at)
Index("ix_reports_remind", reports.c.remind_at)
Index("ix_reports_check", reports.c.check_at)
Index("ix_reports_work", reports.c.work_at)
Index("ix_reports_stage", reports.c.stage, reports.c.received_at)

report_people = Table(
    "report_people",
    metadata,
    Column("report_id", ForeignKey("reports.id"), primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("role", String(32), primary_key=True),
    Column("level", String(1), primary_key=True),
    Column("via", String(16), nullable=False),
    Column("at", Moment, nullable=False),
)
Index("ix_report_people_person", report_people.c.person)

report_events = Table(
    "report_events",
    metadata,
    new_id_column(),
    Column("report_id", ForeignKey("reports.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("role", String(255), nullable=False),
    Column("event", String(16), nullable=False),
    Column("stage_after", String(16), nullable=False),
    Column("sealed_detail", LargeBinary),
)
Index("uq_report_events_report_id_number", report_events.c.report_id, report_events.c.number, unique=True)

# Comments on the Federation's accounts. Neither who logged one nor who answered it is kept.
replies = Table(
    "replies",
    metadata,
    new_id_column(),
    Column("account", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    # From where its reminders have yet to be owed; NULL where none will be.
    Column("remind_at", Moment),
    # When it was first answered or acknowledged.
    Column("settled_at", Moment),
    Column("key_id", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_link", LargeBinary, nullable=False),
)
Index("ix_replies_remind_at", replies.c.remind_at)
Index("ix_replies_stage", replies.c.stage, replies.c.due_at)
Index("ix_replies_due_at", replies.c.due_at)

# What somebody asked before posting: who asks, and about which event; nothing of what is to be posted.
consultations = Table(
    "consultations",
    metadata,
    new_id_column(),
    Column("asked_at", Moment, nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_detail", LargeBinary, nullable=False),
)
Index("ix_consultations_asked_at", consultations.c.asked_at)

# Questions that the policy leaves open. Of each the day alone is kept.
gaps = Table(
    "gaps",
    metadata,
    new_id_column(),
    Column("stage", String(16), nullable=False),
    # The day on which it came to this stage.
    Column("since", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    # From where its reminders have yet to be owed; NULL where none will be.
    Column("remind_at", Moment),
    Column("key_id", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_question", LargeBinary, nullable=False),
    Column("sealed_answer", LargeBinary),
    sqlite_with_rowid=False,
)
Index("ix_gaps_stage", gaps.c.stage, gaps.c.since)
Index("ix_gaps_remind_at", gaps.c.remind_at)

# Who waits for an answer. Of an anonymous asker nothing but the hash of their receipt code.
gap_askers = Table(
    "gap_askers",
    metadata,
    new_id_column(),
    Column("gap_id", ForeignKey("gaps.id"), nullable=False),
    Column("reference", String(16), nullable=False),
    Column("receipt_hash", String(256), nullable=False),
    Column("asker_hmac", String(64), nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_asker", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_gap_askers_gap_id", gap_askers.c.gap_id)
Index("ix_gap_askers_asker_hmac", gap_askers.c.asker_hmac)
Index("uq_gap_askers_reference", gap_askers.c.reference, unique=True)

# Everybody on the list of staff. The id is the HMAC of their e-mail address: one person, one row.
staff = Table(
    "staff",
    metadata,
    new_id_column(),
    Column("left_at", Moment),
    Column("key_id", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_detail", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_staff_left_at", staff.c.left_at)

# What was printed of a term, for good: no figure in it that is not in everybody's hands already.
governors_reports = Table(
    "governors_reports",
    metadata,
    Column("term", String(32), primary_key=True),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("figures", Text, nullable=False),
)

# How often a topic answered a question in a term; deleted when that term's report is made.
topics_asked = Table(
    "topics_asked",
    metadata,
    Column("term", String(32), primary_key=True),
    Column("topic", String(128), primary_key=True),
    Column("asked", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# The accounts of those on the list of staff, each by its HMAC: whose row of `staff` it belongs to.
staff_accounts = Table(
    "staff_accounts",
    metadata,
    new_id_column(),
    Column("staff_id", String(64), nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_staff_accounts_staff_id", staff_accounts.c.staff_id)

# Who is to confirm a version of the policy, until when. Schools and roles are ids, parted by commas.
campaigns = Table(
    "campaigns",
    metadata,
    new_id_column(),
    Column("policy", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("schools", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("started_by", String(64), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("stage", String(16), nullable=False),
)
Index("ix_campaigns_stage", campaigns.c.stage)

# One row a person of a campaign. `who` is an HMAC: of their address, as in `staff`, or of their roster id.
asks = Table(
    "asks",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("who", String(64), primary_key=True),
    Column("stage", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    # When the next message to them is due; NULL where none is.
    Column("next_at", Moment),
    Column("asked_at", Moment),
    sqlite_with_rowid=False,
)
Index("ix_asks_next_at", asks.c.next_at)

# What somebody has confirmed, or when they attended training ("trained", without policy and version).
attestations = Table(
    "attestations",
    metadata,
    Column("who", String(64), primary_key=True),
    Column("what", String(16), primary_key=True),
    Column("policy", String(64), primary_key=True),
    Column("version", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
    # Said by themselves ("self"), or by a list ("list").
    Column("source", String(8), nullable=False),
    # Since when they are on the staff register no more; NULL while they are.
    Column("gone_at", Moment),
    sqlite_with_rowid=False,
)
Index("ix_attestations_gone_at", attestations.c.gone_at)

# Applications for accounts, and the accounts themselves; all but stage and times is sealed.
accounts = Table(
    "accounts",
    metadata,
    new_id_column(),
    Column("stage", String(16), nullable=False),
    # When it came to its stage.
    Column("since", Moment, nullable=False),
    # When its timer runs out next; NULL where it has none.
    Column("remind_at", Moment),
    Column("reminded", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_detail", LargeBinary, nullable=False),
)
Index("ix_accounts_remind_at", accounts.c.remind_at)
Index("ix_accounts_stage", accounts.c.stage, accounts.c.since)

submission_keys = Table(
    "submission_keys",
    metadata,
    Column("key_hmac", String(64), primary_key=True),
    # "" for an anonymous report.
    Column("reference", String(16), nullable=False),
    Column("expires_at", Moment, nullable=False),
    # In the order of the HMACs, which is none: rows in their order of coming would say which report is whose.
    sqlite_with_rowid=False,
)

outbox = Table(
    "outbox",
    metadata,
    new_id_column(),
    Column("key", String(128), nullable=False, unique=True),
    # NULL for what is about no report: a digest, a proposal.
    Column("report_id", ForeignKey("reports.id")),
    Column("kind", String(16), nullable=False),
    Column("recipient", RecipientText(80), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("lease_token", String(64), nullable=False),
    Column("lease_until", Moment),
    Column("sent_at", Moment),
    Column("fault", Text, nullable=False),
    # The one that it was last tried on, where that is known.
    Column("platform", String(16), nullable=False, server_default=""),
    # Where it stands in the FLT's channel: it may have to be taken away.
    Column("message_id", String(128), nullable=False, server_default=""),
)
# What is owed still, in the order in which it is claimed: a million delivered rows make it no larger.
_OWED = text("state IN ('pending', 'sending')")
Index(
    "ix_outbox_owed",
    outbox.c.due_at,
    outbox.c.created_at,
    sqlite_where=_OWED,
    postgresql_where=_OWED,
)
Index("ix_outbox_report_id", outbox.c.report_id)

# An answer on its way to its asker, by its outbox row: both are deleted once it is delivered.
answers = Table(
    "answers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("key_id", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_answer", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

pauses = Table(
    "pauses",
    metadata,
    Column("recipient", RecipientText(80), primary_key=True),
    Column("until", Moment, nullable=False),
)

posted = Table(
    "posted",
    metadata,
    Column("report_id", ForeignKey("reports.id"), primary_key=True),
    Column("recipient", RecipientText(80), primary_key=True),
    Column("platform", String(16), nullable=False),
    Column("message_id", String(128), nullable=False),
    Column("version", Integer, nullable=False),
    # Which drawing of the card it shows, or is owed: an older one may hold what is on no card any more.
    Column("drawn", Integer, nullable=False, server_default="0"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("owner_hmac", String(64), primary_key=True),
    Column("key_id", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_session", LargeBinary, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
Index("ix_sessions_expires_at", sessions.c.expires_at)

seen_events = Table(
    "seen_events",
    metadata,
    Column("event_hmac", String(64), primary_key=True),
    Column("expires_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

Index("ix_seen_events_expires_at", seen_events.c.expires_at)

code_attempts = Table(
    "code_attempts",
    metadata,
    Column("reference", String(16), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

export_codes = Table(
    "export_codes",
    metadata,
    new_id_column(),
    Column("target_hmac", String(64), nullable=False),
    Column("person", String(64), nullable=False),
    Column("code_hash", String(256), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
Index("ix_export_codes_target_hmac", export_codes.c.target_hmac)
Index("ix_export_codes_expires_at", export_codes.c.expires_at)

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("key_id", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_secret", LargeBinary, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("at", Moment, nullable=False),
)

playground_messages = Table(
    "playground_messages",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("conversation", String(80), nullable=False),
    Column("key", String(128), nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_html", LargeBinary, nullable=False),
    Column("posted_at", Moment, nullable=False),
)
Index(
    "uq_playground_messages_conversation_key",
    playground_messages.c.conversation,
    playground_messages.c.key,
    unique=True,
)

# Where somebody can be written to on Teams: the way there names them, so it is sealed.
teams_references = Table(
    "teams_references",
    metadata,
    Column("name_hmac", String(64), primary_key=True),
    Column("key_id", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_reference", LargeBinary, nullable=False),
    # The year alone.
    Column("seen_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

# Added to, never changed: audit.py binds each row to the one before, and triggers refuse everything else.
audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("role", String(255), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("sealed_detail", LargeBinary),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
Index("ix_audit_subject", audit.c.subject, audit.c.number)
Index("uq_audit_hash", audit.c.hash, unique=True)
