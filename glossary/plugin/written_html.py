"""What is changed in pages that the theme has written."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from .. import pages, search
from ..pages import Site
from .host import LANGUAGE_LINK, SETTINGS_END, SETTINGS_START


def adjust_head(html: str, site: Site, lang: str, link: Callable[[str], str], canonical: str = "") -> str:
    """Addresses for scripts and search engines; `link` turns a target below the root into a link."""

    def language_link(match: re.Match[str]) -> str:
        # The space changes nothing but one thing: Material's script, which does not see the element any
        # more, no longer asks for `<its address>/sitemap.xml`, an error in every reader's console.
        language = site.termbase.languages.get(match[2])
        code = language.html if language else match[2]
        return f'<link rel="alternate " href="{urljoin(canonical, match[1])}" hreflang="{code}"'

    head, end, body = html.partition("</head>")
    head = re.sub(LANGUAGE_LINK, language_link, head)
    head += f'<meta name="ordlab-root" content="{link("")}">'
    before, start, rest = body.partition(SETTINGS_START)
    settings, close, after = rest.partition(SETTINGS_END)
    if close:  # the theme's scripts take `base` for the folder that holds `search/`, and nothing else
        ours = {"base": link(site.addresses.home(lang)), "search": link(search.WORKER)}
        settings = pages.script_data(json.loads(settings) | ours)
    return "".join((head, end, before, start, settings, close, after))


def error_page(html: str, site: Site, lang: str, site_url: str) -> str:
    """The 404 page, which is served at any depth; `site_url` may be empty."""
    base = urlsplit(site_url or "/").path
    for here in (".", "./"):  # how the theme and static-i18n write the home page of the language at the root
        html = html.replace(f'href="{base}{here}"', f'href="{base}"')
    return adjust_head(html, site, lang, lambda target: posixpath.join(base, target))
