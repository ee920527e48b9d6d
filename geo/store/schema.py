"""Tables of the store, and the word lists of their columns.

There is no column for a name, a NIK, an address, a telephone number or a note on a person: data without a column
cannot be stored. A place is stored as its resolved kelurahan and, where it was written out, as a spelling of at most
40 characters that could mean a place (`geo.places.kept`); `decision` then stores a person's decision on a spelling,
so that one decision serves all rows and can be taken back without changing any of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from geo.schemas import LONGEST_REFERENCE, MOST_HOURS
from geo.terms import (
    AccountKind,
    AccountState,
    AgeGroup,
    AsideWhy,
    BatchState,
    Claim,
    CountedAs,
    Course,
    EarlyWhy,
    MatchBy,
    NikCheck,
    PairState,
    PlaceRole,
    PlaceStatus,
    Precision,
    RecordState,
    ReportedBy,
    Role,
    ScenarioState,
    Sex,
    Stage,
    Status,
)

if TYPE_CHECKING:
    from enum import StrEnum

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_KODE, _WORD, _SPELLING, _SOURCE = 13, 24, 40, 120
_REFERENCE = LONGEST_REFERENCE


def _word(name: str, words: type[StrEnum], *, empty: bool = False) -> tuple[Column[Any], CheckConstraint]:
    """A column that accepts only the words of a closed list, for every writer."""
    allowed = [*(["''"] if empty else []), *(f"'{word.value}'" for word in words)]
    column = Column(name, String(_WORD), nullable=False, server_default="" if empty else None)
    return column, CheckConstraint(f'"{name}" IN ({", ".join(allowed)})', name=f"{name}_listed")


def _row() -> tuple[Any, ...]:
    """Columns of every row of a batch: its origin, whether it counts, and its version."""
    return (
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("batch_id", ForeignKey("batch.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("row_number", Integer, nullable=False),
        *_word("state", RecordState),
        # The batch whose corrected row replaced this one; removed with that batch.
        Column("replaced_by", ForeignKey("batch.id", ondelete="SET NULL"), index=True),
        Column("version", Integer, nullable=False, server_default="1"),
    )


def _place() -> tuple[Any, ...]:
    """Place of a row: resolved, with method and score, or the spelling that waits for a decision."""
    return (
        *_word("place_status", PlaceStatus),
        Column("kode", String(_KODE), nullable=False, server_default=""),
        *_word("match_by", MatchBy, empty=True),
        Column("score", Float),
        Column("spelling_id", ForeignKey("spelling.id"), index=True),
    )


META = Table(
    "meta",
    METADATA,
    Column("name", String(_WORD), primary_key=True),
    Column("value", String(64), nullable=False),
)

#: Copies of the ledgers of editions as they were after the last publication, so that a backup holds them, too. They
#: contain every published count and the secret of the editions.
LEDGER_COPY = Table(
    "ledger_copy",
    METADATA,
    Column("name", String(_WORD), primary_key=True),
    Column("content", Text, nullable=False),
)

BATCH = Table(
    "batch",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # Identifies the batch in the file of pseudonyms, because a number may repeat after a restore.
    Column("token", String(32), nullable=False, unique=True),
    Column("kind", String(_WORD), nullable=False),
    Column("mapping", String(_SPELLING), nullable=False, server_default=""),
    Column("by_hand", Boolean, nullable=False, server_default="0"),
    Column("made_at", DateTime, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("read", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("review", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    *_word("state", BatchState),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("accepted + review + rejected + duplicates = read", name="adds_up"),
    sqlite_autoincrement=True,
)

SPELLING = Table(
    "spelling",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(2 * _SPELLING + 1), nullable=False),
    Column("written", String(_SPELLING), nullable=False),
    Column("kecamatan", String(_SPELLING), nullable=False, server_default=""),
    UniqueConstraint("key"),
)

DECISION = Table(
    "decision",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(2 * _SPELLING + 1), nullable=False, index=True),
    # A kelurahan of the layer, or `outside`.
    Column("answer", String(_KODE), nullable=False),
    Column("why", String(_WORD), nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("taken_back_at", DateTime),
    Column("taken_back_by", String(64)),
    # Two people who decide one spelling at once: the store itself rejects the second.
    Index("ix_decision_standing", "key", unique=True, sqlite_where=Column("taken_back_at").is_(None)),
)

RECORD = Table(
    "record",
    METADATA,
    *_row(),
    Column("reported_on", Date, index=True),
    *_word("reported_precision", Precision),
    # The store's own number; rows of one report share it.
    Column("report_no", Integer, nullable=False, index=True),
    # Whether the file stated which report the row belongs to: only then are two rows known to be independent.
    Column(
        "is_keyed",
        Integer,
        CheckConstraint("is_keyed IN (0, 1)", name="is_keyed_flag"),
        nullable=False,
        server_default="0",
    ),
    *_word("status", Status, empty=True),
    *_word("sex", Sex),
    *_word("age_group", AgeGroup),
    Column("persons", Integer, CheckConstraint("persons BETWEEN 1 AND 10000", name="persons_range"), nullable=False),
    Column("origin_kode", String(_KODE), nullable=False, server_default=""),
    Column("source", String(_SOURCE), nullable=False, server_default=""),
    *_word("nik_check", NikCheck),
)

RECORD_PLACE = Table(
    "record_place",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("record_id", ForeignKey("record.id", ondelete="CASCADE"), nullable=False),
    *_word("role", PlaceRole),
    *_place(),
    UniqueConstraint("record_id", "role"),
)

# Two records that may be one person. Where a person confirms it, the later one does not count while the earlier one
# does.
PAIR = Table(
    "pair",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("earlier_id", ForeignKey("record.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("later_id", ForeignKey("record.id", ondelete="CASCADE"), nullable=False, index=True),
    *_word("state", PairState),
    Column("decided_at", DateTime),
    Column("decided_by", String(64)),
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("earlier_id", "later_id"),
)

COVERAGE = Table(
    "coverage",
    METADATA,
    *_row(),
    *_place(),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date, nullable=False),
    Column("source", String(_SOURCE), nullable=False, server_default=""),
    CheckConstraint("to_on >= from_on", name="in_order"),
)

WATCHER = Table(
    "watcher",
    METADATA,
    *_row(),
    *_place(),
    # The kelurahan's own number, never a name.
    Column("watcher", Integer, nullable=False),
    Column("joined_on", Date, nullable=False),
    Column("trained_on", Date),
    Column("left_on", Date),
    Column("group", String(_WORD), nullable=False, server_default=""),
    *_word("sex", Sex),
)

WATCH_REPORT = Table(
    "watch_report",
    METADATA,
    *_row(),
    *_place(),
    Column("reported_on", Date, nullable=False),
    Column("kind", String(_WORD), nullable=False, server_default=""),
    Column("followed_up", String(_WORD), nullable=False, server_default=""),
)

ROLLOUT_EVENT = Table(
    "rollout_event",
    METADATA,
    *_row(),
    *_place(),
    *_word("stage", Stage),
    Column("on", Date, nullable=False),
    *_word("on_precision", Precision),
    *_word("counted_as", CountedAs),
    *_word("claim", Claim),
    Column("count", Integer),
    Column("of", Integer),
    Column("source", String(_SOURCE), nullable=False),
    Column("source_on", Date, nullable=False),
    Column("recorded_on", Date, nullable=False),
    # A source is a word of the list, a host or the number of a decree (`geo.sheets.sources`), as in all tables.
    # References that `geo.schemas.is_reference` accepts: no words that could be a name.
    Column("decree_no", String(_REFERENCE), nullable=False, server_default=""),
    *_word("course", Course, empty=True),
    Column("hours", Integer, CheckConstraint(f"hours BETWEEN 1 AND {MOST_HOURS}", name="hours_range")),
    *_word("reported_by", ReportedBy, empty=True),
    Column("document", String(_REFERENCE), nullable=False, server_default=""),
    *_word("early_why", EarlyWhy, empty=True),
)

# Statements of a source on the whole city that a person set aside: embedded facts and rows alike, so identified by
# content and not by a row's number.
SET_ASIDE = Table(
    "set_aside",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", String(_SOURCE), nullable=False),
    Column("on", Date, nullable=False),
    *_word("counted_as", CountedAs),
    *_word("claim", Claim),
    Column("count", Integer, nullable=False),
    *_word("why", AsideWhy),
    Column("made_at", DateTime, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("taken_back_at", DateTime),
    Column("taken_back_by", String(64)),
    Index(
        "ix_set_aside_standing",
        "source",
        "on",
        "counted_as",
        "claim",
        "count",
        unique=True,
        sqlite_where=Column("taken_back_at").is_(None),
    ),
)

# Named plans. Their content has the only free text in the store: a short note on a kelurahan that a person moved;
# only users who may plan see it, and it is deleted with the plan.
SCENARIO = Table(
    "scenario",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # Its identifier in an address: a number could be guessed by counting.
    Column("token", String(32), nullable=False),
    Column("name", String(_SPELLING), nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("content", Text, nullable=False, server_default="{}"),
    *_word("state", ScenarioState),
    # The planned events made from it.
    Column("plan_batch", ForeignKey("batch.id", ondelete="SET NULL"), index=True),
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("token"),
)

DENOMINATOR = Table(
    "denominator",
    METADATA,
    *_row(),
    *_place(),
    Column("value", Float, nullable=False),
    Column("label", String(_SOURCE), nullable=False, server_default=""),
    Column("source", String(_SOURCE), nullable=False, server_default=""),
    Column("on", Date),
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", DateTime, nullable=False, index=True),
    Column("who", String(64), nullable=False),
    Column("act", String(_WORD), nullable=False),
    Column("subject", String(_WORD), nullable=False),
    Column("subject_id", Integer, index=True),
    # JSON of column: [before, after]; only columns of the tables above, so no personal data.
    Column("change", Text, nullable=False, server_default="{}"),
    # The chain (`geo.store.audit_chain`). Change and salt are erased after their retention time, the hashes are kept.
    Column("salt", String(32), nullable=False, server_default=""),
    Column("digest", String(64), nullable=False, server_default=""),
    Column("hash", String(64), nullable=False, server_default=""),
    sqlite_autoincrement=True,
)

# People who may sign in: staff, never persons in the records.
ACCOUNT = Table(
    "account",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # A user name, or the e-mail that the provider has verified; in lower case.
    Column("name", String(64), nullable=False),
    *_word("kind", AccountKind),
    *_word("role", Role),
    # Argon2, with its own salt and costs; empty where a provider authenticates the person.
    Column("password_hash", String(200), nullable=False, server_default=""),
    *_word("state", AccountState),
    Column("made_at", DateTime, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("name"),
    CheckConstraint("role <> 'public'", name="role_not_public"),
    sqlite_autoincrement=True,
)

# Signed-in browsers. Only the hash of the cookie's token is stored: a person who reads this file cannot use it.
SESSION = Table(
    "session",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("token_hash", String(64), nullable=False),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("made_at", DateTime, nullable=False),
    Column("seen_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
    UniqueConstraint("token_hash"),
)

# Recent failed sign-ins, to slow down guessing; by hash of the name or of the network address.
ATTEMPT = Table(
    "attempt",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False, index=True),
    Column("at", DateTime, nullable=False),
)
