"""What a visitor without an account can reach of a real city, by address, old session or hand: its editions."""

from __future__ import annotations

import contextlib
import urllib.request
from typing import TYPE_CHECKING
from urllib.error import HTTPError

import pytest
from browser.conftest import serving, settled
from people import STEWARD
from playwright.sync_api import expect
from published import CANARY, FIRST, PASSWORD, City, filled, named

from geo.store.engine import city_store
from geo.terms import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page, Response, WebSocket

pytestmark = pytest.mark.browser
COOKIE = "petajaga_sesi"
#: Addresses that a stranger would try, each as the first request of its visit.
TRIED = (
    "data",
    "data?data=kota",
    "tinjau",
    "catatan",
    "akun",
    "jejak?data=kota",
    "rilis?data=kota",
    "ringkasan?data=kota&periode=2017",
    "ringkasan?data=kota&periode=2017-2018&ukuran=laporan",
    "titik-rawan?data=kota&lihat=angka&periode=2016-2020",
    "titik-rawan?data=kota&lihat=arah",
    "titik-rawan?data=kota&lihat=banding&periode=2017",
    "profil-kelurahan?data=kota&periode=2017&kelurahan=53.71.01.1001",
    "?data=kota&k=1&audience=taskforce&role=steward",
    "perluasan-cw?data=kota",
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[City, str]]:
    """A city with one edition out, and the path of its settings."""
    folder = tmp_path_factory.mktemp("kota")
    own = folder / "settings.toml"
    own.write_text(f"[stores]\nkota = '{(folder / 'kota').as_posix()}'\n[access]\nowner = 'public'\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PETAJAGA_SETTINGS", str(own))
        city = filled(folder)
        city.publish(FIRST)
    city_store(city.options).close()
    yield city, str(own)
    city_store(city.options).close()


class Wire:
    """All that a page was sent: bodies of answers and frames of the websocket."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.parts: list[bytes] = []
        self.frames = 0
        page.on("websocket", self._socket)
        page.on("response", self._answer)

    def leave(self) -> None:
        """Listens no more: the page goes on to another address."""
        self.page.remove_listener("websocket", self._socket)
        self.page.remove_listener("response", self._answer)

    def _socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._frame)

    def _frame(self, payload: str | bytes) -> None:
        self.frames += 1
        self.parts.append(payload.encode() if isinstance(payload, str) else payload)

    def _answer(self, answer: Response) -> None:
        with contextlib.suppress(Exception):
            # Streamlit's code, and the outlines of the layer, are the same whatever is in a store.
            if "/static/" not in answer.url and "peta_jaga_files/" not in answer.url:
                self.parts.append(answer.url.encode() + answer.body())

    def text(self) -> str:
        """As text; frames are protocol buffers, whose strings stand in them as they are."""
        told = [self.page.content(), *(frame.content() for frame in self.page.frames)]
        return "\n".join([*told, *(part.decode("utf-8", "ignore") for part in self.parts)])


def opened(page: Page, address: str) -> Wire:
    """An address once everything of it has come."""
    wire = Wire(page)
    page.goto(address)
    expect(page.get_by_test_id("stSidebar")).to_be_attached(timeout=60_000)
    expect(page.locator("a.pj-way").first).to_be_attached(timeout=60_000)
    settled(page)
    return wire


def exact(city: City, wire: Wire) -> list[int]:
    """Counts of one kelurahan in one year, which no edition lists, as a page writes them.

    Four bare digits also stand in places on the screen and in moments; those are the page tests' to tell apart.
    """
    return named(city.yearly, wire.text(), mark="[.,]")


def get(address: str, cookie: str = "") -> int:
    asked = urllib.request.Request(address, headers={"Cookie": f"{COOKIE}={cookie}"} if cookie else {})
    try:
        with urllib.request.urlopen(asked) as answer:
            return int(answer.status)
    except HTTPError as told:
        return told.code


@pytest.fixture
def stranger(chromium: Browser) -> Iterator[Callable[[], Page]]:
    contexts = []

    def new() -> Page:
        contexts.append(chromium.new_context())
        return contexts[-1].new_page()

    yield new
    for one in contexts:
        one.close()


@pytest.mark.parametrize("first", ["data?data=kota", "jejak", "ringkasan?data=kota&periode=2017"])
def test_the_first_request_of_a_fresh_server(
    office: tuple[City, str], stranger: Callable[[], Page], first: str
) -> None:
    city, own = office
    with serving(PETAJAGA_SETTINGS=own) as address:
        wire = opened(stranger(), f"{address}/{first}")
        assert wire.frames
        assert CANARY not in wire.text()
        assert exact(city, wire) == []
        assert wire.page.locator("input[type=file]").count() == 0


def test_no_address_gives_more_than_the_edition(office: tuple[City, str], stranger: Callable[[], Page]) -> None:
    city, own = office
    with serving(PETAJAGA_SETTINGS=own) as address:
        page = stranger()
        for path in TRIED:
            wire = opened(page, f"{address}/{path}")
            assert wire.frames, path
            assert CANARY not in wire.text(), path
            assert exact(city, wire) == [], path
            expect(wire.page.get_by_text("tidak dapat ditampilkan")).to_have_count(0)
            if path.partition("?")[0] in {"data", "tinjau", "catatan", "akun", "jejak"}:
                expect(wire.page.get_by_text("hanya dapat dibuka oleh yang berwenang")).to_be_visible()
            wire.leave()
        edition = city.counts[list(FIRST.years)].sum(axis=1)
        wire = opened(page, f"{address}/ringkasan?data=kota")
        shown = f"{int(edition.max()):,}".replace(",", ".")
        assert shown in wire.text(), "and the edition itself is there"
        for guess in (
            "media/kota.sqlite",
            f"media/{'0' * 56}.zip",
            f"berkas/{'a' * 43}",
            "berkas/../kota/kota.sqlite",
            "app/static/kota.sqlite",
            "component/peta_jaga_files/../../kota/kota.sqlite",
            "buku-public.jsonl",
            "component/peta_jaga_files/..%2f..%2fsettings.toml",
            "rilis/buku-public.jsonl",
        ):
            with contextlib.suppress(HTTPError):
                answer = urllib.request.urlopen(f"{address}/{guess}")
                # A page like any other: Streamlit answers an unknown address with its empty frame.
                assert b"<title>Streamlit</title>" in answer.read(), guess
        for guess in (f"media/{'0' * 56}.zip", "media/kota.sqlite", f"berkas/{'a' * 43}"):
            assert get(f"{address}/{guess}") == 404, guess


def test_what_the_task_force_had_is_nobodys_after_it_left(
    office: tuple[City, str], stranger: Callable[[], Page]
) -> None:
    city, own = office
    with serving(PETAJAGA_SETTINGS=own) as address:
        page = stranger()
        page.goto(f"{address}/masuk?lanjut=/ringkasan%3Fdata%3Dkota%26periode%3D2017")
        page.get_by_label("Nama akun").fill("tim")
        page.get_by_label("Kata sandi").fill(PASSWORD)
        page.get_by_role("button", name="Masuk", exact=True).click()
        expect(page.get_by_text("tim, gugus tugas")).to_be_visible(timeout=60_000)
        # What the canary search looks for is there for whoever may see it: the search can fail.
        wire = opened(page, f"{address}/ringkasan?data=kota&periode=2017")
        assert len(exact(city, wire)) > 30
        page.goto(f"{address}/rilis?data=kota&periode=2017")
        page.get_by_test_id("stMain").get_by_test_id("stCheckbox").first.locator("label").click(timeout=60_000)
        link = page.locator("a.pj-way[download]").first
        with page.expect_download(timeout=60_000) as download:
            link.click(timeout=60_000)
        assert download.value.suggested_filename == "peta-jaga-gugus-tugas-2017.zip"
        file = f"{address}/{link.get_attribute('href')}"
        (kept,) = [one for one in page.context.cookies() if one["name"] == COOKIE]
        assert get(file, kept["value"]) == 200
        with city_store(city.options).reading(STEWARD, Right.AUDIT) as connection:
            told = connection.exec_driver_sql("SELECT who, act FROM audit WHERE act IN ('see', 'export')").all()
        assert {("tim", "see"), ("tim", "export")} <= {tuple(row) for row in told}
        city_store(city.options).close()
        assert get(file) == 404, "another browser"
        page.goto(f"{address}/keluar")
        page.get_by_role("button", name="Keluar di peramban ini").click()
        expect(page.get_by_text("Anda sudah keluar.")).to_be_visible(timeout=30_000)
        assert get(file, kept["value"]) == 404, "an old session"
        other = stranger()
        other.context.add_cookies([kept])
        wire = opened(other, f"{address}/ringkasan?data=kota&periode=2017")
        assert exact(city, wire) == []
        expect(other.get_by_text("tim, gugus tugas")).to_have_count(0)
        assert other.request.get(file).status == 404
        wire = opened(other, f"{address}/rilis?data=kota&periode=2017")
        expect(other.get_by_test_id("stMain").get_by_test_id("stCheckbox")).to_have_count(0)
