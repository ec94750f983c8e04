"""What answers below /demos/<demo>: the way to its page, the page itself, clicks."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.kit.languages import Language, Languages, default, match
from demos.server.demo_page import DemoPage, captured, is_asked_for
from demos.server.files import Site
from demos.server.guard import Pace, replay
from demos.server.opening import Failed, OpenPages
from demos.server.page import notice
from demos.server.proxy import query, relative_folder

CLICKS_PER_SECOND, CLICKS_AT_ONCE = 40, 80  # per client: no hand is that fast, a stuck script is
NOTICE_AFTER, GIVE_UP_AFTER = 1, 60  # seconds until a page that is being opened says so; until others give up
HEARTBEAT_EVERY = 15  # seconds
HEARTBEAT, JOIN, DATA = "gradio_api/heartbeat/", "gradio_api/queue/join", "gradio_api/queue/data"
BUSY_REFRESH = 3  # seconds until a page for which there was no room tries again

log = logging.getLogger("ordlab")


class LiveDemos:
    """ASGI application for everything below /demos/<demo>."""

    def __init__(self, pages: OpenPages, site: Site, languages: Languages) -> None:
        self.pages = pages
        self.languages = languages
        self.site = site
        self.pace = Pace(CLICKS_PER_SECOND, CLICKS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        name, *rest = scope["path"].removeprefix("/demos/").split("/", 2)
        answer = await self.answer(request, name, rest)
        await answer(scope, receive, send)

    async def answer(self, request: Request, name: str, rest: list[str]) -> ASGIApp:
        """What answers /demos/<name>/<rest…>: at the end a page, one of Gradio's files, or its queue."""
        if name not in self.pages.demos or (rest not in ([], [""]) and rest[0] not in self.languages):
            named = self.languages.get(rest[0]) if rest else None
            language = named or wanted_language(request, self.languages)
            return self.site.missing(language, request.scope)
        if rest == [""]:
            return redirect(f"{wanted_language(request, self.languages).code}/{query(request.scope)}")
        if len(rest) < 2:
            return redirect(relative_folder(request.scope))
        return await self.answer_live(request, name, self.languages[rest[0]], rest[1])

    async def answer_live(self, request: Request, name: str, language: Language, path: str) -> ASGIApp:
        if not is_asked_for(request.method, path):
            return self.site.missing(language, request.scope)
        if path.startswith(HEARTBEAT):
            return Heartbeat(lambda: self.pages.leave(path.removeprefix(HEARTBEAT)))
        try:
            page = await self.pages.page(name, language, NOTICE_AFTER if path == "" else GIVE_UP_AFTER)
        except Failed:
            if path == JOIN:
                return refused("failed", language, 500)
            return notice("failed", language, request.scope, status=503)
        if page is None:
            # Of an answer such as 503 every browser says in its console that something failed.
            status = 202 if path == "" else 503
            return notice("loading", language, request.scope, status=status, refresh=1)
        if path == "":
            return await self.show(page, request)
        if path == JOIN:
            return await self.join(page, request)
        if path == DATA:
            return self.until_left(page, request.query_params.get("session_hash", ""))
        return page

    async def show(self, page: DemoPage, request: Request) -> Response:
        """The page in the state of its address; or why there is none, in its language."""
        from demos.kit.functions import Refused

        try:
            return await page.in_state(request)
        except Refused as refusal:
            return notice(refusal.key, page.language, request.scope, status=503, refresh=BUSY_REFRESH)
        except Exception:
            log.exception("The page of the demo “%s” has no answer to show.", page.demo.name)
            return notice("error", page.language, request.scope, status=500)

    async def join(self, page: DemoPage, request: Request) -> Response:
        """Put a click into the queue. Why one cannot be put there is said in the page's language."""
        client = request.client.host if request.client else ""
        if not self.pace.allows(client):
            return refused("too_fast", page.language)
        body = await request.body()
        self.pages.know(session_in(body), client)
        replayed = Request(request.scope, replay(body, request.receive))
        try:
            answer = await captured(page, replayed)
        except Exception:  # Gradio answers what its own page never sends with a traceback
            log.exception("A click could not be put into the queue.")
            return refused("error", page.language, 500)
        return refused("busy", page.language) if answer.status_code == 503 else answer

    def until_left(self, page: DemoPage, session: str) -> ASGIApp:
        """The stream of answers. When it breaks off, its reader has left: what is waited for is not made."""

        async def stream(scope: Scope, receive: Receive, send: Send) -> None:
            complete = False

            async def watched(message: Message) -> None:
                nonlocal complete
                await send(message)
                complete = message["type"] == "http.response.body" and not message.get("more_body", False)

            try:
                await page(scope, receive, watched)
            finally:
                if not complete:
                    self.pages.leave(session)

        return stream


class Heartbeat:
    """The stream that a page keeps open for as long as it is there, so that it sees when the server is not.

    Gradio's own would keep a demo's page open here, too. `left` is called when it breaks off.
    """

    def __init__(self, left: Callable[[], None]) -> None:
        self.left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await StreamingResponse(self.beats(), media_type="text/event-stream")(scope, receive, send)
        finally:
            self.left()

    async def beats(self) -> AsyncIterator[str]:
        while True:
            yield "data: ALIVE\n\n"
            await asyncio.sleep(HEARTBEAT_EVERY)


def session_in(body: bytes) -> str:
    """By what Gradio knows the reader who sent a click; empty if the body does not say."""
    try:
        return str(json.loads(body)["session_hash"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""


def refused(key: str, language: Language, status: int = 429) -> Response:
    """Gradio's page shows `detail` to the reader, but for 503 a sentence of its own, always in English."""
    return JSONResponse({"detail": language.word(key)}, status, {"Retry-After": "3"})


def redirect(address: str) -> Response:
    return RedirectResponse(address, status_code=307, headers={"Cache-Control": "no-store"})


def wanted_language(request: Request, languages: Languages) -> Language:
    """The language asked for with `lang`, else the first of the browser's that we have, else the default."""
    asked = request.query_params.get("lang", ""), *request.headers.get("accept-language", "").split(",")
    return next((found for tag in asked if (found := match(languages, tag))), default(languages))
