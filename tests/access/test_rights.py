"""Rights are asked for at every call of the library: who has none is refused before anything is read or written."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from pages.shell.custody import Custody
from pages.shell.desk import Desk
from people import STEWARD

from geo.access import audit, incident, retention
from geo.imports import run, undo
from geo.measures.rollout import Statement
from geo.places.adopt import adopt, give_up
from geo.settings import EMBEDDED, read_settings
from geo.sheets.mapping import Mapping, remember
from geo.store import records
from geo.store.backup import backup, restore
from geo.store.engine import Store, close_store, open_store
from geo.store.scenarios import Scenario
from geo.store.tables import city_tables, read_tables
from geo.terms import AsideWhy, Audience, Claim, CountedAs, Kind, Precision, Right, Role, StoreName
from geo.viewer import NotAllowedError, Viewer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geo.places.boundaries import Areas
    from geo.settings import Settings

OPTIONS = read_settings(EMBEDDED)
TODAY = date(2026, 1, 1)


@dataclasses.dataclass(frozen=True)
class Place:
    """A store with one record, a copy of it, a prepared sheet, a layer."""

    folder: Path
    settings: Settings
    areas: Areas
    prepared: Any

    @property
    def path(self) -> Path:
        return self.settings.kota / "kota.sqlite"

    @property
    def store(self) -> Store:
        return open_store(self.path)

    def bytes(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not path.name.endswith("-shm")
        }


@pytest.fixture
def place(tmp_path: Path, kupang: Areas) -> Iterator[Place]:
    options = dataclasses.replace(OPTIONS, kota=tmp_path / "kota")
    file = tmp_path / "lembar.csv"
    file.write_text("reported_on,document_kode\n2018-11-16,53.71.04.1001\n", "utf-8")
    sheet, mapping = run.read_file(file, options, kind=Kind.CASES)
    prepared = run.prepared_for(sheet, mapping, kupang, today=TODAY)
    made = Place(tmp_path, options, kupang, prepared)
    run.accept(prepared, made.path, STEWARD)
    backup(made.store, tmp_path / "salinan.sqlite", STEWARD)
    (tmp_path / "batas.gpkg").write_bytes(b"")
    yield made
    close_store(made.path)


Call = Callable[[Place, Viewer], object]
B, D, S, A, P = Right.BRING, Right.DECIDE, Right.SEE_EXACT, Right.AUDIT, Right.PLAN

#: Every function of the library that takes a store or its path, with what it takes to call it.
CALLS: dict[str, tuple[Right, Call]] = {
    "run.dry_run": (B, lambda p, v: run.dry_run(p.prepared, p.path, v)),
    "run.accept": (B, lambda p, v: run.accept(p.prepared, p.path, v)),
    "undo.take_back": (B, lambda p, v: undo.take_back_batch(p.path, v, 1)),
    "undo.close_review": (D, lambda p, v: undo.close_review(p.path, v, 1)),
    "undo.with_hashes": (D, lambda p, v: undo.with_hashes(p.path, v)),
    "tables.read_tables": (S, lambda p, v: read_tables(StoreName.KOTA, p.settings, v)),
    "tables.city_tables": (S, lambda p, v: city_tables(p.store, v)),
    "backup.backup": (B, lambda p, v: backup(p.store, p.folder / "b.sqlite", v)),
    "backup.restore": (B, lambda p, v: restore(p.path, p.folder / "salinan.sqlite", v, p.settings.retention)),
    "adopt.adopt": (
        B,
        lambda p, v: adopt(
            p.folder / "batas.gpkg", p.settings.areas, p.settings.kota, v, key="a", name="b", group=""
        ),
    ),
    "adopt.give_up": (B, lambda p, v: give_up(p.settings.kota, v)),
    "mapping.remember": (B, lambda p, v: remember(Mapping("Lembar", Kind.CASES), p.settings.kota / "pemetaan", v)),
    "audit.saw": (S, lambda p, v: audit.saw(p.store, v, "ringkasan 2017")),
    "audit.exported": (Right.EXPORT, lambda p, v: audit.note_export(p.store, v, "a.csv", Audience.PUBLIC)),
    "retention.due": (A, lambda p, v: retention.due(p.store, v, p.settings.retention)),
    "retention.erase": (A, lambda p, v: retention.erase_due(p.store, v, p.settings.retention)),
    "incident.pack": (
        A,
        lambda p, v: incident.pack(p.store, v, p.settings, first=TODAY, last=TODAY, languages=[]),
    ),
}
#: What a person does at the desk and in custody.
DESK: dict[str, tuple[Right, Callable[[Desk], object]]] = {
    "remember": (B, lambda d: d.remember(Mapping("Lembar", Kind.CASES))),
    "accept": (B, lambda d: d.accept(_prepared(d), lambda _share: None)),
    "dry_run": (B, lambda d: d.dry_run(_prepared(d))),
    "undo": (B, lambda d: d.undo(1)),
    "close": (D, lambda d: d.close(1)),
    "batches": (B, lambda d: d.batches()),
    "open_reviews": (D, lambda d: d.open_reviews()),
    "use_layer": (B, lambda d: d.use_layer("a.gpkg", b"", key="a", name_column="b", group="")),
    "give_up_layer": (B, lambda d: d.give_up_layer()),
    "copy": (B, lambda d: d.copy()),
    "put_back": (B, lambda d: d.put_back(d.path.parent.parent / "salinan.sqlite")),
    "queue": (D, lambda d: d.queue()),
    "refused_spellings": (D, lambda d: d.refused_spellings()),
    "decided": (D, lambda d: d.decided()),
    "pairs": (D, lambda d: d.pairs()),
    "decide": (D, lambda d: d.decide(key="x|", answer="outside", why=_reason())),
    "take_back": (D, lambda d: d.take_back(1)),
    "judge_pair": (D, lambda d: d.judge_pair(number=1, version=1, state=_state())),
    "records": (B, lambda d: d.records()),
    "record": (B, lambda d: d.record(1)),
    "enter": (B, lambda d: d.enter({}, "")),
    "correct": (B, lambda d: d.correct(number=1, version=1, values={"status": "confirmed"})),
    "withdraw": (B, lambda d: d.withdraw(Kind.CASES, 1, 1)),
    "enter_coverage": (B, lambda d: d.enter_coverage(kode="53.71", from_on=TODAY, to_on=TODAY, source="")),
    "coverages": (B, lambda d: d.coverages()),
    "waiting": (B, lambda d: d.waiting()),
    "events": (P, lambda d: d.events("53.71.04.1001")),
    "event_history": (P, lambda d: d.event_history(1)),
    "enter_event": (P, lambda d: d.enter_event(_EVENT, "53.71.04.1001")),
    "correct_event": (P, lambda d: d.correct_event(number=1, version=1, values={"hours": 8})),
    "withdraw_event": (P, lambda d: d.withdraw_event(1, 1)),
    "reinstate_event": (P, lambda d: d.reinstate_event(1, 1)),
    "set_asides": (P, lambda d: d.set_asides()),
    "set_aside": (P, lambda d: d.set_aside(_TWELVE, AsideWhy.MISPRINT)),
    "take_back_set_aside": (P, lambda d: d.take_back_set_aside(1)),
    "scenarios": (P, lambda d: d.scenarios()),
    "scenario": (P, lambda d: d.scenario("0" * 32)),
    "save_scenario": (P, lambda d: d.save_scenario("Rencana A", {"seed": 1})),
    "withdraw_scenario": (P, lambda d: d.withdraw_scenario(1, 1)),
    "plans": (P, lambda d: d.plans()),
    "enter_plan": (P, lambda d: d.enter_plan(_SCENARIO, {"53.71.04.1001": TODAY}, source="rencana kota")),
    "undo_plan": (P, lambda d: d.undo_plan(1)),
}
_EVENT = {"stage": "active", "on": TODAY, "source": "lurah", "source_on": TODAY}
_TWELVE = Statement(
    12, 51, CountedAs.CW, Claim.ACTUAL, date(2018, 1, 1), Precision.YEAR, "kiblatntt.com", date(2019, 11, 19)
)
_SCENARIO = Scenario(1, "0" * 32, 1, "Rencana A", datetime(2026, 1, 1), "Pia", {}, None)  # noqa: DTZ001
#: Nothing of the store: a file that was sent, the embedded mappings, the hashes that have reached their age.
DESK_ELSEWHERE = {
    "path",
    "is_new",
    "expire",
    "mappings",
    "open_upload",
    "prepared",
    "has_layer",
    "layer_columns",
    "copies",
    "settings",
    "areas",
    "viewer",
}
CUSTODY: dict[str, Callable[[Custody], object]] = {
    "verified": lambda c: c.verified(),
    "entries": lambda c: c.entries(limit=1),
    "due": lambda c: c.due(),
    "erase": lambda c: c.erase(),
    "pack": lambda c: c.pack(TODAY, TODAY),
}


def _prepared(desk: Desk) -> Any:
    return _PREPARED[desk.path]


def _reason() -> Any:
    from geo.terms import Reason

    return Reason.MAP


def _state() -> Any:
    from geo.terms import PairState

    return PairState.SAME


_PREPARED: dict[Path, Any] = {}


def viewer(role: Role) -> Viewer:
    return OPTIONS.viewer("Seseorang", role)


def refused(place: Place, call: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that is refused before a connection is opened, and changes no byte."""
    was = place.bytes()
    with monkeypatch.context() as watched:
        watched.setattr(Store, "_connected", lambda *_, **__: pytest.fail("a connection was opened"))
        watched.setattr("geo.store.pseudonyms.Pseudonyms._open", lambda *_: pytest.fail("hashes were opened"))
        with pytest.raises(NotAllowedError):
            call()
    assert place.bytes() == was


def allowed(call: Callable[[], object]) -> None:
    """A call that is not refused; whether there is anything to do is another matter."""
    try:
        call()
    except NotAllowedError:
        pytest.fail("refused")
    except Exception:  # noqa: BLE001, S110 - there is no decision 1, no pair 1, and the layer is none
        pass


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", CALLS)
def test_every_function_asks_for_its_right(
    place: Place, name: str, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, call = CALLS[name]
    who = viewer(role)
    _ = place.store
    if name in {"audit.saw", "audit.exported"} and role is Role.PUBLIC:
        was = place.bytes()
        call(place, who)
        assert place.bytes() == was, "nothing is written of the public"
    elif right in OPTIONS.access.rights[role]:
        allowed(lambda: call(place, who))
    else:
        refused(place, lambda: call(place, who), monkeypatch)


@pytest.mark.parametrize("role", Role)
def test_everything_at_the_desk_and_in_custody_asks_for_its_right(
    place: Place, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(place.settings, place.areas, viewer(role))
    custody = Custody(place.settings, viewer(role))
    _PREPARED[desk.path] = place.prepared
    _ = place.store
    rights = OPTIONS.access.rights[role]
    for right, act in DESK.values():
        if right in rights:
            allowed(lambda act=act: act(desk))
        else:
            refused(place, lambda act=act: act(desk), monkeypatch)
    for look in CUSTODY.values():
        if A in rights:
            allowed(lambda look=look: look(custody))
        else:
            refused(place, lambda look=look: look(custody), monkeypatch)


def test_whoever_may_not_makes_no_store(tmp_path: Path, place: Place) -> None:
    path = tmp_path / "lain" / "kota.sqlite"
    for call in (
        lambda: run.accept(place.prepared, path, viewer(Role.PLANNER)),
        lambda: restore(path, tmp_path / "salinan.sqlite", viewer(Role.TASKFORCE), OPTIONS.retention),
    ):
        with pytest.raises(NotAllowedError):
            call()
    assert not path.parent.exists()


def test_one_of_several_rights_is_enough_and_none_is_not(place: Place) -> None:
    with place.store.reading(viewer(Role.TASKFORCE), Right.BRING, Right.SEE_EXACT) as connection:
        assert len(records.records(connection)) == 1
    for open_ in (place.store.reading, place.store.writing):
        with pytest.raises(NotAllowedError) as fault, open_(viewer(Role.TASKFORCE), Right.BRING, Right.AUDIT):
            pass
        assert fault.value.right is Right.BRING


def test_the_lists_are_complete(root: Path) -> None:
    """A new function that takes a store has to be put into the list above before it gets through here."""
    public = {name for name, _ in inspect.getmembers(Desk) if not name.startswith("_")}
    assert public - set(DESK) - DESK_ELSEWHERE == set()
    public = {name for name, _ in inspect.getmembers(Custody) if not name.startswith("_")}
    assert public - set(CUSTODY) - {"is_new"} == set()
    #: These show nobody anything: they find, make and keep the file.
    house = {
        "undo.expire",
        "engine.open_existing",
        "engine.pseudonyms_of",
        "engine.open_store",
        "engine.close_store",
        "engine.path_of",
        "tables.fingerprint_of",
    }
    #: Accounts and sessions come before anybody is known; their own tests are elsewhere.
    elsewhere = {"accounts", "sessions", "doors", "exports", "signing", "attempts", "visitor"}
    takes = set()
    for path in [
        *root.glob("geo/imports/*.py"),
        *root.glob("geo/records/*.py"),
        *root.glob("geo/sheets/*.py"),
        *root.glob("geo/store/*.py"),
        *root.glob("geo/access/*.py"),
    ]:
        text = path.read_text("utf-8")
        if "geo.store" not in text or path.stem in elsewhere | {"sqlite", "pseudonyms"}:
            continue
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                arguments = [*node.args.args, *node.args.kwonlyargs]
                named = {(one.arg, ast.unparse(one.annotation) if one.annotation else "") for one in arguments}
                if any(
                    kind == "Store" or (name in {"path", "settings"} and kind in {"Path", "Settings"})
                    for name, kind in named
                ):
                    takes.add(f"{path.stem}.{node.name}")
    # These read a file that somebody brought, or name a folder.
    takes -= {"run.read_file", "run.mappings_folder", "tables.read_table"}
    assert takes - house == set(CALLS) - {"adopt.adopt", "adopt.give_up", "mapping.remember"}


def test_every_connection_is_opened_with_a_right(root: Path) -> None:
    """In the sources: `reading` and `writing` name a right, `keeping` is used where nothing is shown."""
    kept: set[str] = set()
    for path in [*root.glob("geo/**/*.py"), *root.glob("pages/**/*.py"), root / "dashboard.py"]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in {"reading", "writing"}:
                assert len(node.args) >= 2, path.name
                assert all(ast.unparse(one).startswith("Right.") for one in node.args[1:]), path.name
            elif node.func.attr == "keeping":
                kept.add(path.relative_to(root).as_posix())
            elif node.func.attr == "_connected":
                assert path.name == "engine.py"
    assert kept <= {"geo/store/backup.py", "geo/access/doors.py"}
