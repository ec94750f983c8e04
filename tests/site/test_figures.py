"""Figures and maps as a browser lays them out: in every language and face, no text leaves its box."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from glossary import cards
from glossary.cards import Numbers
from glossary.embeds import fill
from glossary.figures import read
from glossary.load import load
from tests.faces import in_each_face
from tests.ordlab import TERMBASE
from tests.serving import ROOT
from tests.site.static import serve

pytestmark = pytest.mark.browser

MAP = re.compile(r'<svg class="ol-map__svg".*?</svg>', re.DOTALL)
FIGURE = re.compile(r'<figure class="figure" data-figure="(?P<id>[^"]+)".*?</figure>', re.DOTALL)
PREFIX = {"nb": "", "en": "en/", "zh": "zh/"}
FIGURES, _ = read(ROOT / "docs" / "figures", tuple(PREFIX), Numbers(cards.read(ROOT / "demos")))


def asked_for(markdown: str) -> list[str]:
    """The figures that a page asks for."""
    asked: list[str] = []

    def note(name: str, _: str) -> str:
        asked.append(name)
        return ""

    fill(markdown, "figure", dict.fromkeys(FIGURES), note, lambda *fault: None)
    return asked


ON_HELP = {
    f"help/{path.name.removesuffix('.en.md')}": figures
    for path in sorted((ROOT / "docs" / "help").glob("*.en.md"))
    if (figures := asked_for(path.read_text("utf-8")))
}
ON_TERMS = {
    concept.figure: f"glossary/{id}" for id, concept in load(TERMBASE).concepts.items() if concept.figure
}
# Every figure once: on a help page, or else on the page of a term.
PAGES = sorted({*ON_HELP, *(ON_TERMS[id] for id in FIGURES if not any(id in x for x in ON_HELP.values()))})

MISPLACED = """figure => {
  const svg = figure.querySelector('svg'), {width, height} = svg.viewBox.baseVal, bad = [];
  const within = (start, length, from, all) => start >= from && start + length <= from + all;
  const inside = (a, b) => within(a.x, a.width, b.x, b.width) && within(a.y, a.height, b.y, b.height);
  const drawing = {x: 1, y: 0, width: width - 2, height};
  const texts = [...svg.querySelectorAll('text')].map(text => ({text, box: text.getBBox()}));
  for (const {text, box} of texts) {
    if (!inside(box, drawing)) bad.push(text.textContent + ' leaves the drawing');
    let shape = text;  // a label, and the note below it, follow their shape
    while (shape.matches('text')) shape = shape.previousElementSibling;
    const label = text.matches('.figure__label');
    if (label && !inside(box, shape.getBBox())) bad.push(text.textContent + ' leaves its box');
    for (const other of texts) {
      const o = other.box;
      if (other.text === text || o.y > box.y) continue;
      const across = Math.min(box.x + box.width, o.x + o.width) - Math.max(box.x, o.x);
      const down = Math.min(box.y + box.height, o.y + o.height) - Math.max(box.y, o.y);
      if (across > 0 && down > 2) bad.push(text.textContent + ' lies on ' + other.text.textContent);
    }
  }
  return bad;
}"""


SIZES = "texts => texts.map(text => text.getAttribute('font-size') * text.getScreenCTM().a)"

OUTSIDE = """() => [...document.querySelectorAll('.ol-map__svg g, .ol-map__node')]
  .filter(node => node.querySelector(':scope > rect')).flatMap(node => {
    const box = node.querySelector('rect').getBBox(), text = node.querySelector('text').getBBox();
    const fits = text.x >= box.x + 3 && text.x + text.width <= box.x + box.width - 3
      && text.y >= box.y && text.y + text.height <= box.y + box.height;
    return fits ? [] : [node.textContent + ' leaves its box'];
  })"""


@pytest.fixture(scope="module")
def url(site: Path) -> Iterator[str]:
    with serve(site) as url:
        yield url


@pytest.mark.parametrize("lang", PREFIX)
def test_figures_can_be_read_and_heard(page: Page, url: str, site: Path, lang: str) -> None:
    """All on one page, as each stands on its own: opening a page takes longer than looking at its figures."""
    page.goto(f"{url}/{PREFIX[lang]}{PAGES[0]}/")
    pages = [(site / PREFIX[lang] / name / "index.html").read_text("utf-8") for name in PAGES]
    figures = {found["id"]: found[0] for text in pages for found in FIGURE.finditer(text)}
    assert figures.keys() == FIGURES.keys()
    page.locator("article").evaluate("(article, html) => article.innerHTML = html", "".join(figures.values()))
    shown = page.locator("figure.figure").all()
    for figure in shown:
        assert_described(figure, lang)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert min(page.locator("figure.figure svg text").evaluate_all(SIZES)) >= 11, "pixels on a phone"
    page.set_viewport_size({"width": 1280, "height": 900})
    for face in in_each_face(page, ".figure svg tspan"):  # last, since it replaces the page's own face
        misplaced = {figure.get_attribute("data-figure"): figure.evaluate(MISPLACED) for figure in shown}
        assert not {id: texts for id, texts in misplaced.items() if texts}, face


def assert_described(figure: Locator, lang: str) -> None:
    """Who does not see a figure is told what it shows."""
    texts = FIGURES[figure.get_attribute("data-figure") or ""]
    drawing = figure.get_by_role("img")
    expect(drawing).to_have_accessible_name(texts.caption[lang])
    expect(drawing).to_have_accessible_description(texts.alt[lang])


@pytest.mark.parametrize("lang", PREFIX)
def test_no_name_leaves_its_box_on_any_map(page: Page, url: str, site: Path, lang: str) -> None:
    """On the map of the whole glossary, and on the map of each concept, which are put on the same page."""
    page.goto(f"{url}/{PREFIX[lang]}glossary/map/")
    files = sorted((site / PREFIX[lang] / "glossary").glob("*/index.html"))
    maps = [found[0] for file in files if (found := MAP.search(file.read_text("utf-8")))]
    assert len(maps) > 50
    page.evaluate("maps => document.body.insertAdjacentHTML('beforeend', maps)", "".join(maps))
    for face in in_each_face(page, ":is(.ol-map__svg, .ol-map__node) tspan"):
        assert page.evaluate(OUTSIDE) == [], face


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(
    open_context: Callable[..., BrowserContext], url: str, scheme: str
) -> None:
    page = open_context(color_scheme=scheme).new_page()
    page.goto(f"{url}/en/help/gans/")
    color = page.locator("figure.figure svg text").first.evaluate("text => getComputedStyle(text).fill")
    behind = page.locator("figure.figure").first.evaluate("f => getComputedStyle(f).backgroundColor")
    assert abs(_brightness(color) - _brightness(behind)) > 150


def _brightness(color: str) -> float:
    red, green, blue = (float(part) for part in color.removeprefix("rgb(").rstrip(")").split(","))
    return 0.3 * red + 0.6 * green + 0.1 * blue
