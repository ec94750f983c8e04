"""A demo's page, in the language of its address."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from demos.kit.words import ours
from demos.server.page import localised
from tests.demos.tiny import Running, decoded
from tests.ordlab import LANGUAGES


@pytest.mark.parametrize("lang", ["nb", "en", "zh"])
def test_a_demo_speaks_the_language_of_its_address(server: Running, lang: str) -> None:
    answer = server.ask(f"/demos/tiny/{lang}/?__theme=dark", **{"Accept-Language": "de"})
    assert answer.status == 200
    assert f'<html\n\tlang="{LANGUAGES[lang].html}"' in answer.text
    head = answer.text[answer.text.index("<head>") :]
    assert head.startswith("<head><script>"), "Gradio reads navigator.language in its first script"
    assert f'"locale": "{"zh-CN" if lang == "zh" else lang}"' in head
    assert ours()["reset"][lang] in head
    config = json.loads(re.search(r"window\.gradio_config = (.*?);</script>", answer.text)[1])  # type: ignore[index]
    labels = {c["props"].get("label") for c in config["components"]}
    assert {"nb": "Nivå", "en": "Level", "zh": "亮度"}[lang] in labels
    assert {"nb": "Dra i", "en": "Drag", "zh": "拖动"}[lang] in answer.text


def test_a_demo_shares_its_scripts_with_all_others_for_ever(server: Running) -> None:
    page = server.ask("/demos/tiny/nb/").text
    assert '"./assets/' not in page
    assert "manifest.json" not in page
    name = re.search(r'src="../../_assets/(index-[\w-]+\.js)"', page)
    assert name is not None
    asset = server.ask(f"/demos/_assets/{name[1]}", **{"Accept-Encoding": "gzip"})
    assert asset.status == 200
    assert "immutable" in asset.headers["Cache-Control"]
    assert asset.headers["Content-Encoding"] == "gzip"


def test_a_gradio_that_changed_its_page_is_noticed() -> None:
    """Everything the page is changed by must still be there to change."""
    page = '<html lang="en"><head><link rel="manifest" href="/manifest.json" /><script src="./assets/a.js">'
    changed = localised(page, LANGUAGES["zh"], "a < b")
    assert 'lang="zh-Hans"' in changed
    assert '"zh-CN"' in changed
    assert "<title>a &lt; b</title>" in changed
    assert "manifest" not in changed
    assert 'src="../../_assets/a.js"' in changed


def values(config: dict[str, Any]) -> dict[str, Any]:
    """What the components of a page hold, by their labels; those without one by their kind."""
    props = {c["props"].get("label") or c["type"]: c["props"].get("value") for c in config["components"]}
    return {label: value for label, value in props.items() if value is not None}


@pytest.mark.parametrize(
    ("query", "level", "wrong"),
    [
        ("", 128, False),
        ("?level=70&__theme=dark", 70, False),
        ("?level=999", 128, True),
        ("?level=<script>", 128, True),
    ],
)
def test_a_page_is_served_in_the_state_of_its_address(
    server: Running, query: str, level: int, wrong: bool
) -> None:
    shown = values(config := server.page("en", query))
    assert shown["Level"] == level
    assert abs(decoded(shown["Square"]["url"]).getpixel((4, 4))[0] - level) <= 4
    said = ours()["address"]["en"].format(names="Level")
    assert (said in json.dumps(config, ensure_ascii=False)) is wrong


def test_a_page_whose_answer_fails_says_so(server: Running) -> None:
    answer = server.ask("/demos/tiny/nb/?level=13")
    assert answer.status == 500
    assert ours()["error"]["nb"] in answer.text
    assert "secret" not in answer.text
