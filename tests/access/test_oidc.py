"""Sign-in through a provider: a real one in a process of its own, and one that lies in every way there is."""

from __future__ import annotations

import hmac
import json
import socket
import subprocess
import sys
import threading
import time
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from access.conftest import _use
from access.test_accounts import rows
from access.test_web import HERE, VIEW, browser, cookie
from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from geo.access import sessions
from geo.access.visitor import SESSION_COOKIE
from geo.terms import Role
from pages.web import provider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.testclient import TestClient

    from geo.settings import Settings

CLIENT = "petajaga"


@pytest.fixture(scope="module")
def real() -> Iterator[str]:
    """Address of a provider that knows two persons."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    people = [
        {"sub": "pia", "email": "Pia@kupang.go.id", "email_verified": True},
        {"sub": "eve", "email": "eve@kupang.go.id", "email_verified": True},
        {"sub": "pia2", "email": "pia@kupang.go.id", "email_verified": False},
    ]
    known = [part for one in people for part in ("--user-claims", json.dumps(one))]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *known],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://localhost:{port}"
    try:
        for _ in range(120):
            try:
                if httpx.get(f"{address}/.well-known/openid-configuration").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.25)
        else:
            pytest.fail("the provider did not start")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def office(staffed: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Settings]]:
    """Puts a provider into the settings."""
    opened: list[Iterator[Settings]] = []

    def use(issuer: str) -> Settings:
        provider._client.cache_clear()
        monkeypatch.setenv("PETAJAGA_OIDC_SECRET", "rahasia")
        opened.append(_use(staffed, monkeypatch, f"[access.oidc]\nissuer = '{issuer}'\nclient_id = '{CLIENT}'\n"))
        return next(opened[-1])

    yield use
    for one in opened:
        next(one, None)
    provider._client.cache_clear()


def sent_there(client: TestClient, lanjut: str = VIEW) -> str:
    """Where the browser is sent to."""
    answer = client.get("/masuk/penyedia", params={"lanjut": lanjut})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def came_back(client: TestClient, address: str) -> httpx.Response:
    parts = urlsplit(address)
    assert parts.path == "/masuk/kembali"
    return client.get(f"{parts.path}?{parts.query}")


def signed_by(there: str, subject: str) -> str:
    """Signs in at the real provider; gives the address that it sends the browser back to."""
    answer = httpx.post(there, data={"sub": subject})
    assert answer.status_code in {302, 303}, answer.text
    return answer.headers["location"]


def test_a_person_of_the_office_comes_in_and_back_to_the_view(real: str, office: Callable[[str], Settings]) -> None:
    own = office(real)
    client = browser()
    there = sent_there(client)
    asked = {name: value[0] for name, value in parse_qs(urlsplit(there).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{HERE}/masuk/kembali"
    assert set(asked["scope"].split()) == {"openid", "email"}
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20
    answer = came_back(client, signed_by(there, "pia"))
    assert (answer.status_code, answer.headers["location"]) == (303, VIEW)
    viewer = sessions.viewer_of_token(own, client.cookies[SESSION_COOKIE])
    assert (viewer.name, viewer.role) == ("pia@kupang.go.id", Role.PLANNER)
    assert "httponly" in cookie(answer).lower()


@pytest.mark.parametrize(("subject", "why"), [("eve", "not_known"), ("pia2", "not_verified")])
def test_a_person_who_is_not_registered_is_sent_to_the_steward(
    real: str, office: Callable[[str], Settings], subject: str, why: str
) -> None:
    own = office(real)
    client = browser()
    answer = came_back(client, signed_by(sent_there(client), subject))
    assert answer.status_code == 403
    assert SESSION_COOKIE not in client.cookies
    assert "eve@" not in answer.text
    told = rows(own, "SELECT who, change FROM audit WHERE act = 'refuse'")
    assert [(who, json.loads(change)) for who, change in told] == [("", {"why": [None, why]})]


def test_a_code_of_another_browser_signs_nobody_in(real: str, office: Callable[[str], Settings]) -> None:
    """Somebody else's way back, sent as a link: this browser never began it."""
    own = office(real)
    attacker, victim = browser(), browser()
    back = signed_by(sent_there(attacker), "pia")
    for prepared in (False, True):
        if prepared:
            sent_there(victim)
        answer = came_back(victim, back)
        assert answer.status_code == 502
        assert SESSION_COOKIE not in victim.cookies
    # And not twice by the one who began it.
    assert came_back(attacker, back).status_code == 303
    assert came_back(attacker, back).status_code == 502
    assert len(rows(own, "SELECT 1 FROM session")) == 1


def test_a_state_of_ones_own_making_or_a_refusal_signs_nobody_in(
    real: str, office: Callable[[str], Settings]
) -> None:
    own = office(real)
    client = browser()
    back = signed_by(sent_there(client), "pia")
    query = {name: value[0] for name, value in parse_qs(urlsplit(back).query).items()}
    for asked in (
        query | {"state": "x"},
        {"code": query["code"]},
        {"state": query["state"]},
        {},
        {"error": "access_denied", "error_description": "<script>alert(1)</script>", "state": query["state"]},
    ):
        answer = client.get(f"/masuk/kembali?{urlencode(asked)}")
        assert answer.status_code == 502
        assert "<script" not in answer.text
    assert rows(own, "SELECT 1 FROM session") == []


# A provider that lies


class Liar:
    """Provider whose token and metadata a test chooses."""

    def __init__(self) -> None:
        self.key, self.other = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
        self.issuer = ""
        self.metadata: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.make: Callable[[dict[str, Any]], str] = self.signed
        self.nonce = ""
        self.verifiers: list[str] = []

    def signed(self, claims: dict[str, Any], key: Any = None, alg: str = "RS256") -> str:
        return jwt.encode({"alg": alg}, claims, key or self.key, registry=JWSRegistry(algorithms=[alg]))

    def answer(self, path: str, form: dict[str, list[str]]) -> dict[str, Any]:
        if path.endswith("openid-configuration"):
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "id_token_signing_alg_values_supported": ["RS256"],
                **self.metadata,
            }
        if path == "/jwks":
            return {"keys": [self.key.as_dict(private=False)]}
        self.verifiers += form.get("code_verifier", [])
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "pia",
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            "email": "pia@kupang.go.id",
            "email_verified": True,
        } | self.claims
        token = self.make({name: value for name, value in claims.items() if value is not None})
        return {"access_token": "x", "token_type": "Bearer", **({"id_token": token} if token else {})}


@contextmanager
def lying() -> Iterator[Liar]:
    liar = Liar()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            body = json.dumps(liar.answer(self.path, parse_qs(raw))).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815 - names of the library

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    liar.issuer = f"http://127.0.0.1:{server.server_port}"
    try:
        yield liar
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def running() -> Iterator[Liar]:
    with lying() as liar:
        yield liar


@pytest.fixture
def liar(running: Liar, office: Callable[[str], Settings]) -> Liar:
    running.metadata, running.claims, running.make, running.verifiers = {}, {}, running.signed, []
    office(running.issuer)
    return running


def tried(liar: Liar) -> tuple[int, TestClient]:
    client = browser()
    asked = parse_qs(urlsplit(sent_there(client)).query)
    liar.nonce = asked["nonce"][0]
    return client.get(f"/masuk/kembali?code=c&state={asked['state'][0]}").status_code, client


def test_the_liar_when_it_tells_the_truth(liar: Liar) -> None:
    code, client = tried(liar)
    assert code == 303
    assert SESSION_COOKIE in client.cookies
    assert len(liar.verifiers) == 1
    assert len(liar.verifiers[0]) >= 43


_NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": _NOW - 3600},
        {"exp": None},
        {"exp": "later"},
        {"iat": _NOW + 86_400},
        {"iat": None},
        {"nbf": _NOW + 86_400},
        {"aud": "another"},
        {"aud": ["another", "third"]},
        {"aud": None},
        {"aud": ""},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": ""},
        {"sub": None},
        {"azp": "another"},
        {"aud": [CLIENT, "another"], "azp": "another"},
    ],
    # Names alone: with the moments in them, two workers that collect in different seconds have different tests.
    ids=" ".join,
)
def test_a_token_that_does_not_fit_signs_nobody_in(liar: Liar, claims: dict[str, Any]) -> None:
    liar.claims = claims
    code, client = tried(liar)
    assert code == 502
    assert SESSION_COOKIE not in client.cookies


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email_verified": "true"}, {"email_verified": None}])
def test_an_email_that_is_not_verified_signs_nobody_in(liar: Liar, claims: dict[str, Any]) -> None:
    liar.claims = claims
    code, client = tried(liar)
    assert code == 403
    assert SESSION_COOKIE not in client.cookies


def _part(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _by_hand(claims: dict[str, Any], alg: str, secret: bytes = b"") -> str:
    """Token as no library would make it: signed by nobody, or with something that is no secret."""
    text = f"{_part(json.dumps({'alg': alg}).encode())}.{_part(json.dumps(claims).encode())}"
    mark = hmac.digest(secret, text.encode(), "sha256") if secret else b""
    return f"{text}.{_part(mark)}"


@pytest.mark.parametrize("offered", [None, ["none"], ["RS256", "none", "HS256"]])
def test_a_token_signed_by_nobody_or_by_another_signs_nobody_in(liar: Liar, offered: list[str] | None) -> None:
    if offered:
        liar.metadata = {"id_token_signing_alg_values_supported": offered}
        provider._client.cache_clear()
    public = liar.key.as_pem(private=False)

    def cut(claims: dict[str, Any]) -> str:
        return liar.signed(claims).rpartition(".")[0] + "."

    def changed(claims: dict[str, Any]) -> str:
        head, _, end = liar.signed(claims | {"email": "x@y.id"}).split(".")
        return f"{head}.{liar.signed(claims).split('.')[1]}.{end}"

    for make in (
        lambda claims: _by_hand(claims, "none"),
        cut,
        changed,
        lambda claims: liar.signed(claims, liar.other),
        lambda claims: _by_hand(claims, "HS256", public),
        lambda claims: _by_hand(claims, "HS256", b"rahasia"),
        lambda _: "",
        lambda _: "x",
        lambda _: "a.b.c",
    ):
        liar.make = make
        client = browser()
        asked = client.get("/masuk/penyedia")
        if asked.status_code == 502:
            assert offered == ["none"], "it offers nothing that could be checked"
            continue
        sent = parse_qs(urlsplit(asked.headers["location"]).query)
        liar.nonce = sent["nonce"][0]
        answer = client.get(f"/masuk/kembali?code=c&state={sent['state'][0]}")
        assert answer.status_code == 502
        assert SESSION_COOKIE not in client.cookies


def test_metadata_of_another_issuer_are_not_believed(liar: Liar) -> None:
    liar.metadata = {"issuer": "https://evil.example"}
    provider._client.cache_clear()
    assert browser().get("/masuk/penyedia").status_code == 502


def test_a_new_key_of_the_provider_is_fetched(liar: Liar) -> None:
    assert tried(liar)[0] == 303
    before, liar.key = liar.key, RSAKey.generate_key(2048, {"kid": "second"})
    liar.make = lambda claims: jwt.encode({"alg": "RS256", "kid": "second"}, claims, liar.key)
    try:
        assert [tried(liar)[0] for _ in range(2)][-1] == 303
    finally:
        liar.key = before


def test_a_provider_that_is_not_there_is_told(office: Callable[[str], Settings]) -> None:
    office("http://127.0.0.1:9")
    answer = browser().get("/masuk/penyedia")
    assert answer.status_code == 502
    assert "127.0.0.1:9" not in answer.text
    assert browser().get("/masuk").status_code == 200, "a password still serves"


@pytest.mark.parametrize("issuer", ["http://kupang.example", "ftp://localhost", "file:///etc"])
def test_a_provider_without_tls_is_not_used(office: Callable[[str], Settings], issuer: str) -> None:
    office(issuer)
    assert browser().get("/masuk/penyedia").status_code == 502


def test_without_a_provider_there_is_no_way_to_one(in_use: Settings) -> None:
    assert "masuk/penyedia" not in browser().get("/masuk").text
    for path in ("/masuk/penyedia", "/masuk/kembali?code=x&state=y"):
        answer = browser().get(path)
        assert answer.status_code == 200
        assert "password" in answer.text


def test_nothing_of_it_is_imported_until_somebody_signs_in() -> None:
    program = (
        "import sys; from pages import web; web.routes(''); import dashboard\n"
        "late = {'authlib', 'httpx2', 'argon2', 'cryptography', 'joserfc', 'sqlalchemy'} & set(sys.modules)\n"
        "sys.exit(str(late) if late else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
