"""Gradio's page, made to speak the page's language; and the small pages shown where there is no other."""

from __future__ import annotations

import html
import json
from pathlib import Path

from babel.core import get_global
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from demos.kit.languages import Language
from demos.server.proxy import relative_root
from glossary.languages import script

ASSETS = "_assets"  # below /demos/; no demo's name begins with an underscore

# Before any script of Gradio's own. Each is called with the settings of a language.
SCRIPTS = tuple(
    Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("speak.js", "connection.js")
)
TRANSLATED = {  # Gradio's words, and the key of ours
    "Reset to default value": "reset",
    "Close": "close",
    "Error": "error_title",
}
CONNECTION = ("waiting", "unreachable", "lost", "blocked")

NOTE_STYLE = """<style>
.connection, noscript p { background: #fff4ce; border: 1px solid #b58900; border-radius: 4px; color: #332500;
  font: 1rem/1.5 system-ui, sans-serif; margin: 0; padding: .5rem .75rem }
.connection { inset-inline: .5rem; position: absolute; z-index: 1000 }
.connection[hidden] { display: none }
noscript p { margin: 1rem }
</style>"""

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
<body><main><h1{title_lang}>{title}</h1><p{text_lang}>{text}</p>{link}</main></body></html>
"""


def localised(page: str, language: Language, title: str) -> str:
    """Gradio's page in a language: its own strings follow, and its files come from the shared place."""
    settings = {
        "locale": browser_locale(language.html),
        "translated": {theirs: language.word(ours) for theirs, ours in TRANSLATED.items()},
        "said": {key: language.word(f"connection_{key}") for key in CONNECTION},
    }
    script = "".join(SCRIPTS).replace("SETTINGS", json.dumps(settings, ensure_ascii=False))
    page = page.replace('lang="en"', f'lang="{language.html}"', 1)
    head = f"<head><script>{script}</script><title>{html.escape(title)}</title>{ICON}{NOTE_STYLE}"
    page = page.replace("<head>", head, 1)
    page = page.replace('<link rel="manifest" href="/manifest.json" />', "")  # there is none at the root
    needed = html.escape(language.word("needs_javascript"))
    no_script = f"<noscript><p{marked(language, 'needs_javascript')}>{needed}</p></noscript>"
    page = page.replace("<gradio-app", f"{no_script}<gradio-app", 1)
    return page.replace('"./assets/', f'"../../{ASSETS}/')


def browser_locale(tag: str) -> str:
    """The language as a browser would name it: Gradio knows Chinese by its territories, zh-CN and zh-TW."""
    likely = get_global("likely_subtags").get(f"und_{script(tag)}", "")  # zh_Hans_CN
    return f"zh-{likely[-2:]}" if tag.startswith("zh") and likely else tag


def notice(key: str, language: Language, scope: Scope, status: int, refresh: int = 0) -> Response:
    """A small page saying one thing; after `refresh` seconds, if any, it asks again with the same query."""
    address = relative_root(scope["path"]) + language.home
    home = f'<a href="{address}" target="_top">{language.word("home")}</a>'
    page = NOTICE.format(
        html_lang=language.html,
        refresh=f'<meta http-equiv="refresh" content="{refresh}">' if refresh else "",
        title=language.word(f"{key}_title"),
        title_lang=marked(language, f"{key}_title"),
        text=language.word(key),
        text_lang=marked(language, key),
        link="" if refresh else f"<p{marked(language, 'home')}>{home}</p>",
    )
    return HTMLResponse(
        page, status, {"Cache-Control": "no-store"} | ({"Retry-After": str(refresh)} if refresh else {})
    )


def marked(language: Language, key: str) -> str:
    """The `lang` attribute that a word needs in a page, if there is only an English one."""
    lang = language.lang_of_word(key)
    return "" if lang == language.html else f' lang="{lang}"'
