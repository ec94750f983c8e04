"""Sites that were there before the glossary, with other themes, structures, addresses and links."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from glossary.__main__ import main
from tests.site.html import parse
from tests.site.tiny import FILES, Built, make

NOTHING: Mapping[str, Any] = MappingProxyType({})
IN_FOLDERS = {
    **{f"docs/index.{lang}.md": None for lang in ("nb", "en", "zh")},
    **{f"docs/{lang}/index.md": FILES[f"docs/index.{lang}.md"] for lang in ("nb", "en", "zh")},
    "docs/nb/help/page.md": "# Hjelp\n\nEn generator, [et nett](../glossary/gan/index.md).",
}
ONE_LANGUAGE = {
    **{f"docs/index.{lang}.md": None for lang in ("nb", "en", "zh")},
    "docs/index.md": "# Home\n\nA generator, [a net](glossary/gan/index.md).",
    "docs/help/page.md": "# Help\n\nGenerators, and [[gan|a net]].",
}
ALONE = {"i18n": None}
SITES: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "folders": (IN_FOLDERS, {"plugins": {"i18n": {"docs_structure": "folder"}}}),
    "folders-files-below": (
        IN_FOLDERS,
        {
            "plugins": {"i18n": {"docs_structure": "folder"}},
            "use_directory_urls": False,
            "site_url": "https://example.org/a/b/",
        },
    ),
    **{
        f"{theme}-{'folders' if directories else 'files'}": (
            ONE_LANGUAGE,
            {
                "theme": {"name": theme, "language": None, "font": None, "locale": "en"},
                "plugins": ALONE,
                "use_directory_urls": directories,
                "site_url": "https://example.org/a/b/",
            },
        )
        for theme in ("mkdocs", "readthedocs")
        for directories in (True, False)
    },
    "files": (ONE_LANGUAGE, {"theme": {"language": "en"}, "plugins": ALONE, "use_directory_urls": False}),
    "other-folder": (NOTHING, {"plugins": {"ordlab": {"folder": "ord/liste"}}}),
}


def broken_links(site: Path, below: str = "") -> list[tuple[str, str]]:
    """Links of pages that lead to no file or to no place in it; 404 pages are served at any depth."""
    read = {path: parse(path.read_text("utf-8")) for path in site.rglob("*.html")}
    broken = []
    for path, page in read.items():
        links = [e.attributes.get(key, "") for e in page.elements for key in ("href", "src")]
        for link in filter(None, links if path.name != "404.html" else []):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            inside = parts.path.removeprefix(below) if below and parts.path.startswith(below) else ""
            target = site / inside if inside else path.parent / unquote(parts.path)
            target = Path(posixpath.normpath(target)) if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file() or (parts.fragment and unquote(parts.fragment) not in read[target].ids):
                broken.append((str(path.relative_to(site)), link))
    return broken


@pytest.mark.parametrize("name", SITES)
def test_all_pages_are_there_and_all_links_lead_somewhere(name: str, tmp_path: Path) -> None:
    files, config = SITES[name]
    built = make(tmp_path, files, config)
    assert (built.error, built.warnings) == ("", [])
    folder = built.folder / config.get("plugins", {}).get("ordlab", {}).get("folder", "glossary")
    assert len(list(folder.rglob("*.html"))) == 9
    assert broken_links(built.folder) == []


def test_a_glossary_of_the_site_s_own_stays_where_it_is(tmp_path: Path) -> None:
    own = {"docs/glossary/index.nb.md": "# Ordforklaringer\n\nEn [[generator]]."}
    error = make(tmp_path / "before", own).error
    assert "docs/glossary/index.nb.md: error S008" in error
    assert "`folder: terms`" in error
    built = make(
        tmp_path / "after",
        own,
        {"plugins": {"ordlab": {"folder": "terms"}, "i18n": {"fallback_to_default": True}}},
    )
    assert (built.error, built.warnings) == ("", [])
    assert "Ordforklaringer" in built.read("glossary/index.html")
    assert 'data-term="generator" href="../terms/generator/"' in built.read("glossary/index.html")
    assert "Ordforklaringer" in built.read("en/glossary/index.html")
    assert (built.folder / "en/terms/gan/index.html").is_file()
    refused = make(tmp_path / "refused", {}, {"plugins": {"ordlab": {"folder": "../terms"}}})
    assert "“../terms” cannot be the glossary's folder" in refused.error


OTHERS_LINKS = """# Forside

## Tittel[[my-anchor]]

[[My other page]], [[image.png]], [[Page|its name]] and [[nothing-like-it]].

| a | b |
|---|---|
| [[generator\\|den *første*]] | [[gan]] |
"""


def in_docs(home: str) -> Built | Mapping[str, Any]:
    """The tiny project with its termbase among its pages, in a folder named as one of concepts."""
    moved = {path.replace("glossary/", "docs/terms/", 1): text for path, text in FILES.items()}
    return {**dict.fromkeys(FILES), **moved, "docs/index.nb.md": home}


def test_a_termbase_in_the_docs_and_links_of_other_tools(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {"plugins": {"ordlab": {"termbase": "docs/terms"}}}
    built = make(tmp_path, in_docs(OTHERS_LINKS), settings)
    assert (built.error, built.warnings) == ("", [])
    home = built.read("index.html")
    for kept in (
        "[[my-anchor]]",
        "[[My other page]]",
        "[[image.png]]",
        "[[Page|its name]]",
        "[[nothing-like-it]]",
    ):
        assert kept in home
    assert 'data-term="generator" href="glossary/generator/">den <em>første</em></a>' in home
    assert not list(built.folder.rglob("*.yml")), "data are no part of the site"
    assert not (built.folder / "terms").exists()
    assert main(["check", str(tmp_path / "docs/terms")]) == 0, capsys.readouterr().out


def test_links_that_may_be_meant_for_us_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "# F\n\n[[generatro]]\n\n| a | b |\n|---|---|\n| x | [[generator|it]] |\n"
    settings = {"plugins": {"ordlab": {"termbase": "docs/terms"}}}
    built = make(tmp_path, in_docs(text), settings)
    line = "docs/index.nb.md:{}"
    assert f"{line.format(7)}: error T120 [nb]: the sign | in “[[generator|” ends the cell" in built.error
    assert "write [[generator\\|…]] in a table" in built.error
    assert main(["check", str(tmp_path / "docs/terms")]) == 1
    assert "docs/index.nb.md:3: warning T120" in capsys.readouterr().out, "the project is found"
    built = make(tmp_path, in_docs("# F\n\n[[generatro]]"), settings)
    assert built.error.count("\n") == 0
    assert [warning for warning in built.warnings if "index.nb.md:3: warning T120" in warning]
