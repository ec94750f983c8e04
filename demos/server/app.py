"""The application: which address leads where, and the order of its layers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from demos.kit import registry
from demos.kit.languages import Languages
from demos.server.files import GradioAssets, Legacy, Site, read_legacy
from demos.server.guard import OwnPosts, SecurityHeaders, TrustedHosts
from demos.server.live import LiveDemos, redirect, wanted_language
from demos.server.metrics import Metrics, MetricsPage
from demos.server.opening import OpenPages
from demos.server.outside import DIRECT, Outside
from demos.server.page import ASSETS
from demos.server.proxy import ForwardedHeaders, RootPath, relative_root
from glossary.addresses import GALLERY

MEMORY = 2_400_000_000  # bytes
NO_STORE = {"Cache-Control": "no-store"}


def make_app(
    host: str,
    site: Path,
    languages: Languages,
    root: Path = registry.ROOT,
    outside: Outside = DIRECT,
    memory: int = MEMORY,
    open_metrics: bool = False,
    workers: int | None = None,
) -> Starlette:
    """The whole server as one ASGI application.

    `memory` is in bytes: above it, demos not in use are closed. With `open_metrics`, everybody may see
    /metrics. `workers`: see `OpenPages`.

    The site answers at once; Torch and Gradio are imported beside it, and demos opened when asked for.
    """
    files = Site(site, languages)
    metrics = Metrics()
    pages = OpenPages(root, languages, metrics, memory, workers)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(pages.run())
        try:
            yield
        finally:
            pages.stop()
            await running

    async def status(_: Request) -> Response:
        return JSONResponse(pages.status(), headers=NO_STORE)

    async def gallery(request: Request) -> Response:
        language = wanted_language(request, languages)
        root = relative_root(request.scope["path"])
        return redirect(f"{root}{language.home}{language.glossary}/{GALLERY}/")

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/metrics", MetricsPage(metrics, open_metrics).answer),
            Route("/docs.php", LegacyAddresses(read_legacy(site), files).lead),
            Route("/demos/status.json", status),
            Route("/demos", gallery),
            Route("/demos/", gallery),
            Mount(f"/demos/{ASSETS}", GradioAssets()),
            Route("/demos/{rest:path}", LiveDemos(pages, files, languages)),
            Mount("/", files),
        ],
        middleware=[
            Middleware(ForwardedHeaders, trusted_hosts=outside.forwarded_allow_ips),
            Middleware(SecurityHeaders, frame_ancestors=outside.frame_ancestors),
            Middleware(TrustedHosts, host=host, named=outside.trusted_hosts),
            Middleware(RootPath, prefix=outside.root_path),
            Middleware(CORSMiddleware, allow_origins=[]),
            Middleware(OwnPosts, named=outside.trusted_hosts),
            Middleware(GZipMiddleware, compresslevel=6),
        ],
        lifespan=lifespan,
    )


async def healthz(_: Request) -> Response:
    return JSONResponse({"status": "ok"}, headers=NO_STORE)


class LegacyAddresses:
    """`/docs.php?doc=<slug>[&lang=…]`, the addresses of the old site, lead to the pages as they are now."""

    def __init__(self, legacy: Legacy, site: Site) -> None:
        self.legacy = legacy
        self.site = site

    async def lead(self, request: Request) -> Response:
        language = wanted_language(request, self.site.languages)
        paths = self.legacy.get(request.query_params.get("doc", ""))
        if paths is None:
            return self.site.missing(language, request.scope)
        # A site may lack one of the languages that demos speak.
        path = paths.get(language.code) or next(iter(paths.values()))
        return RedirectResponse("./" + path.lstrip("/"), status_code=301)
