"""`mkdocs serve` after an edit: the page that is asked for shows it, and nothing else is built."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bench.edit import read, serving
from tests.site.tiny import build_strictly, write

Ask = Callable[..., str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Ask]]:
    """A served project, and how to ask for a page until it says something (or no longer does)."""
    root = tmp_path_factory.mktemp("served")
    with serving(write(root)) as (url, _):

        def ask(path: str, says: str, gone: str = "\0") -> str:
            for _ in range(600):
                page = read(f"{url}/{path}")
                if says in page and gone not in page:
                    return page
                time.sleep(0.05)
            raise AssertionError(f"{path} never said {says!r}")

        yield root, ask


@pytest.fixture
def project(served: tuple[Path, Ask]) -> Iterator[tuple[Path, Ask]]:
    """The served project, put back afterwards as it was."""
    root, ask = served
    before = sources(root)
    yield served
    after = sources(root)
    for path in after.keys() - before.keys():
        path.unlink()
    for path, text in before.items():
        if after[path] != text:
            path.write_text(text, "utf-8")
    ask("en/", "Here is everything.")
    ask("glossary/", "nettet som lager eksempler", gone="dekoder")


def sources(root: Path) -> dict[Path, str]:
    folders = (root / "docs", root / "glossary")
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {path: path.read_text("utf-8") for path in paths}


def edit(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text("utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new), "utf-8")


def test_the_changed_page_in_every_language(project: tuple[Path, Ask]) -> None:
    root, ask = project
    edit(root, "glossary/terms/generator.yml", "net that makes examples", "net that draws samples")
    edit(root, "glossary/terms/generator.yml", "生成样本的网络", "画出样本的网络")
    assert "net that makes examples" not in ask("en/glossary/generator/", "net that draws samples")
    ask("zh/glossary/generator/", "画出样本的网络")
    assert ask("glossary/generator/", "nettet som lager eksempler").count("<h1") == 1


def test_pages_that_speak_of_the_concept(project: tuple[Path, Ask]) -> None:
    """The index lists the definition; the page of the GAN has a card with it, and is the only one once."""
    root, ask = project
    edit(root, "glossary/terms/generator.yml", "nettet som lager eksempler", "nettet som tegner")
    ask("glossary/", "nettet som tegner", gone="nettet som lager eksempler")
    page = ask("glossary/gan/", "nettet som tegner")
    assert len(re.findall('class="ol-card" [^>]*data-term="generator"', page)) == 1


def test_a_new_form_links_elsewhere(project: tuple[Path, Ask]) -> None:
    root, ask = project
    (root / "docs" / "index.en.md").write_text("# Home\n\nA drawing machine.", "utf-8")
    ask("en/", "A drawing machine")  # a page by hand changed: everything was built
    edit(root, "glossary/terms/generator.yml", "terms: [generator]", "terms: [generator, drawing machine]")
    page = ask("en/", 'data-term="generator"')
    assert ">drawing machine</a>" in page
    uses = ask("en/glossary/generator/", "drawing machine").partition('id="uses"')[2]
    assert "network" in uses


def test_a_new_name_on_pages_that_have_not_been_asked_for(project: tuple[Path, Ask]) -> None:
    """Where a concept is used, its page is named by the data, and not by what that page still says."""
    root, ask = project
    edit(root, "glossary/terms/gan.yml", "term: generativt nettverk", "term: kappende nettverk")
    page = ask("glossary/generator/", "kappende nettverk")
    for place in ('id="uses"', "ol-chiprow--terms"):
        assert "kappende nettverk" in page.partition(place)[2], place
    assert "generativt nettverk" not in page


def test_the_search_finds_what_the_pages_say(project: tuple[Path, Ask], tmp_path: Path) -> None:
    """Its files are those of a full build, also where other pages have got or lost a heading."""
    root, ask = project
    edit(root, "glossary/terms/gan.yml", "explanation: En generator lager", "explanation: Noe lager")
    edit(root, "glossary/terms/generator.yml", "part_of: [gan]", "part_of: []")
    says = {"": "nettet som maler", "en/": "sketches", "zh/": "图画"}
    for old, new in (
        ("nettet som lager eksempler", says[""]),
        ("examples", says["en/"]),
        ("样本", says["zh/"]),
    ):
        edit(root, "glossary/terms/generator.yml", old, new)
    for home, words in says.items():
        ask(f"{home}search/text-0.json", words)
    fresh = build_strictly(root / "mkdocs.yml", tmp_path / "fresh")
    assert not fresh.error
    for home in says:
        made = {path.name for path in (fresh.folder / home / "search").glob("*.json")}
        assert {"names.json", "pieces.json", "text-0.json", "words-0.json"} <= made
        for name in made:
            path = f"{home}search/{name}"
            assert json.loads(ask(path, "")) == json.loads(fresh.read(path)), path


def test_downloads_hold_what_the_pages_say(project: tuple[Path, Ask]) -> None:
    root, ask = project
    edit(root, "glossary/terms/generator.yml", "net that makes examples", "net that paints")
    assert "net that makes" not in ask("downloads/glossary.csv", "net that paints")
    assert "kB" in ask("en/glossary/downloads/", "glossary.csv")
    (root / "docs" / "index.en.md").write_text("# Home\n\nEverything anew.", "utf-8")
    ask("en/", "Everything anew")
    ask("downloads/glossary.json", "net that paints")


def test_a_broken_edit_leaves_pages_as_they_were(project: tuple[Path, Ask]) -> None:
    root, ask = project
    edit(root, "glossary/terms/gan.yml", "subject: models", "subject: modles")
    time.sleep(1)
    ask("glossary/gan/", "modell der to nett konkurrerer")
    edit(root, "glossary/terms/gan.yml", "subject: modles", "subject: models")
    edit(root, "glossary/terms/gan.yml", "to nett konkurrerer", "to nett kappes")
    ask("glossary/gan/", "to nett kappes")


def test_a_figure_that_a_concept_begins_to_name(project: tuple[Path, Ask]) -> None:
    """A name that no figure has leaves pages as they were, until it is corrected."""
    root, ask = project
    (root / "docs" / "figures").mkdir(exist_ok=True)
    caption = "{nb: To nett., en: Two nets., zh: 两个网络。}"
    figure = f"caption: {caption}\nalt: {caption}\nheight: 6\ndraw: [{{box: [1, 1, 8, 4]}}]\n"
    (root / "docs" / "figures" / "two-nets.yml").write_text(figure, "utf-8")
    (root / "docs" / "index.en.md").write_text("# Home\n\nWith a figure.", "utf-8")
    ask("en/", "With a figure")  # a page by hand changed: everything was built
    edit(root, "glossary/terms/gan.yml", "subject: models", "subject: models\n        figure: two-nts")
    edit(root, "glossary/terms/gan.yml", "to nett konkurrerer", "to nett kappes")
    time.sleep(1)
    for page in ("glossary/gan/", "glossary/"):
        ask(page, "to nett konkurrerer", gone="to nett kappes")
    edit(root, "glossary/terms/gan.yml", "figure: two-nts", "figure: two-nets")
    assert "to nett kappes" in ask("glossary/gan/", "<figcaption>To nett.</figcaption>")


def test_a_new_concept_brings_everything_up_to_date(project: tuple[Path, Ask]) -> None:
    root, ask = project
    text = (root / "glossary/terms/generator.yml").read_text("utf-8")
    for old, new in (("generator", "dekoder"), ("[dekoder]", "[decoder]"), ("生成器", "解码器")):
        text = text.replace(old, new)
    text = text.replace("part_of: [gan]", "").replace("shēngchéngqì", "jiěmǎqì")
    (root / "glossary/terms/decoder.yml").write_text(text, "utf-8")
    ask("zh/glossary/decoder/", "解码器")
