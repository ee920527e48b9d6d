"""Options of an installation: one file, read once and checked completely.

The embedded file is `data/settings.toml`. A city puts only the options it changes into `var/settings.toml`, or into
the file that the environment variable PETAJAGA_SETTINGS names. The classes below say which values an option may
have; pydantic finds all faults of a file at once.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import os
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, field_validator
from pydantic.dataclasses import dataclass

from geo.errors import DataError, Fault, Problem
from geo.terms import Right, Role
from geo.viewer import Viewer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic import ValidationInfo
    from pydantic_core import ErrorDetails

ROOT = Path(__file__).resolve().parent.parent
EMBEDDED = ROOT / "data" / "settings.toml"
LOCAL = ROOT / "var" / "settings.toml"
ENVIRONMENT = "PETAJAGA_SETTINGS"
#: In the city's own folder: the layer of boundaries that was uploaded on a page, if any.
ADOPTED = Path("batas") / "areas.toml"
#: With fewer random maps no p-value is small enough to single out one kelurahan among many.
_LEAST_REPLICATES = 999
#: A number is not a text, a text is not a number, and an unknown option is a spelling mistake.
_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

_Count = Annotated[int, Field(ge=1)]
_Positive = Annotated[float, Field(gt=0)]
_Share = Annotated[float, Field(gt=0, lt=1)]


@dataclass(frozen=True, slots=True, config=_STRICT)
class AreaSettings:
    """File of the boundaries and the names of its columns.

    Parameters
    ----------
    path
        File of boundaries (.shp, zipped .shp, .gpkg, .geojson, .parquet).
    key, name, group
        Columns of the key, the name and the parent area (kecamatan); `group` may be empty.
    metric_crs
        Projected CRS in metres for areas and distances.
    bounds
        West, south, east, north in degrees; every boundary must lie inside.
    city_code
        Code of the whole city in statements (`53.71`).
    city
        Name of the city in sentences.
    layer
        Short name of the layer, recorded with every figure computed on it.
    """

    path: Path
    key: str
    name: str
    group: str
    metric_crs: str
    bounds: tuple[float, float, float, float]
    city_code: str
    city: str
    layer: str

    @field_validator("bounds")
    @classmethod
    def _in_order(cls, bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        west, south, east, north = bounds
        if not (west < east and south < north):
            msg = "west < east, south < north"
            raise ValueError(msg)
        return bounds


@dataclass(frozen=True, slots=True, config=_STRICT)
class CitySettings:
    """Where the city is.

    Parameters
    ----------
    time_zone
        Name in the IANA database: a time of another zone in a file is turned into the city's day.
    """

    time_zone: str

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
            msg = "Asia/Makassar, Asia/Jakarta, Asia/Jayapura ..."
            raise ValueError(msg) from fault
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True, config=_STRICT)
class HotspotSettings:
    """Parameters of the verdicts, fixed before anyone sees the data.

    Parameters
    ----------
    alpha
        Probability of at least one false `sure`.
    max_share
        Largest share of the city in a circle of the scan.
    replicates
        Number of random maps for a p-value.
    split_year
        First year of the second of the two compared periods.
    """

    alpha: _Share
    max_share: _Share
    replicates: Annotated[int, Field(ge=_LEAST_REPLICATES)]
    split_year: int


@dataclass(frozen=True, slots=True, config=_STRICT)
class HealthSettings:
    """Thresholds of the health classes of Community Watch; proposals of the project that a city can change.

    Parameters
    ----------
    window_days
        Window in days in which reports are compared with the kelurahan's own past.
    past_years
        Length of that past in years.
    quiet_days, quiet_percent
        Quiet: no report for that many days, or so few in the window as chance gives in fewer of 100 cases.
    dormant_days
        Dormant: no report for that many days.
    trained_share
        Share of trained members from which a kelurahan counts as trained without a training event.
    refresher_months
        A refresher is due that many months after the last training.
    stalled_days
        Stalled: in preparation without a next step for that many days.
    """

    window_days: _Count
    past_years: _Count
    quiet_days: _Count
    quiet_percent: Annotated[float, Field(gt=0, lt=100)]
    dormant_days: _Count
    trained_share: Annotated[float, Field(gt=0, le=1)]
    refresher_months: _Count
    stalled_days: _Count

    @field_validator("dormant_days")
    @classmethod
    def _after_quiet(cls, days: int, found: ValidationInfo) -> int:
        quiet = found.data.get("quiet_days", 0)
        if days <= quiet:
            msg = f"> quiet_days ({quiet})"
            raise ValueError(msg)
        return days


@dataclasses.dataclass(frozen=True, slots=True)
class AccessSettings:
    """Rights of the roles, and how long a session lasts.

    Parameters
    ----------
    owner
        Role of the person at a laptop that serves nobody else, while no accounts exist.
    rights
        Rights of each role.
    session_hours, idle_minutes
        A session ends that long after sign-in, or that long after its last use.
    issuer, client_id, secret_file
        OpenID provider; an empty issuer means none. The secret is read from a file outside the project, or from the
        environment variable PETAJAGA_OIDC_SECRET.
    """

    owner: Role
    rights: dict[Role, frozenset[Right]]
    session_hours: float
    idle_minutes: float
    issuer: str
    client_id: str
    secret_file: str


@dataclass(frozen=True, slots=True, config=_STRICT)
class RetentionSettings:
    """Retention periods.

    Parameters
    ----------
    record_years
        Years after the day of a record.
    audit_years
        Years that the audit log keeps who changed what; the chain of hashes stays complete.
    copy_days
        Days that copies of the store are kept.
    """

    record_years: _Count
    audit_years: _Count
    copy_days: _Count


@dataclass(frozen=True, slots=True, config=_STRICT)
class PrioritySettings:
    """Parameters of the order of the next kelurahan, in addition to its criteria.

    Parameters
    ----------
    first
        Number of kelurahan chosen.
    draws
        Number of random draws of weights and counts for the stability of the order.
    concentration
        How close the drawn weights stay to the planner's.
    always, never
        Smallest share of draws among the first for "chosen in nearly every view", and largest share for "not now".
    """

    first: _Count
    draws: _Count
    concentration: _Positive
    always: Annotated[float, Field(gt=0, le=1)]
    never: Annotated[float, Field(ge=0)]

    @field_validator("never")
    @classmethod
    def _below_always(cls, never: float, found: ValidationInfo) -> float:
        always = found.data.get("always", 1)
        if never >= always:
            msg = f"< always ({always})"
            raise ValueError(msg)
        return never


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """All options.

    Parameters
    ----------
    areas
        The boundaries.
    city
        Where the city is.
    k
        Smallest count of persons that the public may see.
    hotspots
        Parameters of the verdicts.
    health
        Thresholds of the health classes of Community Watch.
    priority
        Parameters of the order of the next kelurahan.
    access
        Rights of the roles and sessions.
    retention
        Retention periods.
    tiles_url, tiles_attribution
        Online background map, used only if a visitor switches it on.
    kota
        Folder of the city's own store.
    is_closed
        Whether the installation's own options could not be read: nobody can sign in, and everybody is the public.
    """

    areas: AreaSettings
    city: CitySettings
    k: int
    hotspots: HotspotSettings
    health: HealthSettings
    priority: PrioritySettings
    access: AccessSettings
    retention: RetentionSettings
    tiles_url: str
    tiles_attribution: str
    kota: Path
    is_closed: bool = False

    @property
    def store_file(self) -> Path:
        """File of the city's own store; its existence can be checked without importing a database."""
        return self.kota / "kota.sqlite"

    def viewer(self, name: str, role: Role) -> Viewer:
        """Viewer with the rights that the settings give the role."""
        return Viewer(name, role, self.access.rights[role])


# Structure of the file, where it differs from that of the settings.


@dataclass(frozen=True, slots=True, config=_STRICT)
class _Release:
    k: _Count


@dataclass(frozen=True, slots=True, config=_STRICT)
class _Provider:
    issuer: str
    client_id: str
    secret_file: str


@dataclass(frozen=True, slots=True, config=_STRICT)
class _Rights:
    public: frozenset[Right]
    taskforce: frozenset[Right]
    planner: frozenset[Right]
    steward: frozenset[Right]

    @field_validator("public")
    @classmethod
    def _nothing(cls, rights: frozenset[Right]) -> frozenset[Right]:
        # The public sees only what was published.
        if rights:
            msg = "[]"
            raise ValueError(msg)
        return rights


@dataclass(frozen=True, slots=True, config=_STRICT)
class _Access:
    owner: Role
    session_hours: _Positive
    idle_minutes: _Positive
    rights: _Rights
    oidc: _Provider


@dataclass(frozen=True, slots=True, config=_STRICT)
class _Map:
    tiles_url: str
    tiles_attribution: str


@dataclass(frozen=True, slots=True, config=_STRICT)
class _Stores:
    kota: Path


@dataclass(frozen=True, slots=True, config=_STRICT)
class _File:
    areas: AreaSettings
    city: CitySettings
    release: _Release
    access: _Access
    retention: RetentionSettings
    hotspots: HotspotSettings
    health: HealthSettings
    priority: PrioritySettings
    map: _Map
    stores: _Stores


@lru_cache(maxsize=1)
def _embedded() -> dict[str, Any]:
    """Options that come with the project."""
    return tomllib.loads(EMBEDDED.read_text("utf-8"))


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the options of `over`; sections are merged option by option."""
    merged = dict(base)
    for key, value in over.items():
        is_section = isinstance(base.get(key), dict) and isinstance(value, dict)
        merged[key] = _merge(base[key], value) if is_section else value
    return merged


def _read(path: Path) -> dict[str, Any]:
    """Options in a file, unchecked."""
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except tomllib.TOMLDecodeError as fault:
        at = re.search(r"at line (\d+)", str(fault))
        rows = [int(at.group(1))] if at else [path.read_text("utf-8-sig").count("\n") + 1]
        raise DataError((Fault.of(path.name, "", Problem.BAD_TOML, rows=rows),)) from fault
    except FileNotFoundError as fault:
        raise DataError((Fault.of(path.name, "", Problem.MISSING_FILE),)) from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise DataError((Fault.of(path.name, "", Problem.UNREADABLE, hint="UTF-8"),)) from fault


def _checked(options: Mapping[str, Any], name: str) -> _File:
    """Checked options.

    Raises
    ------
    DataError
        With every fault of the file `name`.
    """
    # As JSON: in JSON a list may become a tuple or a set, and a text a path or an enum value. No option takes a date;
    # as a list it is refused, whatever type was expected.
    given = json.dumps(options, default=lambda moment: [str(moment)])
    try:
        return TypeAdapter(_File).validate_json(given)
    except ValidationError as found:
        raise DataError(tuple(_faults(found.errors(), name))) from None


_LIMITS = {"gt": ">", "ge": "\N{GREATER-THAN OR EQUAL TO}", "lt": "<", "le": "\N{LESS-THAN OR EQUAL TO}"}
_KINDS = {
    "unexpected_keyword_argument": Problem.NO_SUCH_OPTION,
    "dataclass_type": Problem.NOT_A_SECTION,
    "int_type": Problem.NOT_A_WHOLE_NUMBER,
    "float_type": Problem.NOT_A_NUMBER,
    "finite_number": Problem.NOT_A_NUMBER,
    "string_type": Problem.NOT_A_TEXT,
    "enum": Problem.NOT_IN_LIST,
    "value_error": Problem.NOT_POSSIBLE,
    "greater_than": Problem.NOT_POSSIBLE,
    "greater_than_equal": Problem.NOT_POSSIBLE,
    "less_than": Problem.NOT_POSSIBLE,
    "less_than_equal": Problem.NOT_POSSIBLE,
}


def _faults(found: Iterable[ErrorDetails], name: str) -> Iterator[Fault]:
    """Faults that pydantic found, one for each option and kind of problem."""
    by_option: dict[tuple[str, Problem, str], list[Any]] = {}
    for one in found:
        keys = [str(key) for key in one["loc"] if not isinstance(key, int)]
        # Types that are not in the table mean wrong elements, or too few or too many.
        problem = _KINDS.get(one["type"], Problem.NOT_THAT_LIST)
        by_option.setdefault((".".join(keys), problem, _right(one, problem, keys)), []).append(one["input"])
    for (option, problem, right), values in by_option.items():
        # The value of an unknown option may be a secret in the wrong place.
        shown = () if problem is Problem.NO_SUCH_OPTION else values
        yield Fault.of(name, option, problem, values=shown, hint=right)


def _right(found: ErrorDetails, problem: Problem, keys: Sequence[str]) -> str:
    """What is expected, independent of language."""
    context: Mapping[str, Any] = found.get("ctx", {})
    section: Any = _embedded()
    for key in keys[:-1]:
        section = section[key]
    match problem:
        case Problem.NO_SUCH_OPTION:
            return ", ".join(difflib.get_close_matches(keys[-1], section, n=1) or section)
        case Problem.NOT_A_SECTION:
            return f"[{'.'.join(keys)}]"
        case Problem.NOT_IN_LIST:
            return ", ".join(re.findall("'([^']*)'", context["expected"]))
        case Problem.NOT_POSSIBLE:
            limits = [f"{sign} {context[limit]:g}" for limit, sign in _LIMITS.items() if limit in context]
            # For two options that contradict each other, the classes above give the condition.
            return str(context["error"]) if "error" in context else limits[0]
        case Problem.NOT_THAT_LIST:
            return json.dumps(section[keys[-1]])
        case _:
            return ""


def read_settings(local: Path | None = None) -> Settings:
    """Options of this installation.

    Parameters
    ----------
    local
        File with the options that differ from the embedded ones; by default the file of the environment or in `var/`.

    Raises
    ------
    DataError
        With every fault of the file: it does not exist, is not TOML, has an unknown option or an invalid value.
    """
    options, home, name = _embedded(), ROOT, EMBEDDED.name
    named = os.environ.get(ENVIRONMENT)
    chosen = local or (Path(named) if named else LOCAL)
    if local or named or chosen.exists():
        options, home, name = _merge(options, _read(chosen)), chosen.resolve().parent, chosen.name
    found = _checked(options, name)
    kota = ROOT / found.stores.kota
    adopted = kota / ADOPTED
    if adopted.is_file() and chosen != EMBEDDED:
        found, home = _checked(_merge(options, _read(adopted)), adopted.name), adopted.parent
    path = found.areas.path
    if not path.is_absolute():
        # A path in a city's own file is relative to that file; the embedded path is relative to the project.
        path = home / path if (home / path).exists() else ROOT / path
    access = found.access
    return Settings(
        areas=dataclasses.replace(found.areas, path=path),
        city=found.city,
        k=found.release.k,
        access=AccessSettings(
            owner=access.owner,
            rights={role: getattr(access.rights, role.value) for role in Role},
            session_hours=access.session_hours,
            idle_minutes=access.idle_minutes,
            issuer=access.oidc.issuer,
            client_id=access.oidc.client_id,
            secret_file=access.oidc.secret_file,
        ),
        retention=found.retention,
        hotspots=found.hotspots,
        health=found.health,
        priority=found.priority,
        tiles_url=found.map.tiles_url,
        tiles_attribution=found.map.tiles_attribution,
        kota=kota,
    )


def closed_settings() -> Settings:
    """Embedded options for an installation whose own cannot be read: no default may stand in for a right or a k.

    Published editions state their own k. If at least the folder of the city can be read from the file, they are read
    from there.
    """
    found = dataclasses.replace(read_settings(EMBEDDED), is_closed=True)
    named = os.environ.get(ENVIRONMENT)
    try:
        kota = _read(Path(named) if named else LOCAL).get("stores", {}).get("kota")
    except (DataError, AttributeError):
        return found
    return dataclasses.replace(found, kota=ROOT / kota) if isinstance(kota, str) else found
