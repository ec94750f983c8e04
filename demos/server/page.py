"""Gradio's page, made to speak the page's language; and the small pages shown where there is no other."""

from __future__ import annotations

import html
import json

from starlette.responses import HTMLResponse, Response

from demos.common.labels import word
from demos.registry import default_language, languages

ASSETS = "_assets"  # below /demos/; no demo's name begins with an underscore
BROWSER_LOCALES = {"zh": "zh-CN"}  # as Gradio's own strings know them: plain "zh" would give English

# Gradio's strings follow `navigator.language` alone, and it is read before anything in `head=` runs.
SPEAK = """<script>
for (const [name, value] of Object.entries({{language: {locale}, languages: [{locale}]}}))
  Object.defineProperty(navigator, name, {{get: () => value, configurable: true}});
</script>"""

ICON = '<link rel="icon" href="data:,">'  # none, which saves a request that would find nothing

NOTICE = """<!doctype html>
<html lang="{html_lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">{refresh}
<title>{title}</title><link rel="icon" href="data:,">
<style>
:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }}
body {{ display: grid; margin: 0; min-height: 60vh; padding: 1.5rem; place-content: center;
  text-align: center }}
h1 {{ font-size: 1.25rem; margin: 0 0 .5rem }} p {{ margin: 0 0 .5rem; max-width: 34rem }}
</style></head>
<body><main><h1>{title}</h1><p>{text}</p>{link}</main></body></html>
"""


def localised(page: str, lang: str, title: str) -> str:
    """Gradio's page in a language: its own strings follow, and its files come from the shared place."""
    locale = json.dumps(BROWSER_LOCALES.get(lang, lang))
    page = page.replace('lang="en"', f'lang="{languages()[lang]}"', 1)
    page = page.replace(
        "<head>", f"<head>{SPEAK.format(locale=locale)}<title>{html.escape(title)}</title>", 1
    )
    page = page.replace('<link rel="manifest" href="/manifest.json" />', "")  # there is none at the root
    return page.replace('"./assets/', f'"../../{ASSETS}/')


def notice(key: str, lang: str, status: int, refresh: bool = False) -> Response:
    """A small page saying one thing; with `refresh` it asks again by itself, with the same query."""
    page = NOTICE.format(
        html_lang=languages()[lang],
        refresh='<meta http-equiv="refresh" content="1">' if refresh else "",
        title=word(f"{key}_title", lang),
        text=word(key, lang),
        link="" if refresh else f'<p><a href="{home(lang)}" target="_top">{word("home", lang)}</a></p>',
    )
    return HTMLResponse(
        page, status, {"Cache-Control": "no-store"} | ({"Retry-After": "1"} if refresh else {})
    )


def home(lang: str) -> str:
    return "/" if lang == default_language() else f"/{lang}/"
