"""Options of an installation: one file, read once, checked as a whole.

The embedded file is `data/settings.toml`. A city changes what it needs in `var/settings.toml`, or in the file
that the environment variable PETAJAGA_SETTINGS names; only the options given there differ.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.terms import Right, Role
from geo.viewer import Viewer

ROOT = Path(__file__).resolve().parent.parent
EMBEDDED = ROOT / "data" / "settings.toml"
LOCAL = ROOT / "var" / "settings.toml"
ENVIRONMENT = "PETAJAGA_SETTINGS"
#: Below this many random maps no p-value is small enough to speak of one kelurahan among many.
_LEAST_REPLICATES = 999
#: Below the city's own folder: the layer of boundaries that was brought on a page, if there is one.
ADOPTED = Path("batas") / "areas.toml"


@dataclass(frozen=True, slots=True)
class AreaSettings:
    """Where the boundaries are and what their columns are called.

    Parameters
    ----------
    path
        File of boundaries (.shp, zipped .shp, .gpkg, .geojson, .parquet).
    key, name, group
        Columns of the key, the name and the group above (kecamatan); `group` may be empty.
    metric_crs
        Projected CRS in metres for areas and distances.
    bounds
        West, south, east, north in degrees within which every boundary must lie.
    city_code
        Code that statements on the whole city carry (`53.71`).
    city
        Name of the city as it stands in sentences.
    layer
        Short name of the layer, recorded beside every figure computed on it.
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


@dataclass(frozen=True, slots=True)
class HotspotSettings:
    """What verdicts hang on, fixed before anyone looks.

    Parameters
    ----------
    alpha
        Chance of any false `sure`.
    max_share
        Largest share of the city in a circle of the scan.
    replicates
        Random maps behind a p-value.
    split_year
        First year of the second of the two periods that are compared.
    """

    alpha: float
    max_share: float
    replicates: int
    split_year: int


@dataclass(frozen=True, slots=True)
class HealthSettings:
    """When a Community Watch counts as what; proposals of the project, for a city to set.

    Parameters
    ----------
    window_days
        Days in which reports are set against the kelurahan's own past.
    past_years
        Years of that past.
    quiet_days, quiet_percent
        Quiet: no report for that long, or so few in the window as chance gives in fewer of 100 cases.
    dormant_days
        Dormant: no report for that long.
    trained_share
        Share of members trained from which a kelurahan is trained without an event that says so.
    refresher_months
        A refresher is due that long after the last training.
    stalled_days
        Getting ready without a next step for that long.
    """

    window_days: int
    past_years: int
    quiet_days: int
    quiet_percent: float
    dormant_days: int
    trained_share: float
    refresher_months: int
    stalled_days: int


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """Who may what, and how long a sign-in lasts.

    Parameters
    ----------
    owner
        As whom the person at a laptop that serves nobody else works while there are no accounts.
    rights
        What each role may do.
    session_hours, idle_minutes
        A session ends that long after its sign-in, and that long after it was last used.
    issuer, client_id, secret_file
        OpenID provider; an empty issuer is none. The secret is read from a file that is no part of the project, or
        from the environment variable PETAJAGA_OIDC_SECRET.
    """

    owner: Role
    rights: dict[Role, frozenset[Right]]
    session_hours: float
    idle_minutes: float
    issuer: str
    client_id: str
    secret_file: str


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """How long what is kept.

    Parameters
    ----------
    record_years
        Records after the day they tell of.
    audit_years
        What was changed by whom; the chain of hashes stays whole.
    copy_days
        Copies of the store beside it.
    """

    record_years: int
    audit_years: int
    copy_days: int


@dataclass(frozen=True, slots=True)
class PrioritySettings:
    """What the order of the next kelurahan hangs on, beside its criteria.

    Parameters
    ----------
    first
        How many are chosen.
    draws
        Draws of weights and counts behind its stability.
    concentration
        How close the weights drawn keep to the planner's.
    always, never
        Least share of draws among the first to be chosen in nearly every view, and largest to be not now.
    """

    first: int
    draws: int
    concentration: float
    always: float
    never: float


@dataclass(frozen=True, slots=True)
class Settings:
    """All options.

    Parameters
    ----------
    areas
        The boundaries.
    k
        Smallest count of persons that the public may see.
    hotspots
        What verdicts hang on.
    health
        When a Community Watch counts as what.
    priority
        What the order of the next kelurahan hangs on.
    k_taskforce
        Smallest count of persons that the signed-in task force sees; 1 shows all.
    access
        Who may what.
    retention
        How long what is kept.
    tiles_url, tiles_attribution
        Online background map, used only when a visitor switches it on.
    kota
        Folder of the city's own store.
    """

    areas: AreaSettings
    k: int
    hotspots: HotspotSettings
    health: HealthSettings
    priority: PrioritySettings
    k_taskforce: int
    access: AccessSettings
    retention: RetentionSettings
    tiles_url: str
    tiles_attribution: str
    kota: Path

    @property
    def store_file(self) -> Path:
        """File of the city's own store; whether it is there can be seen without importing a database."""
        return self.kota / "kota.sqlite"

    def viewer(self, name: str, role: Role) -> Viewer:
        """A person with what the role is allowed here."""
        return Viewer(name, role, self.access.rights[role])


def _merge(base: dict[str, Any], over: dict[str, Any], where: str = "") -> dict[str, Any]:
    """`base` with the options of `over`; an option that `base` does not know is a spelling mistake."""
    merged = dict(base)
    for key, value in over.items():
        if key not in base:
            msg = f"no such option: {where}{key}; known here: {', '.join(base)}"
            raise ValueError(msg)
        if isinstance(base[key], dict) != isinstance(value, dict):
            msg = f"{where}{key}: a section and a single value are mixed up"
            raise ValueError(msg)
        merged[key] = _merge(base[key], value, f"{where}{key}.") if isinstance(value, dict) else value
    return merged


def _hotspots(options: dict[str, Any]) -> HotspotSettings:
    found = HotspotSettings(**options)
    for name in ("alpha", "max_share"):
        if not 0 < getattr(found, name) < 1:
            msg = f"hotspots.{name} lies between 0 and 1, not {getattr(found, name)!r}"
            raise ValueError(msg)
    if not isinstance(found.replicates, int) or found.replicates < _LEAST_REPLICATES:
        msg = f"hotspots.replicates is a whole number from {_LEAST_REPLICATES}, not {found.replicates!r}"
        raise ValueError(msg)
    return found


def _health(options: dict[str, Any]) -> HealthSettings:
    for name, value in options.items():
        is_whole = name not in {"quiet_percent", "trained_share"}
        if isinstance(value, bool) or not isinstance(value, int if is_whole else int | float) or not value > 0:
            msg = f"health.{name} is a{' whole' if is_whole else ''} number above 0, not {value!r}"
            raise ValueError(msg)
    found = HealthSettings(**options)
    if found.trained_share > 1 or found.quiet_percent >= 100:  # noqa: PLR2004
        msg = "health.trained_share is at most 1, health.quiet_percent below 100"
        raise ValueError(msg)
    if found.dormant_days <= found.quiet_days:
        msg = f"health.dormant_days is more than health.quiet_days, {found.quiet_days}; not {found.dormant_days}"
        raise ValueError(msg)
    return found


def _priority(options: dict[str, Any]) -> PrioritySettings:
    found = PrioritySettings(**options)
    for name in ("first", "draws"):
        if not isinstance(getattr(found, name), int) or getattr(found, name) < 1:
            msg = f"priority.{name} is a whole number from 1, not {getattr(found, name)!r}"
            raise ValueError(msg)
    if not found.concentration > 0 or not 0 <= found.never < found.always <= 1:
        msg = "priority.concentration is above 0, and 0 <= never < always <= 1"
        raise ValueError(msg)
    return found


def _access(options: dict[str, Any]) -> AccessSettings:
    rights = {Role(role): frozenset(Right(one) for one in allowed) for role, allowed in options["rights"].items()}
    if rights[Role.PUBLIC]:
        msg = (
            f"access.rights.public is empty, not {options['rights']['public']!r}: the public sees what was published"
        )
        raise ValueError(msg)
    for name in ("session_hours", "idle_minutes"):
        if not isinstance(options[name], int | float) or not options[name] > 0:
            msg = f"access.{name} is a number above 0, not {options[name]!r}"
            raise ValueError(msg)
    return AccessSettings(
        owner=Role(options["owner"]),
        rights=rights,
        session_hours=float(options["session_hours"]),
        idle_minutes=float(options["idle_minutes"]),
        **options["oidc"],
    )


def _retention(options: dict[str, Any]) -> RetentionSettings:
    for name, value in options.items():
        if not isinstance(value, int) or value < 1:
            msg = f"retention.{name} is a whole number from 1, not {value!r}"
            raise ValueError(msg)
    return RetentionSettings(**options)


def _smallest(options: dict[str, Any], name: str) -> int:
    value = options[name]
    if not isinstance(value, int) or value < 1:
        msg = f"release.{name} is a whole number from 1, not {value!r}"
        raise ValueError(msg)
    return value


def read_settings(local: Path | None = None) -> Settings:
    """Options of this installation.

    Parameters
    ----------
    local
        File of the options that differ from the embedded ones; by default the one of the environment or `var/`.

    Raises
    ------
    ValueError
        When the file is no TOML, names an unknown option, or holds a value that cannot be.
    FileNotFoundError
        When PETAJAGA_SETTINGS or `local` names a file that is not there.
    """
    options = tomllib.loads(EMBEDDED.read_text("utf-8"))
    home = ROOT
    named = os.environ.get(ENVIRONMENT)
    chosen = local or (Path(named) if named else LOCAL)
    if local or named or chosen.exists():
        options = _merge(options, tomllib.loads(chosen.read_text("utf-8-sig")))
        home = chosen.resolve().parent
    kota = Path(options["stores"]["kota"])
    kota = kota if kota.is_absolute() else ROOT / kota
    if (kota / ADOPTED).is_file() and chosen != EMBEDDED:
        options = _merge(options, tomllib.loads((kota / ADOPTED).read_text("utf-8")))
        home = (kota / ADOPTED).parent
    areas, release = options["areas"], options["release"]
    path = Path(areas["path"])
    if not path.is_absolute():
        # A path in a city's own file is meant from that file; the embedded one from the project.
        path = home / path if (home / path).exists() else ROOT / path
    bounds = areas["bounds"]
    if len(bounds) != 4 or not (bounds[0] < bounds[2] and bounds[1] < bounds[3]):  # noqa: PLR2004
        msg = f"areas.bounds are west, south, east, north, not {bounds!r}"
        raise ValueError(msg)
    return Settings(
        areas=AreaSettings(
            path=path,
            key=areas["key"],
            name=areas["name"],
            group=areas["group"],
            metric_crs=areas["metric_crs"],
            bounds=(bounds[0], bounds[1], bounds[2], bounds[3]),
            city_code=areas["city_code"],
            city=areas["city"],
            layer=areas["layer"],
        ),
        k=_smallest(release, "k"),
        k_taskforce=_smallest(release, "k_taskforce"),
        access=_access(options["access"]),
        retention=_retention(options["retention"]),
        hotspots=_hotspots(options["hotspots"]),
        health=_health(options["health"]),
        priority=_priority(options["priority"]),
        tiles_url=options["map"]["tiles_url"],
        tiles_attribution=options["map"]["tiles_attribution"],
        kota=kota,
    )
