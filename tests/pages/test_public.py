"""What the public gets of a real city: its editions, whatever is asked and whatever is in the store."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from people import STEWARD
from published import CANARY, FIRST, PASSWORD, SECOND, TODAY, City, filled, named
from release.reader import Reader, told_together
from sqlalchemy import delete, select
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from geo.access import signing
from geo.access.audit import verify
from geo.errors import DataError, Problem
from geo.period import Period
from geo.release import public
from geo.settings import read_settings
from geo.store import plans, scenarios
from geo.store.audit_chain import Head
from geo.store.backup import backup, restore
from geo.store.engine import city_store
from geo.store.schema import LEDGER_COPY
from geo.store.tables import read_tables
from geo.terms import Audience, Denominator, Right, State, StoreName
from geo.words import Language, Words
from pages.shell import caches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORDS = Words(Language.ID)
MENU = ("overview", "hotspots", "rollout", "priority", "profile", "releases", "method")
DESK = ("sheets", "names", "record", "accounts", "trail")
MEASURES = ("korban", "laporan", "anggota", "laporan-per-ukuran", "laporan-dihaluskan")


def forget() -> None:
    """Lets go of everything that a server keeps."""
    for name in (
        "settings",
        "_areas",
        "_tables",
        "_last_good",
        "_study",
        "_released",
        "_kept",
        "_editions",
        "_from_edition",
    ):
        getattr(caches, name).clear()
    caches._attacked.clear()
    caches._bundle.clear()


def settings_in(folder: Path) -> Path:
    own = folder / "settings.toml"
    own.write_text(
        f"[stores]\nkota = '{(folder / 'kota').as_posix()}'\n[access]\nowner = 'public'\n", encoding="utf-8"
    )
    return own


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, City]:
    """Two editions are out; nobody changes anything here."""
    folder = tmp_path_factory.mktemp("terbit")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PETAJAGA_SETTINGS", str(settings_in(folder)))
        made = filled(folder)
        made.publish(FIRST)
        made.publish(SECOND)
    city_store(made.options).close()
    return folder / "kota", made


@pytest.fixture
def city(made_once: tuple[Path, City], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    """A copy of it that a test may change."""
    monkeypatch.setenv("PETAJAGA_SETTINGS", str(settings_in(tmp_path)))
    forget()
    shutil.copytree(made_once[0], tmp_path / "kota")
    made = dataclasses.replace(made_once[1], options=read_settings())
    yield made
    city_store(made.options).close()
    monkeypatch.undo()
    forget()


def opened(name: str, **parameters: str) -> AppTest:
    """A page as the menu opens it."""

    def script(name: str) -> None:
        import importlib

        from pages.shell.frame import guarded, sidebar
        from pages.shell.view import Shell

        shell = Shell()
        guarded(importlib.import_module(f"pages.{name}").page)(shell)
        sidebar(shell)
        shell.write_address()

    app = AppTest.from_function(script, kwargs={"name": name}, default_timeout=60)
    for key, value in ({"data": "kota"} | parameters).items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    assert WORDS("error.page") not in [one.value for one in app.error]
    return app


def protos(node: Any) -> Iterator[Any]:
    """Every element that is sent to the browser."""
    children = getattr(node, "children", None)
    if children is not None:
        for key in sorted(children):
            yield from protos(children[key])
    elif hasattr(node, "proto"):
        yield node.proto


def sent(app: AppTest) -> list[bytes]:
    """Every element as it is sent, byte for byte."""
    return [one.SerializeToString(deterministic=True) for one in protos(app._tree)]


def tables_in(proto: Any) -> Iterator[str]:
    """Numbers of tables and charts, which are no text on their way."""
    for field, value in proto.ListFields():
        if field.type == field.TYPE_BYTES and value:
            yield convert_arrow_bytes_to_pandas_df(value).to_csv() if field.name == "data" else ""
        elif field.type == field.TYPE_MESSAGE:
            for one in value if field.is_repeated else [value]:
                if hasattr(one, "ListFields"):
                    yield from tables_in(one)


def told(app: AppTest) -> str:
    """All that is sent, as text."""
    return "\n".join(text for one in protos(app._tree) for text in (str(one), *tables_in(one)))


def asked() -> Iterator[tuple[str, dict[str, str]]]:
    """Every page and whatever its filters, or an address by hand, can ask for."""
    for name, language in itertools.product(MENU, Language):
        yield name, {"bahasa": language.value}
    periods = [str(FIRST), str(SECOND), "2016", "2017", "2020", "2017-2018", "2016-2020", "2018-2019", "2030", "x"]
    for period in periods:
        yield "overview", {"periode": period}
        yield "profile", {"periode": period, "kelurahan": "53.71.01.1001"}
    for measure in MEASURES:
        yield "overview", {"ukuran": measure}
        for size in Denominator:
            yield "hotspots", {"lihat": "angka", "ukuran": measure, "penyebut": size.value}
    for aspect in ("keputusan", "angka", "banding", "arah", "ntt"):
        yield "hotspots", {"lihat": aspect, "periode": "2017", "tanggal": "2017-12-31"}
    for day in ("2016-06-01", "2019-12-31", "2026-01-01"):
        yield "rollout", {"tanggal": day}
        yield "overview", {"tanggal": day, "periode": str(FIRST)}


def walked() -> list[tuple[str, list[bytes], str]]:
    """What the public is sent, page by page, by a server that has just started."""
    forget()
    found = []
    for name, parameters in asked():
        app = opened(name, **parameters)
        found.append((f"{name} {parameters}", sent(app), told(app)))
    return found


def hidden_counts(city: City) -> list[int]:
    """Counts of four figures that an edition hides, and those of single years, which none lists."""
    found = list(city.yearly)
    for period in (FIRST, SECOND):
        (edition,) = [one.edition for one in public.published(city.options)[0] if one.edition.scope.period == period]
        kept = edition.of("kelurahan").set_index("kode")
        hidden = kept.index[kept["state"].eq(State.HIDDEN)]
        assert len(hidden) > 4, "others protect the small ones"
        found += [int(one) for one in city.counts.loc[hidden, list(period.years)].sum(axis=1) if one > 1_000]
    return found


def test_nothing_that_is_hidden_is_sent_and_nothing_new_changes_a_byte(city: City) -> None:
    before = walked()
    secret = hidden_counts(city)
    for where, _, text in before:
        # Press figures of the province are no part of the store: some have the same four digits by chance.
        assert "ntt" in where or named(secret, text) == [], where
        assert CANARY not in text, where
    # One record where somebody is hidden, one on the largest, one where nobody was; and what makes that one a zero.
    city.enter(city.small[0])
    city.enter(str(city.counts.sum(axis=1).idxmax()), year=2020)
    city.enter(city.empty[0], year=2019)
    city.cover(city.empty[1])
    # Nor does the city's plan, which follows from exact counts.
    store = city_store(city.options)
    token = scenarios.save_scenario(store, STEWARD, name="rencana", content={"seed": 1})
    plan = scenarios.scenario(store, STEWARD, token=token)
    plans.enter_plan(
        store,
        STEWARD,
        plan,
        {city.small[1]: date(2027, 5, 1)},
        source=CANARY,
        recorded_on=TODAY,
        allowed=city.areas.index,
    )
    after = walked()
    for (where, old, _), (_, new, _) in zip(before, after, strict=True):
        assert [hashlib.sha256(one).hexdigest() for one in old] == [hashlib.sha256(one).hexdigest() for one in new], (
            where
        )


def test_a_lost_ledger_comes_back_from_the_store_or_nothing_is_published(city: City, tmp_path: Path) -> None:
    """Without the ledger nobody knows what is out, nor under which secret: a second one must not begin."""
    path, store = public.ledger_of(city.options), city_store(city.options)
    held = path.read_bytes()
    for left in (b"", held.splitlines(keepends=True)[0], held[: held.rindex(b"\n", 0, -1) + 1]):
        path.write_bytes(left)
        assert public.issued(city.options, STEWARD) == [FIRST, SECOND]
        assert path.read_bytes() == held
    backup(store, STEWARD, target=tmp_path / "copy.sqlite")
    with store.writing(STEWARD, Right.PUBLISH) as connection:
        connection.execute(delete(LEDGER_COPY))
    # A ledger that is newer than its copy, as after a power cut in between, is copied again.
    public.issued(city.options, STEWARD)
    with store.writing(STEWARD, Right.PUBLISH) as connection:
        assert connection.scalar(select(LEDGER_COPY.c.content)) == held.decode()
        connection.execute(delete(LEDGER_COPY))
    path.unlink()
    with pytest.raises(DataError) as refused:
        public.issued(city.options, STEWARD)
    assert refused.value.faults[0].problem is Problem.LEDGER_LOST
    assert not path.exists()
    restore(store, STEWARD, source=tmp_path / "copy.sqlite", keep=city.options.retention)
    assert public.issued(city.options, STEWARD) == [FIRST, SECOND]
    assert path.read_bytes() == held


def victims(app: AppTest, language: Language = Language.ID) -> dict[str, str]:
    column = Words(language)("measure.victims")
    (found,) = [one.value for one in app.table if column in one.value and len(one.value) == 51]
    return found[column].to_dict()


def test_an_attacker_with_every_filter_knows_what_the_editions_say_and_no_more(city: City) -> None:
    grown = max(
        (one for one in city.counts.index if one not in city.small and one not in city.empty),
        key=lambda one: city.counts.loc[one].sum(),
    )
    city.enter(grown, persons=60)
    names = city.areas.names
    first_folder = {one.edition.scope.period: one.folder for one in public.published(city.options)[0]}
    for turn in ("editions", "re-issue"):
        if turn == "re-issue":
            city.publish(FIRST)
        forget()
        out = {one.edition.scope.period: one.edition for one in public.published(city.options)[0]}
        for period, measure in itertools.product(
            (FIRST, SECOND, Period(2017, 2017), Period(2016, 2020)), MEASURES[:4]
        ):
            app = opened("overview", periode=str(period), ukuran=measure)
            edition = out.get(period, out[SECOND])
            kept = edition.of("kelurahan").set_index("kode")
            wanted = {
                names[kode]: WORDS.number(int(row["count"]))
                if pd.notna(row["count"])
                else WORDS(f"state.{row['state']}")
                for kode, row in kept.iterrows()
            }
            assert victims(app) == wanted, (turn, period, measure)
            shown = opened("profile", periode=str(period), kelurahan=city.small[0]).table
            assert WORDS("state.hidden") in shown[0].value.to_csv()
    tables = read_tables(StoreName.KOTA, city.options, STEWARD)
    readers = {}
    for folder in sorted(path.parent for path in (public.home(city.options) / "public").glob("*/manifest.json")):
        readers[folder.name] = Reader.of_folder(folder)
        truth = readers[folder.name].truth(tables.cases)
        assert readers[folder.name].breaches(truth, city.options.k) == [], folder.name
    assert sorted(readers) == ["0001-2016-2018", "0002-2019-2020", "0003-2016-2018"]
    old, new = readers[first_folder[FIRST].name], readers["0003-2016-2018"]
    late = tables.cases["document_kode"].eq(grown) & tables.cases["persons"].eq(60)
    assert not told_together(old, new, old.truth(tables.cases[~late]), new.truth(tables.cases), city.options.k)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", DESK)
def test_the_desk_is_one_sentence_to_the_public_and_to_the_task_force(
    city: City, browser: dict[str, str], name: str, language: Language
) -> None:
    for who in ("", "tim"):
        browser["token"] = signed_in(city, who) if who else "x" * 43
        app = opened(name, bahasa=language.value)
        words = Words(language)
        assert [one.value for one in app.info] == [words("access.closed")]
        assert not [one for kind in (app.table, app.dataframe, app.file_uploader) for one in kind]
        assert not app.main.button
        assert CANARY not in told(app)


def signed_in(city: City, name: str) -> str:
    return signing.by_password(city.options, name=name, password=PASSWORD, address="127.0.0.1")


def links(app: AppTest) -> list[str]:
    return [one.body for one in app.get("html") if "berkas/" in one.body]


def acts(city: City) -> list[str]:
    with city_store(city.options).reading(STEWARD, Right.AUDIT) as connection:
        return [str(one) for (one,) in connection.exec_driver_sql("SELECT act FROM audit ORDER BY id")]


def test_the_public_gets_editions_on_the_page_of_releases_and_nothing_else(city: City) -> None:
    app = opened("releases")
    assert len(app.subheader) == 2
    assert not app.checkbox
    assert not app.main.button
    assert not links(app)
    assert WORDS("releases.next") not in told(app)


def test_the_task_force_sees_exact_counts_and_takes_them_only_on_purpose(city: City, browser: dict[str, str]) -> None:
    browser["token"] = signed_in(city, "tim")
    app = opened("overview", periode="2017")
    wanted = {city.areas.names[kode]: count for kode, count in city.counts[2017].items() if count}
    assert {name: WORDS.number(int(count)) for name, count in wanted.items()}.items() <= victims(app).items()
    assert "see" in acts(city)
    app = opened("releases", periode="2017")
    assert WORDS("releases.next") not in told(app)
    assert not links(app)
    app.checkbox(key="releases.exact").check().run()
    assert not app.exception
    assert len(links(app)) == 1
    # The act is written down where the file is handed over: tests/browser/test_public.py.
    assert "export" not in acts(city)


def test_the_steward_publishes_and_the_manifest_is_a_witness(city: City, browser: dict[str, str]) -> None:
    browser["token"] = signed_in(city, "ana")
    grown = str(city.counts.sum(axis=1).idxmax())
    city.enter(grown, persons=60)
    forget()
    app = opened("releases")
    app.selectbox(key="releases.period").set_value(FIRST).run()
    assert not app.exception
    assert WORDS("releases.again", number=1) in [one.value for one in app.info]
    app.checkbox(key="releases.sure").check().run()
    app.button(key="releases.do").click().run()
    assert not app.exception
    assert not app.error
    (newest,) = [one for one in public.published(city.options)[0] if one.edition.scope.period == FIRST]
    assert newest.stamp.number == 3
    assert newest.stamp.reissue_of == 1
    assert acts(city).count("publish") == 3
    witness = Head.read(str(newest.stamp.audit_head))
    assert verify(city_store(city.options), STEWARD, heads=[witness]).whole
    assert verify(city_store(city.options), STEWARD, heads=[Head(witness.number, witness.hash[::-1])]).missing
    # One more person would stand out.
    city.enter(grown)
    forget()
    app = opened("releases")
    app.selectbox(key="releases.period").set_value(FIRST).run()
    assert app.error
    assert not app.main.button
    assert acts(city).count("publish") == 3
    assert newest.edition.scope.audience is Audience.PUBLIC
