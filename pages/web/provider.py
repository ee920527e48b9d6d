"""The office's OpenID provider: redirect a browser there, and trust the answer only if all checks pass.

The only module with Authlib; imported at a sign-in through a provider, never at startup.
"""

from __future__ import annotations

import logging
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from authlib.integrations.starlette_client import OAuth
from starlette.requests import Request

from geo.access.signing import Refusal, RefusedError
from geo.access.visitor import is_loopback
from pages.shell import caches

if TYPE_CHECKING:
    from starlette.responses import Response

    from geo.settings import AccessSettings

_LOG = logging.getLogger("petajaga")
_SECRET = "PETAJAGA_OIDC_SECRET"  # noqa: S105 - name of the variable
_TIMEOUT_S = 10
_LEEWAY_S = 60
#: Signature methods with the provider's own key. "none" signs nothing; HS256 would use a public key as a shared
#: secret.
_SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")


def _secret(options: AccessSettings) -> str | None:
    """The client's secret; None for a client without one that uses PKCE only."""
    if os.environ.get(_SECRET):
        return os.environ[_SECRET]
    return Path(options.secret_file).read_text("utf-8").strip() if options.secret_file else None


@lru_cache(maxsize=1)
def _client(issuer: str, client_id: str, secret: str | None) -> Any:
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        msg = "access.oidc.issuer begins with https://"
        raise ValueError(msg)
    return OAuth().register(
        "penyedia",
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email",
            "code_challenge_method": "S256",
            "timeout": _TIMEOUT_S,
            **({} if secret else {"token_endpoint_auth_method": "none"}),
        },
    )


async def _trusted(options: AccessSettings) -> Any:
    """Client with metadata that belong to the configured provider.

    Authlib 1.9 takes the issuer and the signature methods from the metadata; here they must match the configuration,
    and be verifiable with a public key.
    """
    client = _client(options.issuer, options.client_id, _secret(options))
    metadata = await client.load_server_metadata()
    if str(metadata.get("issuer", "")).rstrip("/") != options.issuer.rstrip("/"):
        msg = "the provider's metadata name another issuer"
        raise ValueError(msg)
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [one for one in offered if one in _SIGNATURES]
    if not metadata["id_token_signing_alg_values_supported"]:
        msg = "the provider offers no signature that a public key can check"
        raise ValueError(msg)
    return client


def _carrying(request: Request, carried: dict[str, Any]) -> Request:
    """The request with our own ticket instead of Streamlit's session cookie."""
    return Request({**request.scope, "session": carried}, request.receive)


def _untrusted(fault: Exception) -> RefusedError:
    # Its message may quote a claim: log only its type.
    _LOG.warning("a sign-in through the provider failed: %s", type(fault).__name__)
    _client.cache_clear()
    return RefusedError(Refusal.PROVIDER)


async def redirect(request: Request, carried: dict[str, Any], back: str) -> Response:
    """Response that redirects the browser to the provider; the ticket then holds state, nonce and verifier.

    Parameters
    ----------
    request
        Request of the browser.
    carried
        Its ticket; it is extended.
    back
        Path to which the provider returns.

    Raises
    ------
    RefusedError
        When the provider cannot be reached or is not the configured one.
    """
    try:
        client = await _trusted(caches.settings()[0].access)
        answer: Response = await client.authorize_redirect(
            _carrying(request, carried), str(request.url.replace(path=back, query="", fragment=""))
        )
    except Exception as fault:  # noqa: BLE001 - whatever a provider sends, nobody is signed in and nobody sees it
        raise _untrusted(fault) from None
    return answer


async def claims(request: Request, carried: dict[str, Any]) -> dict[str, Any]:
    """Signed claims of the provider on a person.

    State and verifier (PKCE) must match the ticket; the signature must be by a key of the provider, with an
    asymmetric method; issuer, audience, nonce and times must be valid.

    Raises
    ------
    RefusedError
        When any check fails.
    """
    options = caches.settings()[0].access
    try:
        client = await _trusted(options)
        issuer = client.server_metadata["issuer"]
        token = await client.authorize_access_token(
            _carrying(request, carried),
            leeway=_LEEWAY_S,
            claims_options={
                # Authlib 1.9 checks an audience only on request.
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": options.client_id},
                "exp": {"essential": True},
                "iat": {"essential": True},
                "sub": {"essential": True},
                "nonce": {"essential": True},
            },
        )
        found = token["userinfo"]
    except Exception as fault:  # noqa: BLE001 - see `redirect`
        raise _untrusted(fault) from None
    return dict(found)
