"""Sign-in in a real browser: by password, through a provider, out again, and what an old session still shows."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, urlsplit

import pytest
from browser.conftest import serving, settled
from people import STEWARD
from playwright.sync_api import expect

from geo.access import accounts
from geo.store.engine import Store
from geo.terms import AccountKind, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PASSWORD = "kuda lumping biru 7"
COOKIE = "petajaga_sesi"
SHEET = (
    "Nama,Jenis Kelamin,Kelurahan,Tanggal Lapor\nCONTOH SATU,P,Oebobo,16/11/2018\nCONTOH DUA,L,Oebobo,tidak tahu\n"
)


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    person = {"sub": "pia", "email": "pia@kupang.go.id", "email_verified": True}
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--user-claims", json.dumps(person)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://localhost:{port}"
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/.well-known/openid-configuration", timeout=2).close()
            break
        except URLError:
            time.sleep(0.25)
    yield address
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, provider: str) -> Iterator[tuple[str, Path]]:
    """Address of a server with three accounts, and the file of its store."""
    folder = tmp_path_factory.mktemp("kantor")
    store = Store(folder / "kota" / "kota.sqlite")
    accounts.add(store, STEWARD, name="ana", role=Role.STEWARD, kind=AccountKind.LOCAL, password=PASSWORD)
    accounts.add(store, STEWARD, name="tim", role=Role.TASKFORCE, kind=AccountKind.LOCAL, password=PASSWORD)
    accounts.add(store, STEWARD, name="pia@kupang.go.id", role=Role.STEWARD, kind=AccountKind.OIDC)
    store.close()
    own = folder / "settings.toml"
    own.write_text(
        f"[stores]\nkota = '{store.path.parent.as_posix()}'\n[access]\nowner = 'steward'\n"
        f"[access.oidc]\nissuer = '{provider}'\nclient_id = 'petajaga'\n",
        encoding="utf-8",
    )
    with serving(PETAJAGA_SETTINGS=str(own), PETAJAGA_OIDC_SECRET="rahasia") as address:
        yield address, store.path


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("Nama akun").fill(name)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk", exact=True).click()


def ready(page: Page) -> None:
    expect(page.get_by_role("heading", level=1).first).to_be_visible(timeout=30_000)


def way(page: Page, name: str) -> None:
    page.locator("a.pj-way", has_text=name).click(timeout=30_000)


def test_a_view_survives_the_sign_in(office: tuple[str, Path], visit: Callable[..., Page]) -> None:
    page = visit(f"{office[0]}/titik-rawan?periode=2016&kelurahan=53.71.04.1011&lihat=angka")
    ready(page)
    expect(page.get_by_role("link", name="Data", exact=True)).to_have_count(0)
    way(page, "Masuk")
    expect(page.get_by_role("heading", name="Masuk")).to_be_visible()
    sign_in(page, "tim")
    ready(page)
    parts = urlsplit(page.url)
    asked = parse_qs(parts.query)
    assert parts.path == "/titik-rawan"
    assert (asked["periode"], asked["kelurahan"], asked["lihat"]) == (["2016"], ["53.71.04.1011"], ["angka"])
    expect(page.get_by_text("tim, gugus tugas")).to_be_visible(timeout=30_000)
    # Of the task force: no desk, not even by its address.
    page.goto(f"{office[0]}/data")
    expect(page.get_by_text("hanya dapat dibuka oleh yang berwenang")).to_be_visible(timeout=30_000)
    assert page.locator("input[type=file]").count() == 0
    (kept,) = [one for one in page.context.cookies() if one["name"] == COOKIE]
    assert kept["httpOnly"]
    assert kept["sameSite"] == "Lax"
    assert kept["expires"] == -1
    assert COOKIE not in page.evaluate("document.cookie")


def test_through_the_provider_and_back_to_the_view(office: tuple[str, Path], visit: Callable[..., Page]) -> None:
    page = visit(f"{office[0]}/profil-kelurahan?kelurahan=53.71.04.1013")
    ready(page)
    way(page, "Masuk")
    # The provider's own page dresses itself from elsewhere; ours never does.
    page.context.route("https://cdn.jsdelivr.net/**", lambda route: route.fulfill(body="", content_type="text/css"))
    page.get_by_role("link", name="Masuk dengan akun kantor").click()
    page.get_by_role("button", name="pia").or_(page.get_by_text("pia@kupang.go.id")).first.click()
    expect(page.get_by_role("heading", name="Kayu Putih")).to_be_visible(timeout=30_000)
    assert urlsplit(page.url).path == "/profil-kelurahan"
    expect(page.get_by_text("pia@kupang.go.id, penanggung jawab data")).to_be_visible(timeout=30_000)


def test_signing_out_everywhere_shuts_an_open_tab(office: tuple[str, Path], visit: Callable[..., Page]) -> None:
    page, other = visit(f"{office[0]}/masuk?lanjut=/akun"), visit(f"{office[0]}/masuk?lanjut=/catatan")
    for one in (page, other):
        sign_in(one, "ana")
        ready(one)
    expect(other.get_by_role("heading", name="Catatan")).to_be_visible(timeout=30_000)
    page.goto(f"{office[0]}/keluar")
    page.get_by_role("button", name="Keluar di semua peramban").click()
    expect(page.get_by_text("Anda sudah keluar.")).to_be_visible()
    # The other tab is as it was until it asks for anything.
    other.get_by_role("button", name="Nyatakan tercakup").click()
    expect(other.get_by_text("hanya dapat dibuka oleh yang berwenang")).to_be_visible(timeout=30_000)
    expect(other.get_by_role("button", name="Nyatakan tercakup")).to_have_count(0)
    connection = sqlite3.connect(office[1])
    assert connection.execute("SELECT count(*) FROM coverage").fetchone() == (0,), "and did nothing"
    connection.close()


def test_an_expired_session_shows_nothing_more_in_a_fragment(
    office: tuple[str, Path], visit: Callable[..., Page]
) -> None:
    page = visit(f"{office[0]}/masuk?lanjut=/ringkasan")
    sign_in(page, "ana")
    ready(page)
    expect(page.get_by_text("ana, penanggung jawab data")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Kelola", exact=True)).to_be_visible()
    connection = sqlite3.connect(office[1])
    connection.execute("UPDATE session SET expires_at = '2000-01-01 00:00:00.000000'")
    connection.commit()
    connection.close()
    # A click that runs the fragment of the map alone.
    page.get_by_test_id("stMain").get_by_test_id("stButtonGroup").get_by_text("Laporan", exact=True).click()
    expect(page.get_by_text("Kelola", exact=True)).to_have_count(0, timeout=30_000)
    expect(page.locator("a.pj-way", has_text="Masuk")).to_be_visible(timeout=30_000)


def test_a_file_of_a_role_is_for_its_session_alone(
    office: tuple[str, Path], visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit(f"{office[0]}/masuk?lanjut=/data")
    sign_in(page, "ana")
    sheet = tmp_path / "lembar.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("input[type=file]").first.set_input_files(sheet, timeout=30_000)
    link = page.get_by_role("link", name="Unduh daftar yang ditolak").or_(page.locator("a.pj-way[download]")).first
    with page.expect_download(timeout=30_000) as download:
        link.click(timeout=30_000)
    assert download.value.suggested_filename == "ditolak.csv"
    assert "Tanggal" in download.value.path().read_text("utf-8")
    address = f"{office[0]}/{link.get_attribute('href')}"
    with pytest.raises(HTTPError) as told:
        urllib.request.urlopen(address)
    assert told.value.code == 404
    assert not [one for one in asked if "/media/" in one and not one.endswith((".woff2", ".svg"))]


def test_a_wrong_password_is_told_in_the_language_of_the_view(
    office: tuple[str, Path], visit: Callable[..., Page]
) -> None:
    page = visit(f"{office[0]}/masuk?bahasa=en&lanjut=/metode-sumber", width=360, height=740)
    page.get_by_label("Account name").fill("budi")
    page.get_by_label("Password").fill("wrong wrong wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("Account name or password is wrong.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_nothing_is_refused_by_the_policy(office: tuple[str, Path], visit: Callable[..., Page]) -> None:
    page = visit(f"{office[0]}/masuk")
    refused: list[str] = []
    page.on("console", lambda one: refused.append(one.text) if "Content Security Policy" in one.text else None)
    for path in ("ringkasan", "titik-rawan", "titik-rawan?lihat=angka", "perluasan-cw", "profil-kelurahan", "akun"):
        page.goto(f"{office[0]}/{path}")
        ready(page) if path != "akun" else settled(page)
        settled(page)
    assert refused == []
    # And it does hold: a page of ours reaches nowhere else.
    page.goto(f"{office[0]}/metode-sumber")
    ready(page)
    told = page.evaluate("fetch('http://127.0.0.1:9/x').then(() => 'sent', fault => String(fault))")
    assert "sent" not in told
    assert any("connect-src" in one for one in refused)
