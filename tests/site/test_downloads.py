"""The page of downloads: every file is there, is what it says it is, and is made once."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from glossary import downloads
from glossary.exchange import FORMATS, plain
from glossary.load import load
from tests.site.tiny import Built, build_strictly, make, write

PAGE = "glossary/downloads/index.html"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return make(tmp_path_factory.mktemp("tiny"), config={"site_url": "https://example.org/lab/"})


def data_in(html: str) -> list[dict]:
    return [
        json.loads(text) for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    ]


@pytest.mark.parametrize("home", ["", "en/", "zh/"])
def test_every_file_is_linked_with_its_size(built: Built, home: str) -> None:
    html = built.read(home + PAGE)
    linked = re.findall(r'<a href="([^"]+)" download>.*?</a></dt>\n<dd class="[^"]+">([^<]+)</dd>', html)
    files = {href.rpartition("/")[2]: size for href, size in linked}
    assert {path.name for path in (built.folder / "downloads").iterdir()} == files.keys()
    for href, _ in linked:
        assert (built.folder / home / PAGE).parent.joinpath(href).resolve().is_file()
    for name, size in files.items():
        assert size == downloads.size((built.folder / "downloads" / name).stat().st_size, "en")
    assert len([name for name in files if name.endswith(".apkg")]) == 6


@pytest.mark.parametrize("name", FORMATS)
def test_each_file_is_the_termbase(built: Built, name: str) -> None:
    path = built.folder / "downloads" / f"glossary.{FORMATS[name].suffix}"
    incoming = FORMATS[name].read(path.read_bytes(), path)
    assert incoming.problems == []
    termbase = plain.of_termbase(load(built.folder.parent / "glossary"))
    assert plain.tidy(incoming.data)["sources"] == termbase["sources"]
    assert incoming.part("concepts").keys() == termbase["concepts"].keys()


def test_concepts_in_rdf_have_the_addresses_of_their_pages(built: Built) -> None:
    text = built.read("downloads/glossary.ttl")
    assert "@base <https://example.org/lab/glossary/> ." in text
    assert "<gan/> a skos:Concept" in text
    assert (built.folder / "glossary" / "gan" / "index.html").is_file()


def test_a_second_build_makes_nothing_anew(tmp_path: Path) -> None:
    config = write(tmp_path)
    first = build_strictly(config, tmp_path / "site")
    (cache,) = (tmp_path / ".cache" / "ordlab").iterdir()
    made = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in cache.iterdir()}
    second = build_strictly(config, tmp_path / "again")
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in cache.iterdir()} == made
    for name in made:
        assert (first.folder / "downloads" / name).read_bytes() == (
            second.folder / "downloads" / name
        ).read_bytes()


def test_a_change_makes_them_anew(tmp_path: Path) -> None:
    config = write(tmp_path)
    build_strictly(config, tmp_path / "site")
    path = tmp_path / "glossary" / "terms" / "generator.yml"
    path.write_text(path.read_text("utf-8").replace("net that makes", "thing that makes"), "utf-8")
    again = build_strictly(config, tmp_path / "site")
    assert "thing that makes examples" in again.read("downloads/glossary.json")


def test_a_large_termbase_has_them_made_beside_the_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "_FEW_CONCEPTS", 0)
    built = make(tmp_path)
    assert (built.error, built.warnings) == ("", [])
    assert "data-ordlab-size" not in built.read(PAGE)
    assert len(list((built.folder / "downloads").iterdir())) == 11


@pytest.mark.parametrize("alone", [0, 300])
def test_files_that_could_not_be_made_end_the_build(
    alone: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "_FEW_CONCEPTS", alone)
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "ordlab").write_text("in the way")
    built = make(tmp_path)
    assert "the downloads could not be made" in built.error


def test_a_site_may_do_without(tmp_path: Path) -> None:
    built = make(tmp_path, config={"plugins": {"ordlab": {"downloads": False}}})
    assert not (built.folder / "downloads").exists()
    assert not (built.folder / PAGE).exists()
    assert "downloads" not in built.read("glossary/index.html")
    assert not (tmp_path / ".cache").exists()


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (1, "1\u00a0kB"),
        (1499, "1\u00a0kB"),
        (999_499, "999\u00a0kB"),
        (999_500, "1,0\u00a0MB"),
        (12_340_000, "12,3\u00a0MB"),
    ],
)
def test_sizes_are_said_as_people_say_them(count: int, shown: str) -> None:
    assert downloads.size(count, "nb") == shown


# What search engines read


TERMS = {
    "@type": "DefinedTermSet",
    "name": "Tiny – Glossary",
    "inLanguage": "en",
    "url": "https://example.org/lab/en/glossary/",
}


def test_a_term_page_says_what_the_term_is(built: Built) -> None:
    (data,) = data_in(built.read("en/glossary/gan/index.html"))
    assert data == {
        "@context": "https://schema.org",
        "@type": "DefinedTerm",
        "termCode": "gan",
        "name": "generative network",
        "description": "model in which two nets compete",
        "inLanguage": "en",
        "url": "https://example.org/lab/en/glossary/gan/",
        "inDefinedTermSet": TERMS,
    }
    (norwegian,) = data_in(built.read("glossary/gan/index.html"))
    assert norwegian["alternateName"] == ["GAN"]


def test_the_index_says_what_the_glossary_is(built: Built) -> None:
    (data,) = data_in(built.read("en/glossary/index.html"))
    assert data == {"@context": "https://schema.org", **TERMS}
    (chinese,) = data_in(built.read("zh/glossary/index.html"))
    assert (chinese["name"], chinese["inLanguage"]) == ("Tiny – 术语表", "zh-Hans")
    assert chinese["url"] == "https://example.org/lab/zh/glossary/"


def test_without_a_published_address_links_are_relative(tmp_path: Path) -> None:
    (data,) = data_in(make(tmp_path).read("en/glossary/gan/index.html"))
    assert (data["url"], data["inDefinedTermSet"]["url"]) == ("./", "../")
