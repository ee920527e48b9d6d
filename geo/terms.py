"""The field's words as closed lists. Their wording for people is in the catalogues (`geo.words`)."""

from enum import StrEnum


class State(StrEnum):
    """What a cell of a table of counts says. Four ways of showing no number stay apart."""

    SHOWN = "shown"
    ZERO = "zero"  # nothing was recorded, and reporting covered the place and the period
    NO_REPORT = "no_report"  # nothing was recorded, and nobody says that reporting covered it
    HIDDEN = "hidden"  # the viewer may not see this count
    OUT_OF_SCOPE = "out_of_scope"  # the area is no part of what the figures cover


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
    """Which body a rollout statement counts. One never stands in for another."""

    CW = "cw"
    GT_TPPO = "gt_tppo"
    TIM_ANTI_TRAFFICKING = "tim_anti_trafficking"


class Claim(StrEnum):
    """Whether a rollout statement tells of something reached or of something meant."""

    ACTUAL = "actual"
    TARGET = "target"


class Precision(StrEnum):
    """How exactly the date of an event is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Course(StrEnum):
    """What a training of members was."""

    BASIC = "basic"
    REFRESHER = "refresher"
    OTHER = "other"


class ReportedBy(StrEnum):
    """Who told of an event of the rollout: an office or a group, never a person."""

    DINAS_P3A = "dinas_p3a"
    KECAMATAN = "kecamatan"
    KELURAHAN = "kelurahan"
    WATCHERS = "watchers"
    POLICE = "police"
    PRESS = "press"
    OTHER = "other"


class EarlyWhy(StrEnum):
    """Why a training stands before the decree."""

    HELD_JOINTLY = "held_jointly"  # together with a kelurahan that had its decree
    DECREE_BACKDATED = "decree_backdated"  # the decree says that it holds from an earlier day
    DECREE_LOST = "decree_lost"  # an earlier decree is known of, but not at hand
    OTHER_DECREE = "other_decree"  # it was held under the decree of another body


class AsideWhy(StrEnum):
    """Why a person set aside what a source says of the whole city."""

    NEWER_SOURCE = "newer_source"
    CLOSER_SOURCE = "closer_source"  # another source is nearer to what it tells of
    COUNTS_OTHER = "counts_other"  # it counts another thing than it says
    ASKED_SOURCE = "asked_source"
    MISPRINT = "misprint"


class ScenarioState(StrEnum):
    """Whether a plan that was kept under a name can be opened."""

    STANDING = "standing"
    WITHDRAWN = "withdrawn"


class OverrideReason(StrEnum):
    """Why a person moved a kelurahan in a plan against what was worked out."""

    READINESS = "readiness"
    ACCESS = "access"
    BUDGET = "budget"
    REQUEST_OF_KECAMATAN = "request_of_kecamatan"
    SAFETY = "safety"
    OTHER = "other"


class Status(StrEnum):
    """What a record of cases is about."""

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
    """Sizes of kelurahan that a rate can be formed with. None of the embedded ones counts residents."""

    STATIONS_2024 = "tps2024"
    STATIONS_2014 = "tps2014"
    UNDER_FIVE_2022 = "balita2022"
    OWN = "kota"  # what the city itself brought


class Unplaced(StrEnum):
    """Why a record of cases is on no kelurahan of the map."""

    NO_KELURAHAN = "no_kelurahan"
    NOT_IN_LAYER = "not_in_layer"
    NO_DATE = "no_date"
    AWAITS = "awaits"  # a person has yet to say which kelurahan is meant
    OUTSIDE = "outside"  # a place elsewhere


class Audience(StrEnum):
    """Who a table is made for. What each may see is decided in `geo.release`."""

    PUBLIC = "public"
    TASKFORCE = "taskforce"


class Role(StrEnum):
    """What a person is to the city's own data; what each may do stands in the settings."""

    PUBLIC = "public"
    TASKFORCE = "taskforce"
    PLANNER = "planner"
    STEWARD = "steward"


class Right(StrEnum):
    """What a role may be allowed. Without any, a person sees what was published and nothing else."""

    SEE_EXACT = "see_exact"  # counts of the store as they are now; never rows
    EXPORT = "export"  # files of those counts
    PLAN = "plan"  # events of the rollout, plans
    BRING = "bring"  # import, undo, records by hand, copies, boundaries
    DECIDE = "decide"  # spellings, persons recorded twice
    PUBLISH = "publish"  # editions
    ACCOUNTS = "accounts"  # who may what
    AUDIT = "audit"  # what was done, retention, the pack for an incident


class StoreName(StrEnum):
    """The two stores, never mixed: made-up example data, and the city's own."""

    CONTOH = "contoh"
    KOTA = "kota"


class Kind(StrEnum):
    """What an import brings."""

    CASES = "cases"
    COVERAGE = "coverage"
    WATCHERS = "watchers"
    REPORTS = "reports"
    ROLLOUT = "rollout"
    DENOMINATORS = "denominators"


class PlaceRole(StrEnum):
    """The five places a record of cases can name; never one "location"."""

    DOCUMENT = "document"  # the kelurahan that issued the papers
    RESIDENCE = "residence"
    RECRUITMENT = "recruitment"
    TRANSIT = "transit"
    EXPLOITATION = "exploitation"


class PlaceStatus(StrEnum):
    """What became of a written place."""

    MATCHED = "matched"  # one kelurahan, sure
    REVIEW = "review"  # a person must choose
    OUTSIDE = "outside"  # surely a place that is not one of the areas
    UNKNOWN = "unknown"  # no idea
    EMPTY = "empty"


class MatchBy(StrEnum):
    """What a place was matched by."""

    CODE = "code"
    NAME = "name"
    ALIAS = "alias"
    SPELLING = "spelling"
    DECISION = "decision"


class CodeSystem(StrEnum):
    """The four ways in which a kelurahan's code is written; three of them have ten digits."""

    KEMENDAGRI = "kemendagri"
    KEMENDAGRI_PLAIN = "kemendagri-plain"
    KEMENDAGRI_ZERO = "kemendagri-zero"
    BPS = "bps"


class NikCheck(StrEnum):
    """What a NIK said of the row it stood in, before it was destroyed."""

    EMPTY = "empty"
    NOT_POSSIBLE = "not_possible"
    CONSISTENT = "consistent"
    CONTRADICTS_SEX = "contradicts_sex"
    CONTRADICTS_BIRTH = "contradicts_birth"
    ELSEWHERE = "elsewhere"  # the document names the city, the number was first issued in another kabupaten


class RecordState(StrEnum):
    """Whether a row of the store counts."""

    COUNTED = "counted"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"  # the same row came again, mended


class BatchState(StrEnum):
    """Whether a batch stands."""

    STANDING = "standing"
    UNDONE = "undone"


class PairState(StrEnum):
    """What a person made of two records that may be of one person."""

    OPEN = "open"
    SAME = "same"
    DIFFERENT = "different"


class AccountKind(StrEnum):
    """How a person proves to be the one of an account."""

    LOCAL = "local"  # by a password
    OIDC = "oidc"  # by the office's OpenID provider, with a verified e-mail


class AccountState(StrEnum):
    """Whether an account may be used."""

    OPEN = "open"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What became of a row that was read; every row has exactly one."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    REJECTED = "rejected"
    DUPLICATE = "duplicates"


class Act(StrEnum):
    """What people do to the store, for the audit."""

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
    """Why a person decided a spelling: a closed list, because what is typed freely may hold a name."""

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
