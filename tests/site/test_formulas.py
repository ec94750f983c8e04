"""Formulas on pages: faults stop the build where they are; a browser draws them and copies their LaTeX."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from glossary.check import check
from glossary.load import load
from tests.site import tiny
from tests.site.static import serve

TERM = r"""
subject: models
nb: {terms: [{term: odds, gender: m}], definition: et forhold}
en:
  terms: [odds]
  definition: ratio
  explanation: |
    First a line.

    Then $\fracc{p}{1-p}$ follows.
zh: {terms: [{term: 几率, pinyin: jīlǜ}], definition: 比值}
"""


@pytest.mark.parametrize(
    ("file", "text", "line", "lang", "key"),
    [
        ("glossary/terms/odds.yml", TERM.lstrip(), 9, "en", "explanation"),
        ("docs/odds.nb.md", "---\ntitle: Odds\n---\n\n# Odds\n\n$$\\fracc{a}{b}$$\n", 7, "nb", ""),
    ],
)
def test_bad_latex_stops_the_build_where_it_is(
    tmp_path: Path, file: str, text: str, line: int, lang: str, key: str
) -> None:
    built = tiny.make(tmp_path, {file: text})
    scope = f"{lang} {key}" if key else lang
    assert re.search(rf"{re.escape(file)}:{line}: error T122 \[{scope}\]", built.error), built.error
    assert "did you mean “\\frac”?" in built.error
    found = [
        (p.line, p.lang, p.key) for p in check(load(tmp_path / "glossary"), tmp_path) if p.code == "T122"
    ]
    assert found == [(line, lang, key)]


def test_the_search_finds_text_and_not_markup(tmp_path: Path) -> None:
    text = TERM.lstrip().replace("fracc", "frac")
    built = tiny.make(tmp_path, {"glossary/terms/odds.yml": text})
    assert not built.error, built.error
    files = [path for path in (built.folder / "en" / "search").rglob("*") if path.is_file()]
    index = "".join(path.read_text("utf-8") for path in files)
    assert "Then p / (1 − p) follows." in index
    assert "frac{" not in index


@pytest.mark.browser
def test_formulas_on_a_line_of_their_own_are_folded_but_not_on_paper(
    site: Path, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context().new_page()
    with serve(site) as url:
        page.goto(f"{url}/zh/glossary/attention/")
        formula, label = page.locator("math[display=block]"), page.locator("details > summary")
        assert (label.inner_text(), formula.is_visible()) == ("公式", False)
        label.press("Enter")
        formula.wait_for()
        label.press("Enter")
        formula.wait_for(state="hidden")
        page.emulate_media(media="print")
        formula.wait_for()


@pytest.mark.browser
def test_a_browser_draws_formulas_and_copies_latex(
    site: Path, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(viewport={"width": 390, "height": 900}).new_page()
    with serve(site) as url:
        page.goto(f"{url}/en/glossary/bayes-theorem/")
        fraction = page.locator("math mfrac").first
        above, below = (fraction.locator("> *").nth(n).bounding_box() for n in (0, 1))
        assert above
        assert below
        assert above["y"] + above["height"] <= below["y"] + 1, "one above the other"
        copied = page.evaluate(
            """() => {
              const math = document.querySelector("math mfrac").closest("math");
              getSelection().selectAllChildren(math.closest("p"));
              const event = new ClipboardEvent("copy", {clipboardData: new DataTransfer(), bubbles: true});
              document.dispatchEvent(event);
              return event.clipboardData.getData("text/plain");
            }"""
        )
        assert r": $p(h \mid x) = \frac{p(x \mid h) \cdot p(h)}{p(x)}$. Here $p(h)$ is the prior" in copied
        for path in ("en/glossary/attention/", "zh/glossary/frechet-inception-distance/", "help/gans/"):
            page.goto(f"{url}/{path}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
