"""Rights are asked for at every call of the library: who has none is refused before anything is read or written."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from people import STEWARD

from geo.access import accounts, audit, incident, retention
from geo.imports import run, undo
from geo.places.adopt import adopt, give_up
from geo.places.gazetteer import read_gazetteer
from geo.places.resolve import Resolver
from geo.schemas import StatementKey
from geo.settings import EMBEDDED, read_settings
from geo.sheets.mapping import Mapping, remember
from geo.store import backup, batches, contradictions, decisions, events, plans, records, scenarios
from geo.store.canonical import case_rows
from geo.store.engine import Store, city_store
from geo.store.scenarios import Scenario
from geo.store.tables import city_tables, read_tables
from geo.terms import (
    AccountKind,
    AccountState,
    AsideWhy,
    Audience,
    Kind,
    PairState,
    Reason,
    Right,
    Role,
    StoreName,
)
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
    def store(self) -> Store:
        return city_store(self.settings)

    def bytes(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not path.name.endswith("-shm")
        }


def furnished(folder: Path, areas: Areas) -> Iterator[Place]:
    options = dataclasses.replace(OPTIONS, kota=folder / "kota")
    file = folder / "lembar.csv"
    file.write_text("reported_on,document_kode\n2018-11-16,53.71.04.1001\n", "utf-8")
    sheet, mapping = run.read_file(file, options, kind=Kind.CASES)
    prepared = run.prepared_for(sheet, mapping, areas, today=TODAY)
    made = Place(folder, options, areas, prepared)
    run.accept(made.store, STEWARD, prepared)
    backup.backup(made.store, STEWARD, target=folder / "salinan.sqlite")
    (folder / "batas.gpkg").write_bytes(b"")
    yield made
    made.store.close()


@pytest.fixture
def place(tmp_path: Path, kupang: Areas) -> Iterator[Place]:
    yield from furnished(tmp_path, kupang)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, kupang: Areas) -> Iterator[Place]:
    """A place in which all that is allowed is done one after the other."""
    yield from furnished(tmp_path_factory.mktemp("ramai"), kupang)


Call = Callable[[Place, Viewer], object]
B, D, S, A, P = Right.BRING, Right.DECIDE, Right.SEE_EXACT, Right.AUDIT, Right.PLAN
ACCOUNTS = Right.ACCOUNTS
KODE, TOKEN = "53.71.04.1001", "0" * 32
_EVENT = {"stage": "active", "on": TODAY, "source": "lurah", "source_on": TODAY}
_TWELVE = StatementKey("kiblatntt.com", date(2018, 1, 1), "gt_tppo", "actual", 12)
_SCENARIO = Scenario(1, TOKEN, 1, "Rencana A", datetime(2026, 1, 1), "Pia", {}, None)  # noqa: DTZ001
_PLAN = {"source": "rencana kota", "recorded_on": TODAY, "allowed": {KODE}}
_ROW = {"number": 1, "version": 1}

#: Every function of the library that takes a store, by module and name, with what it takes to call it.
CALLS: dict[str, tuple[Right, Call]] = {
    "run.dry_run": (B, lambda p, v: run.dry_run(p.store, v, p.prepared)),
    "run.accept": (B, lambda p, v: run.accept(p.store, v, p.prepared)),
    "undo.take_back_batch": (B, lambda p, v: undo.take_back_batch(p.store, v, batch=1)),
    "undo.close_review": (D, lambda p, v: undo.close_review(p.store, v, batch=1)),
    "undo.with_hashes": (D, lambda p, v: undo.with_hashes(p.store, v)),
    "batches.batches": (B, lambda p, v: batches.batches(p.store, v)),
    "records.enter_record": (B, lambda p, v: records.enter_record(p.store, v, {"sex": "female"}, document_kode="")),
    "records.enter_coverage": (
        B,
        lambda p, v: records.enter_coverage(p.store, v, kode="53.71", from_on=TODAY, to_on=TODAY, source=""),
    ),
    "records.record": (B, lambda p, v: records.record(p.store, v, number=1)),
    "records.records": (B, lambda p, v: records.records(p.store, v)),
    "records.correct_record": (
        B,
        lambda p, v: records.correct_record(p.store, v, **_ROW, values={"status": "confirmed"}),
    ),
    "records.withdraw_record": (B, lambda p, v: records.withdraw_record(p.store, v, **_ROW)),
    "decisions.standing_decisions": (D, lambda p, v: decisions.standing_decisions(p.store, v)),
    "decisions.decide": (
        D,
        lambda p, v: decisions.decide(p.store, v, key="x|", answer=KODE, why=Reason.MAP, allowed={KODE}),
    ),
    "decisions.take_back_decision": (D, lambda p, v: decisions.take_back_decision(p.store, v, number=1)),
    "decisions.decisions": (D, lambda p, v: decisions.decisions(p.store, v)),
    "decisions.queue": (
        D,
        lambda p, v: decisions.queue(p.store, v, resolver=Resolver(p.areas, read_gazetteer(p.areas))),
    ),
    "decisions.refused_spellings": (D, lambda p, v: decisions.refused_spellings(p.store, v)),
    "decisions.pairs_to_judge": (D, lambda p, v: decisions.pairs_to_judge(p.store, v)),
    "decisions.judge_pair": (D, lambda p, v: decisions.judge_pair(p.store, v, **_ROW, state=PairState.SAME)),
    "events.events": (P, lambda p, v: events.events(p.store, v, kode=KODE)),
    "events.codes_elsewhere": (P, lambda p, v: events.codes_elsewhere(p.store, v, known={KODE})),
    "events.event_steps": (P, lambda p, v: events.event_steps(p.store, v, number=1)),
    "events.enter_event": (
        P,
        lambda p, v: events.enter_event(p.store, v, _EVENT, kode=KODE, allowed={KODE}, today=TODAY),
    ),
    "events.correct_event": (
        P,
        lambda p, v: events.correct_event(p.store, v, **_ROW, values={"hours": 8}, today=TODAY),
    ),
    "events.withdraw_event": (P, lambda p, v: events.withdraw_event(p.store, v, **_ROW)),
    "events.reinstate_event": (P, lambda p, v: events.reinstate_event(p.store, v, **_ROW, today=TODAY)),
    "contradictions.set_asides": (P, lambda p, v: contradictions.set_asides(p.store, v)),
    "contradictions.set_aside": (
        P,
        lambda p, v: contradictions.set_aside(p.store, v, _TWELVE, why=AsideWhy.MISPRINT),
    ),
    "contradictions.take_back_set_aside": (P, lambda p, v: contradictions.take_back_set_aside(p.store, v, number=1)),
    "scenarios.scenarios": (P, lambda p, v: scenarios.scenarios(p.store, v)),
    "scenarios.scenario": (P, lambda p, v: scenarios.scenario(p.store, v, token=TOKEN)),
    "scenarios.save_scenario": (
        P,
        lambda p, v: scenarios.save_scenario(p.store, v, name="Rencana A", content={"seed": 1}),
    ),
    "scenarios.withdraw_scenario": (P, lambda p, v: scenarios.withdraw_scenario(p.store, v, **_ROW)),
    "plans.plans": (P, lambda p, v: plans.plans(p.store, v)),
    "plans.enter_plan": (P, lambda p, v: plans.enter_plan(p.store, v, _SCENARIO, {KODE: TODAY}, **_PLAN)),
    "plans.undo_plan": (P, lambda p, v: plans.undo_plan(p.store, v, batch=1)),
    "tables.read_tables": (S, lambda p, v: read_tables(StoreName.KOTA, p.settings, v)),
    "tables.city_tables": (S, lambda p, v: city_tables(p.store, v)),
    "backup.backup": (B, lambda p, v: backup.backup(p.store, v, target=p.folder / "b.sqlite")),
    "backup.back_up_beside": (B, lambda p, v: backup.back_up_beside(p.store, v)),
    "backup.restore": (
        B,
        lambda p, v: backup.restore(p.store, v, source=p.folder / "salinan.sqlite", keep=p.settings.retention),
    ),
    "audit.verify": (A, lambda p, v: audit.verify(p.store, v)),
    "audit.entries": (A, lambda p, v: audit.entries(p.store, v, limit=1)),
    "audit.saw": (S, lambda p, v: audit.saw(p.store, v, "ringkasan 2017")),
    "audit.note_export": (Right.EXPORT, lambda p, v: audit.note_export(p.store, v, "a.csv", Audience.PUBLIC)),
    "retention.due": (A, lambda p, v: retention.due(p.store, v, keep=p.settings.retention)),
    "retention.erase_due": (A, lambda p, v: retention.erase_due(p.store, v, keep=p.settings.retention)),
    "incident.pack": (
        A,
        lambda p, v: incident.pack(p.store, v, p.settings, first=TODAY, last=TODAY, languages=[]),
    ),
    "accounts.accounts": (ACCOUNTS, lambda p, v: accounts.accounts(p.store, v)),
    "accounts.add": (
        ACCOUNTS,
        lambda p, v: accounts.add(p.store, v, name="pia@kupang.go.id", role=Role.PLANNER, kind=AccountKind.OIDC),
    ),
    "accounts.set_role": (ACCOUNTS, lambda p, v: accounts.set_role(p.store, v, name="x", role=Role.PLANNER)),
    "accounts.set_state": (
        ACCOUNTS,
        lambda p, v: accounts.set_state(p.store, v, name="x", state=AccountState.CLOSED),
    ),
    "accounts.set_password": (ACCOUNTS, lambda p, v: accounts.set_password(p.store, v, name="x", password="x")),
    "accounts.end_sessions": (ACCOUNTS, lambda p, v: accounts.end_sessions(p.store, v, name="x")),
}
#: What writes beside the store.
BESIDE: dict[str, tuple[Right, Call]] = {
    "adopt.adopt": (
        B,
        lambda p, v: adopt(dataclasses.replace(p.settings.areas, path=p.folder / "batas.gpkg"), p.settings.kota, v),
    ),
    "adopt.give_up": (B, lambda p, v: give_up(p.settings.kota, v)),
    "mapping.remember": (B, lambda p, v: remember(Mapping("Lembar", Kind.CASES), p.settings.kota / "pemetaan", v)),
}
#: These show nobody anything: they find the file and what lies beside it, and write down who got a file.
HOUSE = {
    "engine.city_store",
    "tables.fingerprint_of",
    "tables.state_of_city",
    "undo.expire",
    "backup.copies",
    "accounts.has_accounts",
    "exports.note_file",
}
#: The sign-in comes before anybody is known; their own tests are elsewhere.
SIGN_IN = {"sessions", "signing", "visitor"}


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
@pytest.mark.parametrize("name", CALLS | BESIDE)
def test_every_function_asks_for_its_right(
    busy: Place, name: str, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, who = busy, viewer(role)
    right, call = (CALLS | BESIDE)[name]
    if name in {"audit.saw", "audit.note_export"} and role is Role.PUBLIC:
        was = place.bytes()
        call(place, who)
        assert place.bytes() == was, "nothing is written of the public"
    elif right in OPTIONS.access.rights[role]:
        allowed(lambda: call(place, who))
    else:
        refused(place, lambda: call(place, who), monkeypatch)


def test_whoever_may_not_makes_no_store(tmp_path: Path, place: Place) -> None:
    elsewhere = dataclasses.replace(place, settings=dataclasses.replace(OPTIONS, kota=tmp_path / "lain"))
    for name, (right, call) in CALLS.items():
        if name in {"audit.saw", "audit.note_export"} or right is Right.SEE_EXACT:
            continue
        with pytest.raises(NotAllowedError):
            call(elsewhere, viewer(Role.PUBLIC))
    assert not elsewhere.store.path.parent.exists()


def test_one_of_several_rights_is_enough_and_none_is_not(place: Place) -> None:
    with place.store.reading(viewer(Role.TASKFORCE), Right.BRING, Right.SEE_EXACT) as connection:
        assert len(case_rows(connection)) == 1
    for open_ in (place.store.reading, place.store.writing):
        with pytest.raises(NotAllowedError) as fault, open_(viewer(Role.TASKFORCE), Right.BRING, Right.AUDIT):
            pass
        assert fault.value.right is Right.BRING


def test_the_list_is_complete(root: Path) -> None:
    """A new function that takes a store has to be put into the list above before it gets through here."""
    takes = set()
    for path in root.glob("geo/**/*.py"):
        text, room = path.read_text("utf-8"), path.parent.name
        if "geo.store" not in text or path.stem in SIGN_IN or room == "cli":
            continue
        opens = {"Store", "Settings"} if room in {"imports", "store", "access"} else {"Store"}
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                arguments = [*node.args.args, *node.args.kwonlyargs]
                if opens & {ast.unparse(one.annotation) for one in arguments if one.annotation}:
                    takes.add(f"{path.stem}.{node.name}")
    # These read a file that somebody brought, or name a folder.
    assert takes - HOUSE - {"run.read_file", "run.mappings_folder"} == set(CALLS)


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
    assert kept == {
        "geo/store/backup.py",
        *(f"geo/access/{one}.py" for one in ("accounts", "exports", "sessions", "signing")),
    }
