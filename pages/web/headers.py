"""Security headers of every response: no other connections, no content sniffing, no referrer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
#: Streamlit's frame has one inline script (it sets window.prerenderReady); this is its hash, checked by a test.
PRERENDER = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), serial=()",
    "cross-origin-opener-policy": "same-origin",
}


def tiles_host(tiles_url: str) -> str:
    """Source of the online background map in policy syntax, or empty."""
    parts = urlsplit(tiles_url.replace("{s}", "*"))
    is_plain = parts.scheme in {"http", "https"} and re.fullmatch(r"(\*\.)?[A-Za-z0-9.-]+(:\d+)?", parts.netloc)
    return f"{parts.scheme}://{parts.netloc}" if is_plain else ""


def policy(*, host: str, is_secure: bool, is_component: bool, tiles: str) -> str:
    """Content Security Policy of a response.

    Parameters
    ----------
    host
        Name of this server in the request.
    is_secure
        Whether the request uses TLS.
    is_component
        Whether the response belongs to the map's frame: folium's template and its component run code from text
        (`eval`) and inline scripts. Nothing else does.
    tiles
        Source of the background map that a visitor may switch on, or empty. The only external source, for images
        only.
    """
    # Older Safari does not accept 'self' for a websocket.
    socket = f" {'wss' if is_secure else 'ws'}://{host}" if _HOST.fullmatch(host) else ""
    scripts = "'self' 'unsafe-inline' 'unsafe-eval'" if is_component else f"'self' {PRERENDER}"
    pictures = f"'self' data: blob: {tiles}".rstrip() if is_component else "'self' data: blob:"
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            f"img-src {pictures}",
            "font-src 'self' data:",
            f"connect-src 'self'{socket}",
            "worker-src 'self' blob:",
            "media-src 'self'",
            "frame-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    )


class SecurityHeaders:
    """Add the headers to every response that has no stricter ones.

    Parameters
    ----------
    app
        The wrapped app.
    base
        Base path of the server.
    tiles_url
        Address of the background map from the settings.
    """

    def __init__(self, app: ASGIApp, *, base: str, tiles_url: str) -> None:
        self._app = app
        self._component = "/".join(["", *([base.strip("/")] if base.strip("/") else []), "component", ""])
        self._tiles = tiles_host(tiles_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond with the headers added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = policy(
            host=Headers(scope=scope).get("host", ""),
            is_secure=scope["scheme"] == "https",
            is_component=scope["path"].startswith(self._component),
            tiles=self._tiles,
        )

        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**_ALWAYS, "content-security-policy": told}.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with)
