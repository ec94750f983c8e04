"""The demos, live: loaded beside the running server, each in every language, and mounted when ready."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demos.kit.languages import Language, Languages, default, match
from demos.server.files import Site
from demos.server.guard import Pace
from demos.server.memory import give_back
from demos.server.page import localised, notice
from demos.server.proxy import query, relative_folder
from glossary.demos import Demo, demo_names, read_demos

if TYPE_CHECKING:
    from demos.kit.page import Page

WAITING = 16  # clicks that may wait in one demo's queue, in one language
CLICKS_PER_SECOND, CLICKS_AT_ONCE = 40, 80  # per client: no hand is that fast, a stuck script is
GIVE_BACK_EVERY = 60  # seconds
JOIN = "gradio_api/queue/join"

# All that Gradio's page asks for. Whatever else Gradio offers (uploads, calls past the queue, its API's
# description, monitoring, proxies …) is not there: a list of what is allowed outlives Gradio's next release.
ASKED_FOR = {
    "GET": re.compile(
        r"|config|theme\.css|gradio_api/(startup-events|queue/data|theme\.css|heartbeat/\w+|file=.+)"
        r"|static/[\w./-]+|assets/[\w./-]+"
    ),
    "POST": re.compile(rf"{JOIN}|gradio_api/(cancel|reset)"),
}

CONFIG = re.compile(r"window\.gradio_config = (.*?);</script>")  # where Gradio's page holds all its values

log = logging.getLogger("ordlab")
Result = TypeVar("Result")


@dataclass
class Live:
    """One demo as it stands now."""

    state: Literal["loading", "ready", "failed"] = "loading"
    device: str = "cpu"
    demo: Demo | None = None
    app: ASGIApp | None = None  # while ready
    pages: Mapping[str, Page] = field(default_factory=dict)  # by language, while ready


class LiveDemos:
    """ASGI application for everything below /demos/<demo>."""

    def __init__(self, root: Path, site: Site, languages: Languages) -> None:
        self.root = root
        self.languages = languages
        self.site = site
        self.demos = {name: Live() for name in demo_names(root)}
        self.pace = Pace(CLICKS_PER_SECOND, CLICKS_AT_ONCE)
        self.thread = ThreadPoolExecutor(1, "demos")
        self.stopping = asyncio.Event()

    def status(self) -> dict[str, dict[str, str]]:
        return {name: {"state": live.state, "device": live.device} for name, live in self.demos.items()}

    # Loading

    async def run(self) -> None:
        """Load every demo, then keep them open until `stop`."""
        started = time.perf_counter()
        async with AsyncExitStack() as stack:
            await self.load_all(stack)
            if not self.stopping.is_set():
                ready = sum(live.state == "ready" for live in self.demos.values())
                seconds = time.perf_counter() - started
                log.info("%d of %d demos ready after %.1f s", ready, len(self.demos), seconds)
            await self.rest()
        self.thread.shutdown()

    async def rest(self) -> None:
        """Until `stop`, give freed memory back now and then."""
        while not self.stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), GIVE_BACK_EVERY)
            await self.in_thread(give_back)

    def stop(self) -> None:
        self.stopping.set()

    async def load_all(self, stack: AsyncExitStack) -> None:
        demos, problems = read_demos(self.root, tuple(self.languages))
        for problem in sorted(problems):
            log.error("%s", problem)
        for name, live in self.demos.items():
            if name not in demos:
                live.state = "failed"
        for demo in demos.values():
            if not self.stopping.is_set():
                await self.load(demo, stack)

    async def load(self, demo: Demo, stack: AsyncExitStack) -> None:
        live = self.demos[demo.name]
        try:
            app, live.device, live.pages = await self.in_thread(lambda: open_demo(demo, self.languages))
            await stack.enter_async_context(app.router.lifespan_context(app))
            await self.in_thread(give_back)
        except Exception as error:  # whatever is wrong with one demo, the others and the pages go on
            explain_failure(demo, error)
            live.state = "failed"
        else:
            live.demo, live.app, live.state = demo, app, "ready"

    async def in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)

    # Answering

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        name, *rest = scope["path"].removeprefix("/demos/").split("/", 2)
        answer = await self.answer(request, name, rest)
        await answer(scope, receive, send)

    async def answer(self, request: Request, name: str, rest: list[str]) -> ASGIApp:
        """What answers /demos/<name>/<rest…>: at the end a page, one of Gradio's files, or its queue."""
        live = self.demos.get(name)
        if live is None or (rest and rest[0] not in ("", *self.languages)):
            return self.site.missing(wanted_language(request, self.languages), request.scope)
        if rest == [""]:
            return redirect(f"{wanted_language(request, self.languages).code}/{query(request.scope)}")
        if len(rest) < 2:
            return redirect(relative_folder(request.scope))
        return await self.answer_live(request, live, self.languages[rest[0]], rest[1])

    async def answer_live(self, request: Request, live: Live, language: Language, path: str) -> ASGIApp:
        if live.app is None or live.demo is None:
            return notice(live.state, language, request.scope, status=503, refresh=live.state == "loading")
        if not is_asked_for(request.method, path):
            return self.site.missing(language, request.scope)
        if path == "":
            return await gradio_page(live, request, language)
        if path == JOIN:
            return await self.join(live.app, request, language)
        return live.app

    async def join(self, app: ASGIApp, request: Request, language: Language) -> Response:
        """Put a click into the queue. Why one cannot be put there is said in the page's language."""
        client = request.client.host if request.client else ""
        if not self.pace.allows(client):
            return refused("too_fast", language)
        try:
            answer = await captured(app, request)
        except Exception:  # Gradio answers what its own page never sends with a traceback
            log.exception("A click could not be put into the queue.")
            return refused("error", language, 500)
        return refused("busy", language) if answer.status_code == 503 else answer


def open_demo(demo: Demo, languages: Languages) -> tuple[Starlette, str, dict[str, Page]]:
    """The demo in every language as one application, and the device it runs on. Takes seconds the first time.

    Raises whatever is wrong with it: WeightsError, or an error in its code.
    """
    import torch

    from demos.kit.device import best_device

    # Small nets gain little from more threads, and pages and other demos are to be answered meanwhile.
    torch.set_num_threads(min(4, max(1, (os.cpu_count() or 1) // 2)))
    for folder in demo.weight_folders:
        verify(folder)
    import gradio

    from demos.kit.theme import CSS, make_theme
    from demos.server.internals import make_addresses_relative

    make_addresses_relative()

    # Beside a CORS layer of ours Gradio adds none of its own, which trusts origins that it should not.
    app = Starlette(middleware=[Middleware(CORSMiddleware, allow_origins=[])])
    from demos.kit.app import declared
    from demos.kit.gradio_internals import rest_longer
    from demos.kit.page import direct_answers, make_page

    declared_app = declared(demo)
    pages = {}
    for language in languages.values():
        page = pages[language.code] = make_page(
            declared_app, language, direct_answers(declared_app, language)
        )
        blocks = page.blocks
        blocks.queue(api_open=False, max_size=WAITING, default_concurrency_limit=1)
        rest_longer(blocks)
        gradio.mount_gradio_app(
            app,
            blocks,
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
    return app, best_device().type, pages


def verify(folder: Path) -> None:
    """Read a weights folder as a demo will: WeightsError now is better than at the first click."""
    from demos.kit.weights import load_weights, read_card

    for file in read_card(folder).files or ("model.safetensors",):
        load_weights(folder, Path(file).stem)


def explain_failure(demo: Demo, error: Exception) -> None:
    """One sentence if the reason is a known one; a traceback in the log if the code is wrong."""
    known = type(error).__name__ == "WeightsError"
    log.error("The demo “%s” cannot run. %s", demo.name, error, exc_info=None if known else error)


def is_asked_for(method: str, path: str) -> bool:
    allowed = ASKED_FOR.get("GET" if method == "HEAD" else method)
    return allowed is not None and allowed.fullmatch(path) is not None


async def gradio_page(live: Live, request: Request, language: Language) -> Response:
    """The page in the language and in the state of its address."""
    assert live.app is not None
    assert live.demo is not None
    page = await captured(live.app, request)
    text = localised(bytes(page.body).decode(), language, live.demo.title[language.code])
    return HTMLResponse(
        await filled(text, live.pages[language.code], request),
        page.status_code,
        {"Cache-Control": "no-cache"},
    )


async def filled(text: str, page: Page, request: Request) -> str:
    """Gradio's page with the state of an address, and the answer for it, written into its configuration."""
    from demos.kit.state import parse

    asked = parse(page.app, request.url.query)
    found = CONFIG.search(text)
    assert found is not None
    config = json.loads(found[1])
    async with aclosing(page.answers(asked.tab.name, asked.state, "")) as parts:
        page.fill(config, asked, await anext(parts))
    written = json.dumps(config, ensure_ascii=False).replace("</", "<\\/")
    return text[: found.start(1)] + written + text[found.end(1) :]


async def captured(app: ASGIApp, request: Request) -> Response:
    """The whole answer of an application, uncompressed. Not for streams."""
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

    await app({**request.scope, "headers": headers}, request.receive, keep)
    response.body = body
    response.headers["Content-Length"] = str(len(body))
    return response


def refused(key: str, language: Language, status: int = 429) -> Response:
    """Gradio's page shows `detail` to the reader, but for 503 a sentence of its own, always in English."""
    return JSONResponse({"detail": language.word(key)}, status, {"Retry-After": "3"})


def redirect(address: str) -> Response:
    return RedirectResponse(address, status_code=307, headers={"Cache-Control": "no-store"})


def wanted_language(request: Request, languages: Languages) -> Language:
    """The language asked for with `lang`, else the first of the browser's that we have, else the default."""
    asked = request.query_params.get("lang", ""), *request.headers.get("accept-language", "").split(",")
    return next((found for tag in asked if (found := match(languages, tag))), default(languages))
