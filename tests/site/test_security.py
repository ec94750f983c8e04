"""Text from YAML is text: whatever it looks like, no reader's browser runs it, follows it or fetches it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from markupsafe import Markup
from playwright.sync_api import Page, expect

from glossary.prose import SafeMarkdown
from tests.site.html import Document, parse
from tests.site.static import serve
from tests.site.tiny import Built, make

ATTACK = (
    "\"'><script>alert(1)</script><img src=x onerror=alert(1)> --> ]]> {{ 7*7 }} {% raw %} `~~~` &lt;b&gt;"
)
LANGUAGES = ("nb", "en", "zh")


def texts(name: str) -> dict[str, str]:
    return {lang: f"{name}-{lang} {ATTACK}" for lang in LANGUAGES}


def entry(lang: str, id: str) -> dict[str, Any]:
    return {
        "terms": [
            {"term": f"{id}-{lang} {ATTACK}", "pinyin": ATTACK, "note": ATTACK, "forms": [ATTACK]},
            {"term": f"{id}-{lang}-other {ATTACK}", "status": "admitted", "note": ATTACK},
            {"term": f"{id}-{lang}-bad {ATTACK}", "status": "deprecated", "note": ATTACK},
        ],
        "definition": f"definition {ATTACK}",
        "summary": f"summary {ATTACK}",
        "explanation": f"explanation {ATTACK}\n\n<script>alert(1)</script>\n\n[a](javascript:alert%281%29) ![x](https://e.org/x.png)",
        "example": ATTACK,
    }


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Built:
    concept = {
        "subject": "models",
        "sources": ["paper"],
        **{lang: entry(lang, "evil") for lang in LANGUAGES},
    }
    other = {"subject": "models", "part_of": ["evil"], **{lang: entry(lang, "other") for lang in LANGUAGES}}
    source = {key: f"{key} {ATTACK}" for key in ("title", "authors", "year", "published", "identifier")}
    demo = {
        "terms": {"evil": "attack"},
        "title": texts("t"),
        "summary": texts("s"),
        "try": texts("y"),
        "alt": texts("a"),
        "presets": {"attack": {"state": {"tab": "x"}, "says": texts("p")}},
    }
    files = {
        "glossary/subjects.yml": {"models": texts("subject")},
        "glossary/sources.yml": {"paper": {**source, "url": "https://e.org/"}},
        "glossary/terms/gan.yml": None,
        "glossary/terms/generator.yml": None,
        "glossary/terms/evil.yml": concept,
        "glossary/terms/other.yml": other,
        "demos/apps/toy/demo.yml": demo,
        "demos/apps/toy/app.py": "",
        "demos/apps/toy/still.webp": "",
    }
    built = make(tmp_path_factory.mktemp("attacked"), files)
    assert not built.error, built.error
    return built


PAGES = [f"glossary{page}" for page in ("", "/evil", "/other", "/subjects", "/languages", "/map")]


@pytest.mark.parametrize("prefix", ["", "en/", "zh/"])
@pytest.mark.parametrize("page", PAGES)
def test_page_runs_nothing(attacked: Built, prefix: str, page: str) -> None:
    document = parse(attacked.read(f"{prefix}{page}/index.html"))
    assert is_harmless(document)
    assert not document.faults


def is_harmless(document: Document) -> bool:
    for element in document.elements:
        assert not [name for name in element.attributes if name.startswith("on")], element
        for name in ("href", "src", "action"):
            assert not element.attributes.get(name, "").lower().startswith(("javascript:", "data:")), element
        assert element.attributes.get("src") != "x"
        if element.tag == "script" and element.attributes.get("type") != "application/ld+json":
            assert "alert(1)" not in element.text
    return True


def test_linked_data_says_what_the_yaml_says(attacked: Built) -> None:
    document = parse(attacked.read("en/glossary/evil/index.html"))
    [script] = [e for e in document.all("script") if e.attributes.get("type") == "application/ld+json"]
    data = json.loads(script.text)
    assert data["name"] == f"evil-en {ATTACK}"
    as_text = ATTACK.replace("`", "").replace("&lt;b&gt;", "<b>")  # which Markdown means by it
    assert data["description"] == f"definition {as_text}"


def test_reader_sees_the_text_as_it_was_written(attacked: Built) -> None:
    document = parse(attacked.read("en/glossary/evil/index.html"))
    [headline] = document.all("h1")
    assert headline.text.removesuffix("¶") == f"evil-en {ATTACK}"
    assert document.all("title")[0].text.startswith(f"evil-en {ATTACK}")


@pytest.mark.browser
@pytest.mark.parametrize("prefix", ["", "en/", "zh/"])
def test_search_results_are_harmless(attacked: Built, page: Page, prefix: str) -> None:
    """The search box puts titles and texts into the page as HTML."""
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    with serve(attacked.folder) as url:
        page.goto(f"{url}/{prefix}?q=evil")
        hit = page.locator(".md-search-result__item").first
        expect(hit).to_contain_text(ATTACK.split()[0])
        expect(hit.locator("script, img, svg")).to_have_count(0)


@pytest.mark.parametrize(
    "text",
    [
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert)",
        "[a](  javascript:alert)",
        "[a](java\tscript:alert)",
        "[a](javascript&#58;alert)",
        "[a](javascript&amp;#58;alert)",
        "[a](&#106;avascript&colon;alert)",
        "[a](data:text/html,x)",
        "[a](vbscript:x)",
        "[a](//e.org/x)",
        "[a][b]\n\n[b]: javascript:alert",
        "<javascript:alert>",
        "![a](https://e.org/x.png)",
        "![a](//e.org/x.png)",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "a <b onclick=x>c</b>",
        "<div markdown=1>\n\n*x*\n\n</div>",
        "<!-- x -->",
        "<?php x ?>",
        "`<b>`",
        "    <script>x</script>",
        "```\n<script>x</script>\n```",
    ],
)
def test_markdown_of_strangers_is_harmless(text: str) -> None:
    document = parse(SafeMarkdown().render(text))
    assert is_harmless(document)
    assert not document.all("script", "svg", "div", "b")
    assert not [e for e in document.all("a") if e.attributes.get("href", "").startswith("//")]
    assert not [e for e in document.all("img") if "e.org" in e.attributes.get("src", "")]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("[a](https://e.org/x?a=b&c=d#e)", "https://e.org/x?a=b&c=d#e"),
        ("<https://e.org/>", "https://e.org/"),
        ("[a](mailto:a@e.org)", "mailto:a@e.org"),
        ("[a](#b)", "#b"),
        ("[a](help/gan.md#b)", "../help/gan/#b"),
    ],
)
def test_honest_links_are_kept(text: str, address: str) -> None:
    html = SafeMarkdown().render(text, resolve={"help/gan.md": "../help/gan/"}.get)
    assert [e.attributes["href"] for e in parse(html).all("a")] == [address]


def test_links_to_no_page_are_reported() -> None:
    markdown = SafeMarkdown()
    assert isinstance(markdown.render("[a](help/nothing.md)"), Markup)
    assert markdown.broken == ["help/nothing.md"]


def test_mail_address_between_angle_brackets_is_a_link() -> None:
    [link] = parse(SafeMarkdown().render("<a@e.org>")).all("a")
    assert link.attributes["href"] == "mailto:a@e.org"
