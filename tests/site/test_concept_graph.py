"""The map of all concepts: its layout, and how it is read."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import BrowserContext, Page, expect

from glossary.concept_graph import BOX_WIDTH, MAX_CONCEPTS, lay_out, listed, relations
from glossary.load import load
from glossary.model import Concept, Subject, Termbase
from tests.serving import ROOT
from tests.site.axe import assert_clean
from tests.site.static import serve

PREFIX = {"nb": "", "en": "en/", "zh": "zh/"}
SUBJECTS = {id: Subject(id, {}) for id in ("a", "b", "c")}


def termbase(parents: list[tuple[int, str]]) -> Termbase:
    """Concepts c0, c1 …: each has the number of a concept before it (or −1), and the kind of relation."""
    concepts = {}
    for number, (parent, kind) in enumerate(parents):
        links = {kind: (f"c{parent}",)} if 0 <= parent < number else {}
        id = f"c{number}"
        concepts[id] = Concept(id, Path(), "abc"[number % 3], {}, **links)
    return Termbase(Path(), {}, SUBJECTS, {}, concepts)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(-1, 12), st.sampled_from(["broader", "part_of", "related"])),
        min_size=1,
        max_size=40,
    )
)
def test_boxes_keep_apart_inside_their_panels(parents: list[tuple[int, str]]) -> None:
    base = termbase(parents)
    map = lay_out(base, list(base.concepts.values()), str)
    assert sum(len(panel.boxes) for panel in map.panels) == len(base.concepts)
    assert len(map.edges) == len(relations(base, base.concepts))
    for panel in map.panels:
        for box in panel.boxes:
            assert box.x >= 0
            assert box.x + BOX_WIDTH <= map.width
            assert box.y >= panel.y
            assert box.y + box.height <= panel.y + panel.height
        for one, other in itertools.combinations(panel.boxes, 2):
            assert one.x != other.x or abs(one.y - other.y) >= one.height
    for above, below in itertools.pairwise(map.panels):
        assert above.y + above.height < below.y


def test_what_is_general_stands_left_of_what_is_special() -> None:
    base = load(ROOT / "glossary")
    map = lay_out(base, list(base.concepts.values()), str)
    boxes = {box.id: box for panel in map.panels for box in panel.boxes}
    within = [(one, other) for kind, one, other, _, inside in map.edges if inside and kind != "related"]
    assert within
    assert all(boxes[one].x < boxes[other].x for one, other in within)


def test_the_same_termbase_gives_the_same_map() -> None:
    base = load(ROOT / "glossary")
    assert lay_out(base, list(base.concepts.values()), str) == lay_out(
        base, list(base.concepts.values()), str
    )


def test_of_too_many_concepts_the_best_connected_are_shown() -> None:
    base = termbase([(0 if number < 50 else -1, "broader") for number in range(MAX_CONCEPTS + 30)])
    map = lay_out(base, list(base.concepts.values()), str)
    shown = {box.id for panel in map.panels for box in panel.boxes}
    assert map.left_out == 30
    assert {f"c{number}" for number in range(50)} <= shown


def test_the_list_says_what_the_map_shows() -> None:
    base = load(ROOT / "glossary")
    told = {
        (kind, *sorted((concept.id, id)))
        for concept in base.concepts.values()
        for kind, ids in listed(base, concept)
        for id in ids
    }
    assert told == {(kind, *sorted((one, other))) for kind, one, other in relations(base, base.concepts)}


@pytest.fixture(scope="module")
def url(site: Path) -> Iterator[str]:
    with serve(site) as url:
        yield url


@pytest.mark.browser
@pytest.mark.parametrize("lang", PREFIX)
def test_the_map_is_one_stop_of_the_tab_key_and_arrows_go_on(
    open_context: Callable[..., BrowserContext], url: str, lang: str
) -> None:
    page = open_context(viewport={"width": 390, "height": 844}).new_page()
    page.goto(f"{url}/{PREFIX[lang]}glossary/map/")
    nodes = page.locator(".ol-atlas__svg .ol-map__node")
    assert nodes.count() == len(load(ROOT / "glossary").concepts)
    expect(page.locator(".ol-atlas__svg .ol-map__node[tabindex='0']")).to_have_count(1)
    first = nodes.first
    assert (first.locator("text").evaluate("text => text.getBoundingClientRect().height") or 0) >= 12, (
        "readable"
    )
    first.focus()
    seen = {first.get_attribute("data-id")}
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
        focused = page.locator(".ol-map__node:focus")
        expect(focused).to_be_in_viewport()
        seen.add(focused.get_attribute("data-id"))
    assert len(seen) > 3
    expect(page.locator(".ol-atlas__svg.is-asked .ol-map__node.is-near").first).to_be_attached()
    expect(page.locator(".ol-map__node:focus")).to_have_attribute("tabindex", "0")
    page.locator("[data-ol-zoom='1']").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    target = page.locator(".ol-map__node:focus, .ol-map__node[tabindex='0']").first
    address = target.evaluate("node => new URL(node.getAttribute('href'), location).href")
    target.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(address)


@pytest.mark.browser
def test_the_map_and_its_list_are_clean_for_axe_in_both_color_schemes(page: Page, url: str) -> None:
    """In one language: only the words are others."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{url}/glossary/map/")
    page.locator("details.ol-atlas__list summary").click()
    assert_clean(page)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    assert_clean(page, only_colors=True)


@pytest.mark.browser
@pytest.mark.parametrize("lang", PREFIX)
def test_rows_and_columns_are_filtered_and_the_address_remembers(
    open_context: Callable[..., BrowserContext], url: str, lang: str
) -> None:
    page = open_context().new_page()
    page.goto(f"{url}/{PREFIX[lang]}glossary/languages/")
    rows = page.locator(".ol-sidebyside tbody tr:visible")
    everything = rows.count()
    assert everything == len(load(ROOT / "glossary").concepts)
    page.locator(".ol-filter input[type=search]").focus()
    page.keyboard.type("MODE")
    few = rows.count()
    assert 0 < few < everything
    expect(page.locator(".ol-filter output")).to_contain_text(str(few))
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.value") != "zh":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator(".ol-sidebyside [lang=zh-Hans]:visible")).to_have_count(0)
    assert "rows=MODE" in page.url
    expect(page.locator(".md-search-result__item")).to_have_count(0)
    page.reload()
    expect(rows).to_have_count(few)
    expect(page.locator(".ol-sidebyside [lang=zh-Hans]:visible")).to_have_count(0)
    boxes = page.locator(".ol-filter input[type=checkbox]")
    boxes.nth(0).uncheck() if boxes.nth(0).input_value() != "zh" else boxes.nth(1).uncheck()
    expect(page.locator(".ol-filter input[type=checkbox]:checked")).to_be_disabled()


@pytest.mark.browser
def test_without_scripts_the_whole_table_and_the_map_are_there(
    open_context: Callable[..., BrowserContext], url: str
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(f"{url}/glossary/languages/")
    expect(page.locator(".ol-filter")).to_be_hidden()
    expect(page.locator(".ol-sidebyside tbody tr")).to_have_count(len(load(ROOT / "glossary").concepts))
    page.goto(f"{url}/glossary/map/")
    expect(page.locator(".ol-atlas__tools")).to_be_hidden()
    expect(page.locator(".ol-map__node").first).to_be_visible()
