"""The door as a browser and an attacker use it: forms, cookies, ways back, headers, files for one viewer."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import streamlit as st
from access.conftest import PASSWORD
from access.test_accounts import rows
from jinja2 import meta
from markupsafe import escape
from people import STEWARD
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geo.access import accounts, sessions
from geo.access.visitor import OWNER, SESSION_COOKIE, is_direct, visitor
from geo.store.engine import city_store
from geo.terms import Right, Role
from geo.viewer import PUBLIC, NotAllowedError, Viewer
from geo.words import Language, Words
from pages import web
from pages.web import files, headers, html, login_cookie, signin
from pages.web.views import view_of

if TYPE_CHECKING:
    import httpx

    from geo.settings import Settings

HERE = "http://localhost:8501"
EVIL = "\"><script>alert('1')</script>"
VIEW = "/titik-rawan?data=kota&periode=2016-2018&kelurahan=53.71.04.1011&bahasa=id"
#: Whatever they are read as, they lead elsewhere, nowhere, or are no page of ours.
ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "\\evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "%2f%2fevil.example",
    "/%2f%2fevil.example",
    "/%5cevil.example",
    "javascript:alert(1)",
    "/javascript:alert(1)",
    "/@evil.example",
    "localhost@evil.example",
    "//localhost:8501@evil.example",
    "/\tevil",
    "/ringkasan\r\nX: y",
    "/ringkasan#x",
    "/../x",
    "/ringkasan/..//evil.example",
    "/.evil.example",
    "ringkasan",
    "/masuk",
    "/keluar?x=1",
    "/" + "a" * 41,
    "/ringkasan?" + "a" * 401,
    "/ringkasan?a=<b>",
    '/ringkasan?a="',
    "/ringkasan?a=//evil.example",
]


def app(base: str = "") -> Starlette:
    return Starlette(
        routes=web.routes(base), middleware=web.middleware(base, "https://tile.openstreetmap.org/{z}/{x}/{y}.png")
    )


def browser(*, address: str = "10.0.0.1", here: str = HERE, base: str = "") -> TestClient:
    return TestClient(app(base), base_url=here, follow_redirects=False, client=(address, 50_000))


def field(answer: httpx.Response, name: str) -> str:
    return unescape(re.findall(rf'name="{name}" value="([^"]*)"', answer.text)[0])


def signed_in(client: TestClient, name: str = "tim", password: str = PASSWORD + "!", **more: str) -> httpx.Response:
    form = field(client.get("/masuk"), "form")
    return client.post("/masuk", data={"form": form, "name": name, "password": password, **more})


def cookie(answer: httpx.Response, name: str = SESSION_COOKIE) -> str:
    (found,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{name}=")]
    return found


def test_the_page_is_plain_and_leads_nowhere_else(in_use: Settings) -> None:
    for path in ("/masuk", "/masuk?bahasa=en", "/masuk?bahasa=xx", "/keluar"):
        answer = browser().get(path)
        assert answer.status_code == 200
        assert "<script" not in answer.text
        assert not re.findall(r"https?://(?!www\.w3\.org)", answer.text)
        assert not re.findall(r"\son\w+=", answer.text)
        assert answer.headers["cache-control"] == "no-store"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
        assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in policy
    assert 'lang="en"' in browser().get("/masuk?bahasa=en").text
    assert 'lang="id"' in browser().get("/masuk").text


@pytest.mark.parametrize("template", ["sign_in.html", "not_in.html", "sign_out.html"])
def test_whatever_a_page_is_given_is_escaped(template: str) -> None:
    named: set[str] = set()
    for name in (template, "page.html"):
        text, _, _ = html.TEMPLATES.loader.get_source(html.TEMPLATES, name)
        named |= meta.find_undeclared_variables(html.TEMPLATES.parse(text))
    given = named - set(html.TEMPLATES.globals) - {"words", "other", "self"}
    assert given >= {"here", "lanjut", "fault"}
    for left_out in ("", "said", "name"):
        values = {name: "" if name == left_out else EVIL for name in given}
        told = html.TEMPLATES.get_template(template).render(
            words=Words(Language.ID), other=Words(Language.EN), **values
        )
        assert "<script" not in told
        assert "alert('1')" not in told, "quotes are escaped too, or a value could leave its attribute"
        assert "&lt;script&gt;" in told


def test_every_template_is_tried() -> None:
    tried = {"sign_in.html", "not_in.html", "sign_out.html"}
    assert set(html.TEMPLATES.list_templates()) == {*tried, "page.html", "forms.html"}


def test_a_name_of_an_account_is_text_and_nothing_else(in_use: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    signed_in(client)
    monkeypatch.setattr(signin, "viewer_of_request", lambda _: Viewer(EVIL, Role.TASKFORCE))
    told = client.get("/keluar").text
    assert EVIL not in told
    assert f"<strong>{escape(EVIL)}</strong>" in told


def test_signing_in_leads_back_to_the_view(in_use: Settings) -> None:
    client = browser()
    answer = signed_in(client, lanjut=VIEW)
    assert (answer.status_code, answer.headers["location"]) == (303, VIEW)
    assert sessions.viewer_of_token(in_use, client.cookies[SESSION_COOKIE]).name == "tim"
    assert answer.headers["cache-control"] == "no-store"


def test_the_cookie_is_the_browsers_alone_and_of_this_visit(in_use: Settings) -> None:
    plain = cookie(signed_in(browser()))
    parts = {part.strip().lower() for part in plain.split(";")[1:]}
    assert parts == {"httponly", "path=/", "samesite=lax"}, "no time: it goes with the browser"
    tight = cookie(signed_in(browser(here="https://peta.kupang.go.id")))
    assert {part.strip().lower() for part in tight.split(";")[1:]} == parts | {"secure"}
    before = browser().get("/masuk")
    assert "httponly" in cookie(before, login_cookie.LOGIN_COOKIE).lower()


def test_a_base_path_is_kept(in_use: Settings) -> None:
    client = browser(base="/peta/")
    form = field(client.get("/peta/masuk"), "form")
    answer = client.post(
        "/peta/masuk", data={"form": form, "name": "tim", "password": PASSWORD + "!", "lanjut": VIEW}
    )
    assert answer.headers["location"] == f"/peta{VIEW}"
    assert "path=/peta/;" in cookie(answer).lower()
    assert client.get("/masuk").status_code == 404
    out = client.get("/peta/keluar")
    left = client.post("/peta/keluar", data={"form": field(out, "form"), "where": "here"})
    assert left.headers["location"].startswith("/peta/masuk?keluar=ya")
    assert SESSION_COOKIE not in client.cookies


def test_every_sign_in_is_a_new_session_and_ends_the_one_before(in_use: Settings) -> None:
    client = browser()
    client.cookies.set(SESSION_COOKIE, "planted" * 6, domain="localhost.local", path="/")
    signed_in(client)
    first = client.cookies.get(SESSION_COOKIE, domain="localhost.local", path="/")
    assert first is not None
    assert first != "planted" * 6
    signed_in(client)
    second = client.cookies.get(SESSION_COOKIE, domain="localhost.local", path="/")
    assert second != first
    assert sessions.viewer_of_token(in_use, first) == PUBLIC
    assert sessions.viewer_of_token(in_use, str(second)).name == "tim"


@pytest.mark.parametrize(
    "sent",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:8502"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": HERE, "sec-fetch-site": "cross-site"},
        {"origin": "http://["},
    ],
)
def test_a_form_of_another_place_does_nothing(in_use: Settings, sent: dict[str, str]) -> None:
    client = browser()
    data = {"form": field(client.get("/masuk"), "form"), "name": "tim", "password": PASSWORD + "!"}
    answer = client.post("/masuk", data=data, headers=sent)
    assert answer.status_code == 400
    assert SESSION_COOKIE not in client.cookies
    assert rows(in_use, "SELECT count(*) FROM session") == [(0,)]
    signed_in(client)
    out = {"form": field(client.get("/keluar"), "form"), "where": "everywhere"}
    assert client.post("/keluar", data=out, headers=sent).status_code == 400
    assert rows(in_use, "SELECT count(*) FROM session") == [(1,)]


def test_a_form_takes_the_word_of_its_own_browser(in_use: Settings) -> None:
    client, other = browser(), browser()
    client.get("/masuk")
    for word in ("", "x", field(other.get("/masuk"), "form")):
        data = {"form": word, "name": "tim", "password": PASSWORD + "!"}
        assert client.post("/masuk", data=data, headers={"origin": HERE}).status_code == 400
    without = browser()
    word = field(without.get("/masuk"), "form")
    without.cookies.clear()
    assert without.post("/masuk", data={"form": word, "name": "tim", "password": PASSWORD + "!"}).status_code == 400
    forged = browser()
    forged.cookies.set(login_cookie.LOGIN_COOKIE, base64.urlsafe_b64encode(b'{"form": "x"}').decode() + ".abc.def")
    assert forged.post("/masuk", data={"form": "x", "name": "tim", "password": PASSWORD + "!"}).status_code == 400
    assert rows(in_use, "SELECT count(*) FROM session") == [(0,)]


@pytest.mark.parametrize("lanjut", ELSEWHERE)
def test_a_sign_in_leads_nowhere_else(in_use: Settings, lanjut: str) -> None:
    assert view_of(lanjut) == "/"
    client = browser()
    shown = client.get("/masuk", params={"lanjut": lanjut})
    assert field(shown, "lanjut") == "/"
    assert signed_in(client, lanjut=lanjut).headers["location"] == "/"


def test_the_view_is_the_one_in_the_address_bar(in_use: Settings) -> None:
    """A click on the map changes the address, not the link that was drawn before it."""
    asked = {"lanjut": "/ringkasan?periode=2017"}

    def lanjut(referer: str, params: dict[str, str] = asked) -> str:
        return field(browser().get("/masuk", params=params, headers={"referer": referer}), "lanjut")

    assert lanjut(HERE + VIEW) == VIEW
    assert lanjut("https://evil.example" + VIEW) == asked["lanjut"]
    assert lanjut(HERE + "//evil.example") == asked["lanjut"]
    assert lanjut(HERE + "/masuk?bahasa=en") == asked["lanjut"]
    assert lanjut("http://[", {}) == "/"


def test_nobody_learns_which_names_there_are(in_use: Settings) -> None:
    told = []
    for name in ("tim", "nobody", "pia@kupang.go.id", "' OR 1=1 --", "<script>"):
        answer = signed_in(browser(address=f"10.0.1.{len(told)}"), name, "salah salah salah")
        assert SESSION_COOKIE not in answer.headers.get("set-cookie", "")
        told.append((answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)))
    assert set(told) == {told[0]}
    assert told[0][0] == 403


def test_tries_are_limited_by_name_and_by_network(in_use: Settings) -> None:
    codes = [signed_in(browser(address=f"10.0.0.{n}"), "ana", "salah salah salah").status_code for n in range(7)]
    assert codes == [403] * 5 + [429] * 2
    codes = [
        signed_in(browser(address=f"2001:db8:0:7::{n:x}"), f"nama{n}", "salah salah salah").status_code
        for n in range(22)
    ]
    assert codes == [403] * 20 + [429] * 2, "one IPv6 network is one address"
    assert signed_in(browser(address="2001:db8:0:8::1")).status_code == 303


def test_signing_out_here_and_everywhere(in_use: Settings) -> None:
    one, two, three = browser(), browser(), browser()
    for client in (one, two, three):
        signed_in(client)
    tokens = [client.cookies[SESSION_COOKIE] for client in (one, two, three)]
    shown = one.get("/keluar")
    assert "tim" in shown.text
    assert len(re.findall("<form", shown.text)) == 2
    answer = one.post("/keluar", data={"form": field(shown, "form"), "where": "here"})
    assert answer.status_code == 303
    assert SESSION_COOKIE not in one.cookies
    assert [sessions.viewer_of_token(in_use, token).name for token in tokens] == ["", "tim", "tim"]
    two.post("/keluar", data={"form": field(two.get("/keluar"), "form"), "where": "everywhere"})
    assert [sessions.viewer_of_token(in_use, token).name for token in tokens] == ["", "", ""]
    # A link to /keluar signs nobody out.
    signed_in(one)
    one.get("/keluar?where=everywhere")
    assert sessions.viewer_of_token(in_use, one.cookies[SESSION_COOKIE]).name == "tim"


def test_what_is_not_a_form_is_refused(in_use: Settings) -> None:
    client = browser()
    for content in (b"", b"x" * 100_000, b"\xff\xfe"):
        assert client.post("/masuk", content=content).status_code == 400
    for method in ("PUT", "DELETE", "PATCH"):
        assert client.request(method, "/masuk").status_code == 405
    assert client.post("/berkas/x").status_code == 405


# Every answer


@pytest.mark.parametrize("path", ["/masuk", "/berkas/x", "/none", "/component/x/y.html"])
def test_every_answer_tells_the_browser_to_stay_here(in_use: Settings, path: str) -> None:
    answer = browser().get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "geolocation=()" in answer.headers["permissions-policy"]
    policy = answer.headers["content-security-policy"]
    assert "default-src" in policy
    assert ("unsafe-eval" in policy) == path.startswith("/component/")
    outside = re.findall(r"https?://[^\s;]+", policy)
    assert outside == (["https://tile.openstreetmap.org"] if path.startswith("/component/") else [])
    for part in policy.split("; "):
        assert "tile.openstreetmap" not in part or part.startswith("img-src")
        assert " *" not in part


def test_a_made_up_host_writes_nothing_into_the_policy() -> None:
    for host in ("a; script-src *", "a b", "a,b", "", "evil'", "x/y"):
        told = headers.policy(host=host, is_secure=False, is_component=False, tiles="")
        assert "connect-src 'self';" in told
    assert "wss://peta.kupang.go.id;" in headers.policy(
        host="peta.kupang.go.id", is_secure=True, is_component=False, tiles=""
    )


@pytest.mark.parametrize(
    ("tiles_url", "source"),
    [
        ("https://tile.openstreetmap.org/{z}/{x}/{y}.png", "https://tile.openstreetmap.org"),
        ("https://{s}.tile.example/{z}/{x}/{y}.png?key=a", "https://*.tile.example"),
        ("http://10.0.0.7:8080/{z}/{x}/{y}.png", "http://10.0.0.7:8080"),
        ("", ""),
        ("ftp://x/{z}", ""),
        ("https://a;script-src/{z}", ""),
        ("https://*/{z}", ""),
        ("/tiles/{z}", ""),
    ],
)
def test_the_background_map_is_one_host_and_nothing_else(tiles_url: str, source: str) -> None:
    assert headers.tiles_host(tiles_url) == source
    told = headers.policy(host="localhost", is_secure=False, is_component=True, tiles=source)
    assert f"img-src 'self' data: blob:{f' {source}' if source else ''};" in told


def test_the_one_inline_script_of_streamlit_is_the_one_we_know() -> None:
    html = (Path(st.__file__).parent / "static" / "index.html").read_text("utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    known = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{known}'" == headers.PRERENDER


# Files for one viewer


@pytest.fixture
def kept() -> None:
    files._FILES.clear()


@pytest.mark.usefixtures("kept")
def test_a_file_is_there_for_its_viewer_alone(in_use: Settings) -> None:
    client, other, anybody = browser(), browser(), browser()
    signed_in(client)
    signed_in(other, "ana", PASSWORD)
    viewer = sessions.viewer_of_token(in_use, client.cookies[SESSION_COOKIE])
    address = files.offer("a;b\n", 'daftar "1".csv', "text/csv", Right.SEE_EXACT, viewer)
    assert not address.startswith("/"), "relative: it holds below a base path"
    answer = client.get(f"/{address}")
    assert (answer.status_code, answer.text) == (200, "a;b\n")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''daftar%20%221%22.csv"
    assert answer.headers["cache-control"] == "no-store"
    told = rows(in_use, "SELECT who, change FROM audit WHERE act = 'export'")
    assert told == [("tim", '{"name": [null, "daftar \\"1\\".csv"]}')]
    # Ana may more than Tim, and still it is not hers.
    tried = ((other, address), (anybody, address), (client, f"{address}x"), (client, "berkas/x"))
    told = [one.get(f"/{path}") for one, path in tried]
    assert {(one.status_code, one.text) for one in told} == {(404, "404")}
    with pytest.raises(NotAllowedError):
        files.offer("x", "x.csv", "text/csv", Right.BRING, viewer)


@pytest.mark.usefixtures("kept")
def test_a_file_goes_with_the_right_and_the_session(in_use: Settings) -> None:
    client = browser()
    signed_in(client, "ana", PASSWORD)
    store = city_store(in_use)
    viewer = sessions.viewer_of_token(in_use, client.cookies[SESSION_COOKIE])
    address = files.offer(b"x", "x.csv", "text/csv", Right.BRING, viewer)
    assert client.get(f"/{address}").status_code == 200
    accounts.set_role(store, STEWARD, name="tim", role=Role.STEWARD)
    accounts.set_role(store, STEWARD, name="ana", role=Role.TASKFORCE)
    assert client.get(f"/{address}").status_code == 404
    signed_in(client, "ana", PASSWORD)
    assert client.get(f"/{address}").status_code == 404, "Ana again, without the right"
    accounts.set_role(store, STEWARD, name="ana", role=Role.STEWARD)
    signed_in(client, "ana", PASSWORD)
    assert client.get(f"/{address}").status_code == 200
    sessions.end(in_use, client.cookies[SESSION_COOKIE])
    assert client.get(f"/{address}").status_code == 404


@pytest.mark.usefixtures("kept")
def test_files_are_few_small_and_soon_gone(in_use: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    first = files.offer(b"x", "a.csv", "text/csv", Right.BRING, STEWARD)
    assert files.offer(b"x", "a.csv", "text/csv", Right.BRING, STEWARD) == first, "the same is kept once"
    made = {files.offer(f"{n}", "a.csv", "text/csv", Right.BRING, STEWARD) for n in range(files.MOST_OFFERED + 50)}
    assert len(made) == files.MOST_OFFERED + 50
    assert len(files._FILES) == files.MOST_OFFERED
    files._FILES.clear()
    for n in range(20):
        files.offer(bytes([n]) * (10 * 2**20), "a.bin", "x/y", Right.BRING, STEWARD)
    assert sum(one.size for one in files._FILES.values()) <= files.MOST_BYTES
    start = files.time.monotonic()
    monkeypatch.setattr(files.time, "monotonic", lambda: start + files.LIFE_S + 60)
    files.offer(lambda: b"later", "b.csv", "text/csv", Right.BRING, STEWARD, of="b")
    assert [one.name for one in files._FILES.values()] == ["b.csv"]


# The owner of a laptop


@pytest.mark.parametrize(
    ("sent", "direct"),
    [
        ({"Host": "localhost:8501"}, True),
        ({"host": "127.0.0.1"}, True),
        ({"Host": "[::1]:8501"}, True),
        ({"Host": "localhost:8501", "Origin": "http://localhost:8501"}, True),
        ({}, False),
        ({"Host": ""}, False),
        ({"Host": "peta.example"}, False),
        ({"Host": "127.0.0.1.evil.example"}, False),
        ({"Host": "localhost.evil.example"}, False),
        ({"Host": "10.0.0.7:8501"}, False),
        ({"Host": "[::1"}, False),
        ({"Host": "localhost:8501", "Origin": "http://evil.example"}, False),
        ({"Host": "localhost:8501", "Origin": "null"}, False),
        ({"Host": "localhost:8501", "Origin": "http://localhost:3000"}, False),
        ({"Host": "localhost:8501", "Origin": "http://127.0.0.1:8501"}, False),
        ({"Host": "localhost:8501", "Origin": "http://ana@localhost:8501"}, False),
        ({"Host": "localhost:8501", "Origin": "http://localhost:8501/"}, False),
        ({"Host": "localhost:8501", "Origin": "file://localhost:8501"}, False),
        ({"Host": "ana@localhost:8501"}, False),
        ({"Host": "LOCALHOST:8501"}, False),
        ({"Host": "localhost.:8501"}, False),
        ({"Host": "localhost:"}, False),
        ({"Host": "localhost:8501, evil.example"}, False),
        ({"Host": "127.1:8501"}, False),
        ({"Host": "2130706433:8501"}, False),
        ({"Host": "127.0.0.256:8501"}, False),
        ({"Host": "[::ffff:127.0.0.1]:8501"}, False),
        ({"Host": "localhost\n"}, False),
        ({"Host": "localhost", "X-Request-Id": "7"}, False),
        ({"Host": "localhost", "Authorization": "Basic YQ=="}, False),
        (
            {
                "Host": "localhost:8501",
                "Origin": "http://localhost:8501",
                "User-Agent": "x",
                "Accept-Language": "tet, id;q=0.8",
                "Sec-WebSocket-Key": "x",
                "Sec-Fetch-Storage-Access": "active",
                "Sec-CH-UA-Platform": "x",
                "Sec-GPC": "1",
                "DNT": "1",
                "Save-Data": "on",
                "Priority": "u=1",
            },
            True,
        ),
        *(
            ({"Host": "localhost", name: "10.0.0.7"}, False)
            for name in (
                "Forwarded",
                "Via",
                "X-Forwarded-For",
                "x-forwarded-proto",
                "X-Forwarded-Host",
                "X-Real-IP",
                "CF-Connecting-IP",
                "True-Client-IP",
                "X-Original-URL",
            )
        ),
    ],
)
def test_who_is_at_this_machine(city: Settings, sent: dict[str, str], direct: bool) -> None:
    assert is_direct(sent) is direct
    mine = replace(city, access=replace(city.access, owner=Role.STEWARD))
    for listens_on in ("127.0.0.1", "localhost", "::1"):
        found = visitor(mine, token="", headers=sent, listens_on=listens_on)
        assert (found.name, found.role) == ((OWNER, Role.STEWARD) if direct else ("", Role.PUBLIC))
    for listens_on in (None, "", "0.0.0.0", "10.0.0.7", "unix:///run/x"):  # noqa: S104
        assert visitor(mine, token="", headers=sent, listens_on=listens_on) == PUBLIC
    assert not city.kota.exists()


def test_with_an_account_the_laptop_has_no_owner(staffed: Settings) -> None:
    mine = replace(staffed, access=replace(staffed.access, owner=Role.STEWARD))
    assert visitor(mine, token="", headers={"Host": "localhost"}, listens_on="127.0.0.1") == PUBLIC


def test_by_default_the_owner_may_nothing(city: Settings) -> None:
    found = visitor(city, token="", headers={"Host": "localhost"}, listens_on="127.0.0.1")
    assert found.rights == frozenset()


@pytest.mark.usefixtures("kept")
def test_the_owners_file_is_for_this_machine(in_use_alone: Settings) -> None:
    here = {"Host": "localhost:8501"}
    viewer = visitor(in_use_alone, token="", headers=here, listens_on="127.0.0.1")
    address = files.offer("x", "x.csv", "text/csv", Right.BRING, viewer)
    assert browser().get(f"/{address}").status_code == 200
    assert browser().get(f"/{address}", headers={"x-forwarded-for": "10.0.0.7"}).status_code == 404
    assert browser(here="http://peta.example").get(f"/{address}").status_code == 404
