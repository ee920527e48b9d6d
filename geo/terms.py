"""The field's words as closed lists. Their wording for people is in the catalogues (`geo.words`)."""

from enum import StrEnum


class State(StrEnum):
    """State of one cell in a table of counts. The four kinds of "no number" stay distinct."""

    SHOWN = "shown"
    ZERO = "zero"  # nothing was recorded, and reporting covered the place and the period
    NO_REPORT = "no_report"  # nothing was recorded, and coverage is unknown
    HIDDEN = "hidden"  # the viewer may not see this count
    OUT_OF_SCOPE = "out_of_scope"  # the figures do not cover this area


class Stage(StrEnum):
    """How far Community Watch is in one kelurahan."""

    PROPOSED = "proposed"
    SOCIALISED = "socialised"
    DECREE = "decree"
    RECRUITED = "recruited"
    TRAINED = "trained"
    ACTIVE = "active"
    DORMANT = "dormant"
    REACTIVATED = "reactivated"
    DISSOLVED = "dissolved"


class CountedAs(StrEnum):
    """Body that a rollout statement counts. Counts of different bodies are never mixed."""

    CW = "cw"
    GT_TPPO = "gt_tppo"
    TIM_ANTI_TRAFFICKING = "tim_anti_trafficking"


class Claim(StrEnum):
    """Whether a rollout statement reports an achieved number or a planned one."""

    ACTUAL = "actual"
    TARGET = "target"


class Precision(StrEnum):
    """Precision of an event's date."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Course(StrEnum):
    """Kind of a training for members."""

    BASIC = "basic"
    REFRESHER = "refresher"
    OTHER = "other"


class ReportedBy(StrEnum):
    """Who reported a rollout event: an office or a group, never a person."""

    DINAS_P3A = "dinas_p3a"
    KECAMATAN = "kecamatan"
    KELURAHAN = "kelurahan"
    WATCHERS = "watchers"
    POLICE = "police"
    PRESS = "press"
    OTHER = "other"


class EarlyWhy(StrEnum):
    """Why the date of a training is before the date of the decree."""

    HELD_JOINTLY = "held_jointly"  # together with a kelurahan that had its decree
    DECREE_BACKDATED = "decree_backdated"  # the decree applies from an earlier day
    DECREE_LOST = "decree_lost"  # an earlier decree exists, but the document is missing
    OTHER_DECREE = "other_decree"  # it was held under the decree of another body


class AsideWhy(StrEnum):
    """Why a person set aside a source's statement on the whole city."""

    NEWER_SOURCE = "newer_source"
    CLOSER_SOURCE = "closer_source"  # another source is closer to the facts
    COUNTS_OTHER = "counts_other"  # it counts something else than it claims
    ASKED_SOURCE = "asked_source"
    MISPRINT = "misprint"


class ScenarioState(StrEnum):
    """Whether a saved plan can be opened."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"


class OverrideReason(StrEnum):
    """Why a person moved a kelurahan in a plan against the calculated result."""

    READINESS = "readiness"
    ACCESS = "access"
    BUDGET = "budget"
    REQUEST_OF_KECAMATAN = "request_of_kecamatan"
    SAFETY = "safety"
    OTHER = "other"


class Status(StrEnum):
    """Status of a case record."""

    CONFIRMED = "confirmed"
    SUSPECTED = "suspected"
    PREVENTED = "prevented"
    DECEASED = "deceased"


class Sex(StrEnum):
    """Sex as recorded."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class AgeGroup(StrEnum):
    """Age group as recorded."""

    CHILD = "child"
    ADULT = "adult"
    UNKNOWN = "unknown"


class Denominator(StrEnum):
    """Sizes of kelurahan that can be the denominator of a rate. No embedded one counts residents."""

    STATIONS_2024 = "tps2024"
    STATIONS_2014 = "tps2014"
    UNDER_FIVE_2022 = "balita2022"
    OWN = "kota"  # uploaded by the city


class Unplaced(StrEnum):
    """Why a case record is not placed on a kelurahan of the map."""

    NO_KELURAHAN = "no_kelurahan"
    NOT_IN_LAYER = "not_in_layer"
    NO_DATE = "no_date"
    AWAITS = "awaits"  # a person must still choose the kelurahan
    OUTSIDE = "outside"  # a place outside the city


class Audience(StrEnum):
    """Who a table is made for. `geo.release` decides what each audience may see."""

    PUBLIC = "public"
    TASKFORCE = "taskforce"


class Role(StrEnum):
    """Role of a person for the city's own data. The settings give the rights of each role."""

    PUBLIC = "public"
    TASKFORCE = "taskforce"
    PLANNER = "planner"
    STEWARD = "steward"


class Right(StrEnum):
    """Right that a role can have. A person without rights sees only published figures."""

    SEE_EXACT = "see_exact"  # counts of the store as they are now; never rows
    EXPORT = "export"  # files of those counts
    PLAN = "plan"  # events of the rollout, plans
    BRING = "bring"  # import, undo, records by hand, copies, boundaries
    DECIDE = "decide"  # spellings, persons recorded twice
    PUBLISH = "publish"  # editions
    ACCOUNTS = "accounts"  # accounts and roles
    AUDIT = "audit"  # audit log, retention, incident report


class StoreName(StrEnum):
    """The two stores, never mixed: made-up example data, and the city's own."""

    CONTOH = "contoh"
    KOTA = "kota"


class Kind(StrEnum):
    """Kind of data in an import."""

    CASES = "cases"
    COVERAGE = "coverage"
    WATCHERS = "watchers"
    REPORTS = "reports"
    ROLLOUT = "rollout"
    DENOMINATORS = "denominators"


class PlaceRole(StrEnum):
    """The five kinds of place that a case record can name; never one "location"."""

    DOCUMENT = "document"  # the kelurahan that issued the papers
    RESIDENCE = "residence"
    RECRUITMENT = "recruitment"
    TRANSIT = "transit"
    EXPLOITATION = "exploitation"


class PlaceStatus(StrEnum):
    """Result of resolving a written place."""

    MATCHED = "matched"  # exactly one kelurahan, certain
    REVIEW = "review"  # a person must choose
    OUTSIDE = "outside"  # certainly a place outside the layer
    UNKNOWN = "unknown"  # no match
    EMPTY = "empty"


class MatchBy(StrEnum):
    """Evidence by which a place was matched."""

    CODE = "code"
    NAME = "name"
    ALIAS = "alias"
    SPELLING = "spelling"
    DECISION = "decision"


class CodeSystem(StrEnum):
    """The four ways to write a kelurahan code; three of them have ten digits."""

    KEMENDAGRI = "kemendagri"
    KEMENDAGRI_PLAIN = "kemendagri-plain"
    KEMENDAGRI_ZERO = "kemendagri-zero"
    BPS = "bps"


class NikCheck(StrEnum):
    """Result of checking a NIK against its row, before the NIK was destroyed."""

    EMPTY = "empty"
    NOT_POSSIBLE = "not_possible"
    CONSISTENT = "consistent"
    CONTRADICTS_SEX = "contradicts_sex"
    CONTRADICTS_BIRTH = "contradicts_birth"
    ELSEWHERE = "elsewhere"  # the document names the city, the number was first issued in another kabupaten


class RecordState(StrEnum):
    """Whether a row of the store is counted."""

    COUNTED = "counted"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"  # a corrected version of the same row replaced it


class BatchState(StrEnum):
    """Whether a batch is in effect."""

    STANDING = "standing"
    UNDONE = "undone"


class PairState(StrEnum):
    """A person's decision on two records that may describe the same person."""

    OPEN = "open"
    SAME = "same"
    DIFFERENT = "different"


class AccountKind(StrEnum):
    """How the person of an account signs in."""

    LOCAL = "local"  # with a password
    OIDC = "oidc"  # through the office's OpenID provider, with a verified e-mail


class AccountState(StrEnum):
    """Whether an account may be used."""

    OPEN = "open"
    CLOSED = "closed"


class Outcome(StrEnum):
    """Result of a row that was read; every row has exactly one."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    REJECTED = "rejected"
    DUPLICATE = "duplicates"


class Cell(StrEnum):
    """What kind of content a refused cell has; told instead of the content."""

    NONE = ""  # the error is in no single cell
    EMPTY = "empty"
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    LONG_NUMBER = "long_number"
    DATE = "date"
    ERROR = "error"


class Act(StrEnum):
    """Actions on the store that the audit log records."""

    IMPORT = "import"
    UNDO = "undo"
    DECIDE = "decide"
    TAKE_BACK = "take_back"
    ENTER = "enter"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    REINSTATE = "reinstate"
    SET_ASIDE = "set_aside"
    LINK = "link"
    CLOSE = "close"
    RESTORE = "restore"
    ERASE = "erase"
    BACKUP = "backup"
    SEE = "see"
    EXPORT = "export"
    PUBLISH = "publish"
    ACCOUNT = "account"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    REFUSE = "refuse"
    INCIDENT = "incident"


class Reason(StrEnum):
    """Why a person decided a spelling: a closed list, because free text may hold a name."""

    KNOWN_HERE = "known_here"
    ASKED_LURAH = "asked_lurah"
    ASKED_SENDER = "asked_sender"
    PAPERS = "papers"
    MAP = "map"


class Health(StrEnum):
    """State of a Community Watch on a day."""

    NONE = "none"  # nothing is known of one
    FORMING = "forming"
    TRAINED = "trained"
    ACTIVE = "active"
    QUIET = "quiet"
    DORMANT = "dormant"
    ENDED = "ended"
