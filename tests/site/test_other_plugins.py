"""Beside other plugins, in any order: the pages are the same, whole, and others find them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest
import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, event_priority

from tests.site.tiny import Built, build_strictly, make, write

QUIZ = """
title: {nb: Begynn, en: Begin, zh: 开始}
questions:
  - question: {nb: Hva?, en: What?, zh: 什么？}
    answers:
      - {text: {nb: Det, en: That, zh: 那}, why: {nb: Fordi., en: Because., zh: 因为。}, right: true}
      - {text: {nb: Dette, en: This, zh: 这}, why: {nb: Nei., en: No., zh: 不。}}
"""
SIGNS = "net that writes {{ nothing }}, {% nothing %} and <note:nothing>"
FILES = {
    "docs/quizzes/start.yml": QUIZ,
    "docs/index.nb.md": "# Forside\n\nEn generator, {{ 'et ' + 'ord' }}.\n\n{{ quiz }}",
    "glossary/terms/writer.yml": {
        "subject": "models",
        "nb": {"terms": [{"term": "{{ skriver }}", "gender": "m"}], "definition": SIGNS},
        "en": {"terms": ["{% writer %}"], "definition": SIGNS},
        "zh": {"terms": [{"term": "写手", "pinyin": "xiěshǒu"}], "definition": SIGNS},
    },
}
OWN_GLOSSARY = {"docs/index.md": FILES["docs/index.nb.md"]} | {
    f"docs/index.{lang}.md": None for lang in ("nb", "en", "zh")
}


class Templates(BasePlugin):  # type: ignore[type-arg]
    """Takes every page for a template, as macros and table-reader do."""

    def on_page_markdown(self, markdown: str, **_: Any) -> str:
        values = {"quiz": '<div class="quiz" data-quiz="start"></div>'}
        return jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(markdown).render(values)


class Angles(BasePlugin):  # type: ignore[type-arg]
    """Reads signs between angle brackets, ahead of others, as ezglossary does."""

    @event_priority(5000)
    def on_page_content(self, html: str, **_: Any) -> str:
        return re.sub(r'<([^:<>"|/@&#][^:<>"|/@]*):([^:<>"|/@&#][^:<>"|/@]*)>', r"found \1 \2", html)

    def on_post_page(self, output: str, **_: Any) -> str:
        assert "found " not in output
        return output


class Keeper(BasePlugin):  # type: ignore[type-arg]
    """Keeps what it finds on pages, as print-site does."""

    kept: Mapping[str, str]

    def on_pre_build(self, **_: Any) -> None:
        self.kept = {}

    def on_page_content(self, html: str, *, page: Any, **_: Any) -> None:
        self.kept = {**self.kept, page.file.src_uri: html}

    def on_post_build(self, **_: Any) -> None:
        assert "data-ordlab-html" not in "".join(self.kept.values())
        assert 'data-term="generator"' in self.kept["glossary/gan/index.md"]


class Redirects(BasePlugin):  # type: ignore[type-arg]
    """Looks for pages early, as redirects does, and leads to them."""

    def on_files(self, files: Any, **_: Any) -> None:
        self.pages = {file.src_uri: file.url for file in files.documentation_pages()}

    def on_post_build(self, *, config: Any) -> None:
        Path(config.site_dir, "old.txt").write_text(self.pages["glossary/gan/index.md"], "utf-8")


class Minifier(BasePlugin):  # type: ignore[type-arg]
    """Writes HTML in fewer characters, as minify does."""

    def on_post_page(self, output: str, **_: Any) -> str:
        return re.sub(r'(<\w+ id)="([\w-]+)"', r"\1=\2", output)


class Excluder(BasePlugin):  # type: ignore[type-arg]
    """Takes pages out of the search once it is written, as exclude-search does."""

    def on_post_build(self, *, config: Any) -> None:
        path = Path(config.site_dir, "search", "search_index.json")
        index = json.loads(path.read_text("utf-8"))
        index["docs"] = [doc for doc in index["docs"] if "glossary/gan/" not in doc["location"]]
        path.write_text(json.dumps(index), "utf-8")


OTHERS = {"templates": Templates, "angles": Angles, "keeper": Keeper, "redirects": Redirects}
CHANGERS = {"minifier": Minifier, "excluder": Excluder}


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    option = dict(MkDocsConfig._schema)["plugins"]
    ours = {name: SimpleNamespace(load=lambda kind=kind: kind) for name, kind in (OTHERS | CHANGERS).items()}
    monkeypatch.setattr(option, "installed_plugins", {**option.installed_plugins, **ours})


def build_beside(folder: Path, others: Mapping[str, Any], *, first: bool, i18n: bool) -> Built:
    """The site with our plugin before all others, or after them."""
    config = write(folder, {**FILES, **({} if i18n else OWN_GLOSSARY)})
    settings = yaml.safe_load(config.read_text("utf-8"))
    rest = ["search", *(["i18n"] if i18n else []), *others]
    chosen = settings["plugins"]
    settings["plugins"] = [
        {name: chosen.get(name, {})} for name in (["ordlab", *rest] if first else [*rest, "ordlab"])
    ]
    config.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    return build_strictly(config, folder / "site")


def pages(built: Built) -> dict[str, str]:
    folder = built.folder
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.html")}


@pytest.mark.parametrize("i18n", [True, False], ids=["languages", "one-language"])
def test_pages_are_the_same(i18n: bool, tmp_path: Path) -> None:
    built = [
        build_beside(tmp_path / name, OTHERS, first=first, i18n=i18n)
        for name, first in (("first", True), ("last", False))
    ]
    alone = build_beside(tmp_path / "alone", {"templates": None}, first=True, i18n=i18n)
    for beside in built:
        assert (beside.error, beside.warnings) == ("", [])
        assert pages(beside) == pages(alone)
        assert beside.read("old.txt") == "glossary/gan/", "the page of the language at the root"
    home = alone.read("index.html")
    assert "et ord" in home
    assert "Hva?" in home, "a quiz that another plugin asks for"
    assert "{{ nothing }}, {% nothing %} and &lt;note:nothing&gt;" in alone.read("glossary/writer/index.html")


def test_a_minifier_ahead_of_ours_does_not_hide_what_we_change(tmp_path: Path) -> None:
    built = build_beside(tmp_path, {"templates": None, "minifier": {}}, first=False, i18n=True)
    assert (built.error, built.warnings) == ("", [])
    home = built.read("en/index.html")
    assert "<script id=__config " in home
    assert '"base":"./"' in home, "the search of the page's own language"


def test_pages_that_another_plugin_takes_out_of_the_search_are_not_found(tmp_path: Path) -> None:
    built = build_beside(tmp_path, {"templates": None, "excluder": {}}, first=True, i18n=False)
    found = [location for location, *_ in json.loads(built.read("search/names.json"))]
    assert "glossary/generator/" in found
    assert "glossary/gan/" not in found


def test_plugins_of_material(tmp_path: Path) -> None:
    """Beginnings of posts are shown on other pages, too: links in them lead from there."""
    post = "---\ndate: 2026-01-01\ntags: [a]\n---\n# Post\n\nEn generator, [[gan|nett]]."
    files = {
        **{f"docs/index.{lang}.md": None for lang in ("nb", "en", "zh")},
        "docs/index.md": "# Forside\n\nEn generator.",
        "docs/blog/index.md": "# Blogg",
        "docs/blog/posts/post.md": post,
        "docs/tags.md": "# Merker\n\n<!-- material/tags -->",
    }
    plugins = {"i18n": None, "material/tags": {}, "material/blog": {}, "material/privacy": {"enabled": False}}
    built = make(tmp_path, files, {"plugins": plugins})
    assert (built.error, built.warnings) == ("", [])
    link = '<a class="term" data-term="{0}" href="{1}glossary/{0}/">'
    for page, root in {
        "blog/index.html": "../",
        "blog/archive/2026/index.html": "../../../",
        "blog/2026/01/01/post/index.html": "../../../../../",
    }.items():
        assert link.format("generator", root) in built.read(page), page
        assert link.format("gan", root) in built.read(page), page
    assert "blog/2026/01/01/post/" in built.read("tags/index.html")
