"""The gate: who may send files, what is closed, how many may come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from geo.errors import DataError, Fault, Problem
from geo.terms import Role
from pages.shell import caches
from pages.web import gate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.websockets import WebSocket

    from geo.settings import Settings

UPLOAD = "/_stcore/upload_file/session/file"
READ: list[int] = []


async def taken(request: Request) -> PlainTextResponse:
    """What Streamlit does: everything that is sent is read and kept."""
    READ.append(len(await request.body()))
    return PlainTextResponse("taken")


async def stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.receive_text()
    await socket.close()


@pytest.fixture
def owner(city: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A laptop whose owner is a steward."""
    mine = replace(city, access=replace(city.access, owner=Role.STEWARD))
    monkeypatch.setattr(caches, "settings", lambda: (mine, ()))
    monkeypatch.setattr("streamlit.get_option", lambda _name: "127.0.0.1")
    return mine


def client(base: str = "http://localhost:8501") -> TestClient:
    READ.clear()
    routes = [
        Route("/{path:path}", taken, methods=["GET", "PUT", "POST", "DELETE"]),
        WebSocketRoute("/{path:path}", stream),
    ]
    return TestClient(
        Starlette(routes=routes, middleware=[Middleware(gate.Gate)]),
        base_url=base,
        headers={"user-agent": "x"},
    )


def test_the_owner_may_send_and_a_stranger_may_not(owner: Settings) -> None:
    assert client().put(UPLOAD, content=b"x" * 1000).status_code == 200
    assert READ == [1000]
    assert client().delete(UPLOAD).status_code == 200
    for stranger in (client("http://peta.example"), client("http://10.0.0.7:8501")):
        for method in ("PUT", "POST", "DELETE", "GET"):
            assert stranger.request(method, UPLOAD, content=b"x" * 1000).status_code == 403
        assert READ == [], "nothing of it was read"


def test_nobody_sends_while_nobody_is_known(owner: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def unread(_request: object) -> None:
        raise DataError((Fault.of("kota.sqlite", "", Problem.STORE_BUSY),))

    monkeypatch.setattr(gate, "viewer_of_request", unread)
    assert client().put(UPLOAD, content=b"x").status_code == 403


def test_a_closed_server_takes_nothing(owner: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches, "settings", lambda: (replace(owner, is_closed=True), ()))
    assert client().put(UPLOAD, content=b"x").status_code == 403


def test_files_together_have_a_limit(owner: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_held", lambda: gate.MOST_HELD - 1000)
    assert client().put(UPLOAD, content=b"x" * 1000).status_code == 200
    assert client().put(UPLOAD, content=b"x" * 1001).status_code == 413
    assert READ == []

    def endless() -> Iterator[bytes]:
        yield b"x"

    assert client().put(UPLOAD, content=endless()).status_code == 411, "no length is told"
    assert READ == []


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/mcp",
        "/_stcore/script-health-check",
        "/titik-rawan/_stcore/metrics",
        "/_stcore/metrics/",
        "/_stcore/healthy",
        "/_stcore/",
    ],
)
def test_what_no_visitor_needs_is_closed(owner: Settings, path: str) -> None:
    for method in ("GET", "POST"):
        assert client().request(method, path).status_code == 404
    assert READ == []


@pytest.mark.parametrize("path", ["/", "/titik-rawan", "/_stcore/health", "/_stcore/host-config", "/media/x.png"])
def test_what_a_browser_needs_is_open(city: Settings, path: str) -> None:
    assert client("http://peta.example").get(path).status_code == 200


def test_sessions_have_a_limit_and_give_their_place_back(city: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MOST_SESSIONS", 2)
    visitor = client()
    for _ in range(3):
        with visitor.websocket_connect("/_stcore/stream") as one, visitor.websocket_connect("/_stcore/stream") as two:
            with pytest.raises(WebSocketDisconnect), visitor.websocket_connect("/_stcore/stream"):
                pass
            one.send_text("x")
            two.send_text("x")
    with pytest.raises(WebSocketDisconnect), visitor.websocket_connect("/elsewhere"):
        pass


def test_strangers_who_take_all_places_lock_nobody_out(owner: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MOST_SESSIONS", 1)
    monkeypatch.setattr(gate, "RESERVED", 1)
    server, known, foreign = client(), "ws://localhost:8501/_stcore/stream", "ws://peta.example/_stcore/stream"
    with server.websocket_connect(foreign) as stranger:
        with pytest.raises(WebSocketDisconnect), server.websocket_connect(foreign):
            pass
        with server.websocket_connect(known) as one:
            with pytest.raises(WebSocketDisconnect), server.websocket_connect(known):
                pass
            one.send_text("x")
        stranger.send_text("x")
