"""Files: the built site, and the scripts and styles that come with Gradio."""

from __future__ import annotations

import importlib.util
import json
import logging
import re
from collections.abc import Mapping
from os import PathLike, stat_result
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from demos.kit.languages import Language, Languages, default
from demos.server.guard import permissions
from demos.server.page import notice
from demos.server.proxy import relative_folder, relative_root

FOREVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"  # keep it, but ask whether it changed (ETag)
HASHED = re.compile(r"\.[0-9a-f]{8}\.min\.(js|css)$")  # Material's names hold a hash of the content

log = logging.getLogger("ordlab")
Legacy = Mapping[str, Mapping[str, str]]


class Site(StaticFiles):
    """The built site. What is not there gets the page that says so in the language of its address."""

    def __init__(self, folder: Path, languages: Languages) -> None:
        super().__init__(directory=folder, html=True)
        self.folder = folder
        self.languages = languages

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404:
                raise
            return self.missing(self.language_of(scope["path"]), scope)
        if response.status_code == 404:
            return self.missing(self.language_of(scope["path"]), scope)
        if isinstance(response, RedirectResponse):  # Starlette's is absolute, with our own host
            response.headers["Location"] = relative_folder(scope)
        return response

    def language_of(self, path: str) -> Language:
        """The language whose part of the site an address is in."""
        parts = (language for language in self.languages.values() if language.home)
        within = (language for language in parts if path.startswith(f"/{language.home}"))
        return next(within, default(self.languages))

    def missing(self, language: Language, scope: Scope) -> Response:
        """The site's page for what is not there, which is written for no place in particular: made to fit."""
        folders = (self.folder / language.home, self.folder)
        page = next((page for folder in folders if (page := folder / "404.html").is_file()), None)
        if page is None:
            return notice("missing", language, scope, status=404)
        text = rebased(page.read_text(encoding="utf-8"), relative_root(scope["path"]))
        return HTMLResponse(text, 404, {"Cache-Control": ASK_EACH_TIME})

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        hashed = HASHED.search(str(full_path))
        response.headers["Cache-Control"] = FOREVER if hashed else ASK_EACH_TIME
        if response.media_type == "text/html":
            # A frame may ask for no more than the page around it. Each demo's own page says whether it does.
            response.headers["Permissions-Policy"] = permissions(camera=True)
        return response


class GradioAssets(StaticFiles):
    """Gradio's scripts and styles, once for all demos: their names hold a hash, so a browser may keep them.

    Gradio gives each mounted app its own address for them and sends no cache header: every demo on a page
    would download all of them again.
    """

    def __init__(self) -> None:
        # Finding the package does not import it: pages are served before Gradio is.
        spec = importlib.util.find_spec("gradio")
        assert spec is not None
        assert spec.origin is not None
        super().__init__(directory=Path(spec.origin).parent / "templates" / "frontend" / "assets")

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = FOREVER
        return response


def rebased(page: str, root: str) -> str:
    """A page whose addresses begin at the site's root as it was built, with `root` in that place."""
    built = re.search(r'<meta name="ordlab-root" content="(/[^"]*)"', page)
    return page.replace(f'"{built[1]}', f'"{root}') if built else page


def read_legacy(site: Path) -> Legacy:
    """Where the old site's `docs.php?doc=…` pages are now: slug to language to path below the root."""
    path = site / "legacy.json"
    if not path.is_file():
        return {}
    try:
        legacy: Legacy = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        log.error("%s is damaged, so old addresses lead nowhere: %s. Build the site again.", path, error)
        return {}
    return legacy
