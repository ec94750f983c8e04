"""Other glossary builders on the same concepts and texts: mkdocs-ezglossary, and Sphinx.

Neither finds terms by itself, so every link is written out for them, which is not counted. They are measured
where they are installed: `pip install 'ordlab[bench]'`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from glossary.links import Linker
from glossary.load import load
from glossary.model import Concept, Termbase
from tests.bench.steps import cpu, show

EZGLOSSARY = "mkdocs-ezglossary-plugin"

MKDOCS = """\
site_name: Peer
docs_dir: {docs}
theme: {{name: material, font: false}}
nav: [index.md]
validation: {{nav: {{omitted_files: ignore}}}}
markdown_extensions: [def_list]
plugins:
  - search
{plugin}
"""


def main(folder: Path) -> None:
    termbase = load(folder / "glossary")
    if installed(EZGLOSSARY):
        write_for_ezglossary(termbase, folder)
        plain, _ = cpu("mkdocs", "build", "-q", "-f", folder / "ez-plain.yml", "-d", folder / "site-ez")
        seconds, memory = cpu("mkdocs", "build", "-q", "-f", folder / "ez.yml", "-d", folder / "site-ez")
        share = f"its share: {(seconds / plain - 1) * 100:+.0f} % of {plain:.2f} s"
        show(f"build, {EZGLOSSARY} {version(EZGLOSSARY)}", seconds, memory, share)
    if installed("sphinx"):
        runs = [sphinx(termbase, lang, folder / "sphinx" / lang) for lang in termbase.languages]
        note = "its own theme; one build per language"
        show(f"build, sphinx {version('sphinx')}", sum(s for s, _ in runs), max(m for _, m in runs), note)


def installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        print(f"  {name} is not installed: left out")
        return False
    return True


def linked(text: str, linker: Linker, own: str, link: Callable[[str, str], str]) -> str:
    """The text with the first mention of each term as a link; `link` takes the id and what is written."""
    parts: list[str] = []
    seen, end = {own}, 0
    for match in linker.find(text):
        if match.id not in seen:
            seen.add(match.id)
            parts += [text[end : match.start], link(match.id, text[match.start : match.end])]
            end = match.end
    return "".join([*parts, text[end:]])


def preferred(concept: Concept, lang: str) -> str:
    return concept.entries[lang].preferred.term


def write_for_ezglossary(termbase: Termbase, folder: Path) -> None:
    """One page per concept and language; a language is a section of the glossary."""
    sections = ", ".join(termbase.languages)
    for name, plugin in (("ez-plain", ""), ("ez", f"  - ezglossary: {{sections: [{sections}]}}")):
        (folder / f"{name}.yml").write_text(MKDOCS.format(docs="ez", plugin=plugin), "utf-8")
    (folder / "ez").mkdir()
    (folder / "ez" / "index.md").write_text("# Peer\n", "utf-8")
    for lang in termbase.languages:
        (folder / "ez" / lang).mkdir()
        link = f"<{lang}:{{}}|{{}}>".format
        for concept, text in texts(termbase, lang, link):
            term, definition = preferred(concept, lang), concept.entries[lang].definition
            page = f"# {term}\n\n{lang}:{term}\n:   {definition}\n\n{text}\n"
            (folder / "ez" / lang / f"{concept.id}.md").write_text(page, "utf-8")


def sphinx(termbase: Termbase, lang: str, folder: Path) -> tuple[float, float]:
    """A project of one language, with `:term:` for every link: CPU seconds and peak MB of building it."""
    (folder / "source").mkdir(parents=True)
    code = {"nb": "nb_NO", "zh": "zh_CN"}.get(lang, lang)
    (folder / "source" / "conf.py").write_text(f"project = 'Peer'\nlanguage = {code!r}\n", "utf-8")
    space = "\\ "  # a role may not touch a letter
    for concept, text in texts(termbase, lang, lambda term, text: f"{space}:term:`{text} <{term}>`{space}"):
        term, definition = preferred(concept, lang), concept.entries[lang].definition
        head = f"{term}\n{'=' * 2 * len(term)}\n\n.. glossary::\n\n   {term}\n      {definition}\n"
        (folder / "source" / f"{concept.id}.rst").write_text(f"{head}\n{text}\n", "utf-8")
    index = "Peer\n====\n\n.. toctree::\n   :glob:\n\n   *\n"
    (folder / "source" / "index.rst").write_text(index, "utf-8")
    return cpu("sphinx", "-q", "-j", 1, folder / "source", folder / "built")


def texts(termbase: Termbase, lang: str, link: Callable[[str, str], str]) -> Iterator[tuple[Concept, str]]:
    """Every concept with its explanation, in which `link` has made the links, from term and text."""
    linker = Linker(termbase, lang)
    for concept in termbase.concepts.values():

        def make(id: str, text: str) -> str:
            return link(preferred(termbase.concepts[id], lang), text)

        yield concept, linked(concept.entries[lang].explanation, linker, concept.id, make)
