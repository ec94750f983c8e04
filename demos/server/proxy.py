"""What a web server in front changes: whose word about the outside counts, and a prefix before every path."""

from __future__ import annotations

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

FORWARDED = b"x-forwarded-"


class ForwardedHeaders(ProxyHeadersMiddleware):
    """uvicorn's layer: client's address and scheme from X-Forwarded-For and -Proto of a trusted proxy.

    X-Forwarded headers from anyone else are removed, so that every layer behind this one may believe them.
    """

    async def __call__(self, scope, receive, send):  # type: ignore[no-untyped-def]
        if scope["type"] == "http" and (scope.get("client") or ("",))[0] not in self.trusted_hosts:
            headers = [header for header in scope["headers"] if not header[0].startswith(FORWARDED)]
            scope = {**scope, "headers": headers}
        await super().__call__(scope, receive, send)


class RootPath:
    """Cut off the path that a proxy passes on in front of each of ours.

    A path without it is left as it is: a proxy may cut it off itself, and a health check comes without one.
    Nothing behind needs to know the prefix: every address in a page and every redirect is relative.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app = app
        self.prefix = prefix.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.prefix:
            if scope["path"] == self.prefix:
                return await RedirectResponse(relative_folder(scope))(scope, receive, send)
            if scope["path"].startswith(f"{self.prefix}/"):
                cut = {"path": scope["path"][len(self.prefix) :]}
                if "raw_path" in scope:
                    cut["raw_path"] = scope["raw_path"].removeprefix(self.prefix.encode())
                scope = {**scope, **cut}
        return await self.app(scope, receive, send)


def relative_folder(scope: Scope) -> str:
    """From an address without a slash at the end to the same with one, its query kept: `glossary/?q=x`.

    Relative, because only the browser knows what stands before the path that arrives here.
    """
    return f"./{scope['path'].rsplit('/', 1)[-1]}/" + query(scope)


def query(scope: Scope) -> str:
    text = scope.get("query_string", b"").decode("latin-1")
    return f"?{text}" if text else ""


def relative_root(path: str) -> str:
    """From a path as it arrives here to the root of the site: `./`, `../`, `../../` …"""
    return "../" * (path.count("/") - 1) or "./"
