"""One demo in one language, open: what Gradio made of it, and its page in the state of an address."""

from __future__ import annotations

import json
import re
import time
from contextlib import AsyncExitStack, aclosing
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.kit.languages import Language
from demos.server.guard import permissions
from demos.server.page import localised
from glossary.demos import Demo

if TYPE_CHECKING:
    from demos.kit.page import Page
    from demos.server.answers import Answers

CLICKS = 256  # at once in one page; fewer are let into the line of answers
CONFIG = re.compile(r"window\.gradio_config = (.*?);</script>")  # where Gradio's page holds all its values
# All that Gradio's page asks for. Whatever else Gradio offers (uploads, calls past the queue, its API's
# description, monitoring, proxies …) is not there: a list of what is allowed outlives Gradio's next release.
ASKED_FOR = {
    "GET": re.compile(
        r"|config|theme\.css|gradio_api/(startup-events|queue/data|theme\.css|heartbeat/\w+|file=.+)"
        r"|static/[\w./-]+|assets/[\w./-]+"
    ),
    "POST": re.compile(r"gradio_api/(queue/join|cancel|reset)"),
}
# What would end the script that the configuration stands in.
ESCAPES = {character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


class DemoPage:
    """An ASGI application. `close` it when it is not needed any more."""

    def __init__(
        self, demo: Demo, language: Language, page: Page, app: ASGIApp, closing: AsyncExitStack
    ) -> None:
        self.demo = demo
        self.language = language
        self.page = page
        self.app = app
        self.closing = closing
        self.html = ("", "", "")  # before Gradio's configuration, the configuration, and after it
        self.answering = 0  # requests being answered now
        self.used = time.monotonic()  # when one was last answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.answering += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.answering -= 1
            self.used = time.monotonic()

    async def in_state(self, request: Request) -> Response:
        """The page in the state that an address asks for, with the answer for it.

        Raises Refused if there is no room for that answer in the line, and what the answer raises.
        """
        from demos.kit.state import parse

        before, config_text, after = await self.template(request)
        asked = parse(self.page.app, request.url.query, self.language.code)
        reader = request.client.host if request.client else ""
        config = json.loads(config_text)
        answers = self.page.answers(asked.tab.name, asked.state, reader, replaces=False)
        async with aclosing(answers) as parts:
            self.page.fill(config, asked, await anext(parts))
        headers = {
            "Cache-Control": "no-cache",
            "Permissions-Policy": permissions(camera=self.page.app.uses_camera),
        }
        return HTMLResponse(before + as_script(config) + after, headers=headers)

    async def template(self, request: Request) -> tuple[str, str, str]:
        """Gradio's page, made ours; the same whatever the address asks for."""
        if not self.html[1]:
            page = await captured(self, request, query_string=b"", method="GET")
            text = localised(bytes(page.body).decode(), self.language, self.demo.title[self.language.code])
            found = CONFIG.search(text)
            assert found is not None
            self.html = text[: found.start(1)], found[1], text[found.end(1) :]
        return self.html

    async def close(self) -> None:
        await self.closing.aclose()


def is_asked_for(method: str, path: str) -> bool:
    allowed = ASKED_FOR.get("GET" if method == "HEAD" else method)
    return allowed is not None and allowed.fullmatch(path) is not None


def as_script(config: dict[str, Any]) -> str:
    """A configuration as it may stand in a script."""
    text = json.dumps(config, ensure_ascii=False)
    for character, escape in ESCAPES.items():  # quicker than `translate`, which looks at each character
        text = text.replace(character, escape)
    return text


async def open_page(demo: Demo, language: Language, page: Page, app: Starlette) -> DemoPage:
    """Start what `mount` made."""
    closing = AsyncExitStack()
    await closing.enter_async_context(app.router.lifespan_context(app))
    closing.callback(page.blocks.close, verbose=False)
    return DemoPage(demo, language, page, app, closing)


def mount(demo: Demo, language: Language, answers: Answers) -> tuple[Page, Starlette]:
    """The demo as an application that answers below /demos/<demo>/<lang>. Takes a fraction of a second.

    Raises whatever is wrong with the demo: AppError, WeightsError, or an error in its code.
    """
    import gradio

    from demos.kit.app import declared
    from demos.kit.page import make_page
    from demos.kit.theme import CSS, make_theme
    from demos.server.internals import (
        count_components_anew,
        forget_routes,
        keep_routes,
        keep_sessions_light,
        make_addresses_relative,
        make_one_application,
        no_expired_state,
    )
    from demos.server.queue import give_queue

    make_addresses_relative()
    count_components_anew()
    keep_sessions_light()
    make_one_application()
    no_expired_state()
    kit_app = declared(demo)
    page = make_page(kit_app, language, answers.of(kit_app, language), answers.runs)
    give_queue(page.blocks, CLICKS)
    # Beside a CORS layer of ours Gradio adds none of its own, which trusts origins that it should not.
    app = Starlette(middleware=[Middleware(CORSMiddleware, allow_origins=[])])
    gradio.mount_gradio_app(
        app,
        page.blocks,
        path=f"/demos/{demo.name}/{language.code}",
        app_kwargs={"openapi_url": None, "docs_url": None, "redoc_url": None},
        css=CSS,
        enable_monitoring=False,
        footer_links=[],
        head=page.head,
        max_file_size="1kb",
        mcp_server=False,
        run_history=False,
        show_error=False,
        ssr_mode=False,
        theme=make_theme(),
    )
    mounted = app.routes[-1].app  # type: ignore[attr-defined]
    keep_routes(mounted, is_asked_for)
    page.blocks.app = mounted
    forget_routes()
    return page, app


async def captured(app: ASGIApp, request: Request, **changed: object) -> Response:
    """The answer of an application as one piece, uncompressed. Not for streams.

    `changed` are entries of the request's scope.
    """
    headers = [(name, value) for name, value in request.scope["headers"] if name != b"accept-encoding"]
    response = Response()
    body = b""

    async def keep(message: Message) -> None:
        nonlocal body
        if message["type"] == "http.response.start":
            response.status_code = message["status"]
            response.raw_headers = [
                (name, value) for name, value in message["headers"] if name != b"content-length"
            ]
        body += message.get("body", b"")

    await app({**request.scope, "headers": headers, **changed}, request.receive, keep)
    response.body = body
    response.headers["Content-Length"] = str(len(body))
    return response
