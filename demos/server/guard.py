"""What stands before every request: trusted hosts, own origin, small bodies, a pace, security headers."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("localhost", "127.0.0.1", "::1")
WILDCARDS = ("0.0.0.0", "::", "")
MAX_BODY = 1_000_000  # bytes: a reader's own file (`Upload`) as base64; what else is set takes about 1 kB

# Inline scripts and styles are Material's and Gradio's. 'unsafe-eval' is not needed by anything shown here.
CONTENT_SECURITY_POLICY = "; ".join(
    f"{name} {sources}"
    for name, sources in {
        "default-src": "'self'",
        "script-src": "'self' 'unsafe-inline'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' blob: data:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }.items()
)


def permissions(camera: bool = False) -> str:
    """What a page, and the frames in it, may ask a browser for. With `camera`, pages of this origin may ask
    for that."""
    asked = {"camera": "(self)" if camera else "()"}
    refused = ("display-capture", "geolocation", "microphone", "payment", "usb")
    return ", ".join(f"{name}={who}" for name, who in (asked | dict.fromkeys(refused, "()")).items())


SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": permissions(),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}


class TrustedHosts:
    """Refuse requests whose host is not ours: a page elsewhere cannot rebind its name to this server.

    Trusted are the loopback names, the name or address listened on, and `named`: names (`docs.example.org`),
    all names below one (`*.example.org`), or any (`*`). Listening everywhere trusts any *address* besides: a
    browser led here by a foreign name sends that name. Behind a proxy both its Host and the X-Forwarded-Host
    that it was asked for must be ours. Starlette's own middleware knows neither that header nor IPv6.
    """

    def __init__(self, app: ASGIApp, host: str, named: Sequence[str] = ()) -> None:
        self.app = app
        self.names = (*LOOPBACK, host.strip("[]").lower(), *named)
        self.any_address = host in WILDCARDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not all(map(self.trusts, asked_hosts(Headers(scope=scope)))):
            answer = PlainTextResponse(
                "This server does not answer to that name. Start it with --trusted-host NAME if it should.\n",
                status_code=400,
            )
            return await answer(scope, receive, send)
        return await self.app(scope, receive, send)

    def trusts(self, header: str) -> bool:
        name = host_name(header)
        return is_named(name, self.names) or (self.any_address and is_address(name))


class SecurityHeaders:
    """Put the security headers on every answer, whatever made it. What a page may ask a browser for, it may
    have said itself.

    `frame_ancestors` are origins (`https://huggingface.co`) whose pages may show ours in a frame.
    """

    def __init__(self, app: ASGIApp, frame_ancestors: Sequence[str] = ()) -> None:
        self.app = app
        self.headers = dict(SECURITY_HEADERS)
        if frame_ancestors:
            self.headers["Content-Security-Policy"] += " " + " ".join(frame_ancestors)
            del self.headers["X-Frame-Options"]  # it can name no origin, and browsers obey the policy
        # Browsers ignore it where anybody on the way could have written it, and call that an error.
        self.headers_over_http = {k: v for k, v in self.headers.items() if k != "Cross-Origin-Opener-Policy"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                own = headers.get("Permissions-Policy", self.headers["Permissions-Policy"])
                headers.update(self.headers if is_trustworthy(scope) else self.headers_over_http)
                headers["Permissions-Policy"] = own
                if headers.get("content-type", "").startswith("text/event-stream"):
                    headers["X-Accel-Buffering"] = "no"  # nginx would hold events back until 4 kB are full
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class OwnPosts:
    """Let through only POSTs that our own pages, or no page at all, sent, and only small ones.

    CORS does not do this: it hides an answer from a foreign page, but the POST has been carried out by then.
    """

    def __init__(self, app: ASGIApp, named: Sequence[str] = ()) -> None:
        self.app = app
        self.named = named

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        if scope["method"] != "POST":
            answer = PlainTextResponse("Only GET, HEAD and POST.\n", 405, {"Allow": "GET, HEAD, POST"})
            return await answer(scope, receive, send)
        if not is_own(headers, self.named):
            return await PlainTextResponse("Sent by another site.\n", 403)(scope, receive, send)
        body = await read_body(receive, headers, MAX_BODY)
        if body is None:
            return await PlainTextResponse("The request is too large.\n", 413)(scope, receive, send)
        return await self.app(scope, replay(body, receive), send)


def is_trustworthy(scope: Scope) -> bool:
    """Whether nobody between reader and server can read or change a page: TLS, or this machine alone."""
    name = host_name(asked_hosts(Headers(scope=scope))[-1])
    return scope["scheme"] == "https" or name in LOOPBACK


def is_own(headers: Headers, named: Sequence[str] = ()) -> bool:
    """Whether a request comes from a page of this server, or from a program that is no browser.

    A browser says so itself in Sec-Fetch-Site, which no page can set: right also where a proxy gives this
    server another host than the reader's. It is left out where the page came by plain HTTP from another
    machine; then the origin must be the host asked for, or a name this server was given.
    """
    if (site := headers.get("sec-fetch-site")) is not None:
        return site in ("same-origin", "none")
    if (origin := headers.get("origin")) is None:
        return True
    netloc = origin.partition("://")[2]
    names = [name for name in named if name != "*"]  # any host is not any page
    return bool(netloc) and (netloc == asked_hosts(headers)[-1] or is_named(host_name(netloc), names))


def asked_hosts(headers: Headers) -> list[str]:
    """The hosts that a request names, from ours to the one in the reader's address bar."""
    forwarded = ",".join(headers.getlist("x-forwarded-host"))  # the outermost comes first
    return [
        headers.get("host", ""),
        *reversed([host.strip() for host in forwarded.split(",") if host.strip()]),
    ]


def is_named(name: str, names: Sequence[str]) -> bool:
    """Whether a host name is one of `names`: `*.example.org` stands for all below it, `*` for any."""
    return any(
        name == known or known == "*" or (known.startswith("*.") and name.endswith(known[1:]))
        for known in names
    )


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
