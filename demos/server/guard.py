"""What stands before every request: trusted hosts, own origin, small bodies, a pace, security headers."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("localhost", "127.0.0.1", "::1")
WILDCARDS = ("0.0.0.0", "::", "")
MAX_BODY = 128 * 1024  # bytes; a demo's controls need about 1 kB

# Inline scripts and styles are Material's and Gradio's. 'unsafe-eval' is not needed by anything shown here.
CONTENT_SECURITY_POLICY = "; ".join(
    f"{name} {sources}"
    for name, sources in {
        "default-src": "'self'",
        "script-src": "'self' 'unsafe-inline'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' blob:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }.items()
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}


class TrustedHosts:
    """Refuse requests whose Host header is not ours: a page elsewhere cannot rebind its name to this server.

    Trusted are the loopback names and the name or address listened on. Listening everywhere trusts any
    *address* besides: a browser led here by a foreign name sends that name. Starlette's own middleware knows
    no IPv6.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self.app = app
        self.names = {*LOOPBACK, host.strip("[]").lower()}
        self.any_address = host in WILDCARDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self.trusts(Headers(scope=scope).get("host", "")):
            answer = PlainTextResponse("This server does not answer to that name.\n", status_code=400)
            return await answer(scope, receive, send)
        return await self.app(scope, receive, send)

    def trusts(self, header: str) -> bool:
        name = host_name(header)
        return name in self.names or (self.any_address and is_address(name))


class SecurityHeaders:
    """Put the security headers on every answer, whatever made it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class OwnPosts:
    """Let through only POSTs that our own pages, or no page at all, sent, and only small ones.

    CORS does not do this: it hides an answer from a foreign page, but the POST has been carried out by then.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        if scope["method"] != "POST":
            answer = PlainTextResponse("Only GET, HEAD and POST.\n", 405, {"Allow": "GET, HEAD, POST"})
            return await answer(scope, receive, send)
        if not is_own(headers):
            return await PlainTextResponse("Sent by another site.\n", 403)(scope, receive, send)
        body = await read_body(receive, headers, MAX_BODY)
        if body is None:
            return await PlainTextResponse("The request is too large.\n", 413)(scope, receive, send)
        return await self.app(scope, replay(body, receive), send)


def is_own(headers: Headers) -> bool:
    """Whether a request comes from a page of this server, or from a program that is no browser."""
    if (origin := headers.get("origin")) is not None:
        return urlsplit(origin).netloc == headers.get("host", "")
    return headers.get("sec-fetch-site", "none") in ("same-origin", "none")


async def read_body(receive: Receive, headers: Headers, limit: int) -> bytes | None:
    """The whole body; None if it is longer than `limit`, whatever Content-Length says."""
    declared = headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > limit:
        return None
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        if not message.get("more_body", False):
            return body


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body already read, and then whatever still comes (the disconnect)."""
    waiting = [body]

    async def replayed() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replayed


class Pace:
    """A token bucket per client: `burst` clicks at once, `rate` per second in the long run."""

    def __init__(
        self, rate: float, burst: float, now: Callable[[], float] = time.monotonic, most: int = 4096
    ) -> None:
        self.rate = rate
        self.burst = burst
        self.now = now
        self.most = most
        self.buckets: dict[str, tuple[float, float]] = {}  # client to (tokens, when)

    def allows(self, client: str) -> bool:
        now = self.now()
        tokens, when = self.buckets.pop(client, (self.burst, now))
        tokens = min(self.burst, tokens + (now - when) * self.rate)
        allowed = tokens >= 1
        self.buckets[client] = (tokens - allowed, now)
        if len(self.buckets) > self.most:  # dicts keep order, so the first is the one idle longest
            del self.buckets[next(iter(self.buckets))]
        return allowed


def host_name(header: str) -> str:
    """The name or address in a Host header, without port and brackets; empty if it makes no sense."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
