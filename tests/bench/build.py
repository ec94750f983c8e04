"""Made-up termbases of several sizes: what each step of the engine costs, and building beside plain MkDocs.

The plain project holds, as files, the Markdown that our engine generates, so what is left to compare is the
engine's own share: loading and checking YAML, linking terms, drawing pages, splitting the search index. Both
use Material's own templates, and in neither does i18n look for doubles in the search index, which takes time
that grows with the square of the pages. Peers get the same concepts and texts, with every link written out.

The largest size takes half an hour: `python -m tests.bench.build 100 1000` leaves it out.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.plugins import PluginCollection

from glossary import pages
from glossary.links import Linker
from glossary.load import load
from tests.bench import edit, peers, steps, termbase
from tests.bench.steps import show
from tests.serving import ROOT

MODULE = "tests.bench.build"
SIZES = (100, 1_000, 10_000)
MOST_OF_PEERS = 1_000  # they take more than an hour for 10,000
NAMES = {"nb": "Norsk", "en": "English", "zh": "简体中文"}


def write_project(folder: Path, count: int) -> None:
    """A project of `count` concepts, and beside it the same pages for MkDocs alone: `docs` and `plain`."""
    termbase.write(folder / "glossary", count)
    (folder / "docs").mkdir()
    for lang, name in NAMES.items():
        (folder / "docs" / f"index.{lang}.md").write_text(f"# {name}\n\n{name}.\n", "utf-8")
    for kind in ("ours", "plain"):
        (folder / f"{kind}.yml").write_text(config(kind), "utf-8")
    shutil.copytree(folder / "docs", folder / "plain")
    write_generated_pages(folder / "ours.yml", folder / "plain")


def config(kind: str) -> str:
    """mkdocs.yml: our own project's theme and extensions, with Material's templates."""
    languages = [
        {
            "locale": lang,
            "name": name,
            "build": True,
            "default": not i,
            "fixed_link": f"{lang}/" if i else "./",
        }
        for i, (lang, name) in enumerate(NAMES.items())
    ]
    i18n = {"docs_structure": "suffix", "reconfigure_search": False, "languages": languages}
    project = {
        "site_name": "Bench",
        "docs_dir": "docs" if kind == "ours" else "plain",
        "nav": ["index.md", "glossary/index.md"],  # else every page would hold links to all the others
        "validation": {"nav": {"omitted_files": "ignore"}},
        "theme": {"name": "material", "language": "nb", "font": False},
        "plugins": ["search", {"i18n": i18n}, *(["ordlab"] if kind == "ours" else [])],
    }
    extensions = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nmarkdown_extensions:")[2]
    return yaml.safe_dump(project, allow_unicode=True) + f"markdown_extensions:{extensions}"


def write_generated_pages(config_file: Path, folder: Path) -> None:
    """What the engine generates, as one file per page and language."""
    settings = load_config(str(config_file))
    plugins: PluginCollection = settings.plugins
    plugins.on_startup(command="build", dirty=False)
    plugins.on_config(settings)
    site = plugins["ordlab"].site  # type: ignore[attr-defined]
    for lang in site.addresses.languages:
        for page in pages.generate(site, lang):
            path = folder / Path(page.path).with_suffix(f".{lang}.md")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page.markdown, encoding="utf-8")


# Steps; each runs in a process of its own, so that none finds another one's caches filled


def step_load(folder: Path) -> None:
    load(folder / "glossary")


def step_check(folder: Path) -> None:
    from glossary.__main__ import main

    main(["check", str(folder / "glossary"), "--format", "json"])


def step_link(folder: Path) -> None:
    """Everything that is written in every language, looked through for terms."""
    data = load(folder / "glossary")
    started = time.process_time()
    length = found = 0
    for lang in data.languages:
        linker = Linker(data, lang)
        for concept in data.concepts.values():
            length += len(concept.entries[lang].explanation)
            found += len(linker.find(concept.entries[lang].explanation))
    used = time.process_time() - started
    print(f"{found:,} terms in {length / 1e6:.1f} million characters, {length / used / 1e6:.1f} per second")
    print(used)


def step_ours(folder: Path) -> None:
    build_site(folder / "ours.yml", folder / "site")


def step_plain(folder: Path) -> None:
    build_site(folder / "plain.yml", folder / "site-plain")


def build_site(config_file: Path, site: Path) -> None:
    settings = load_config(str(config_file), site_dir=str(site))
    settings.plugins.on_startup(command="build", dirty=False)
    build(settings)


STEPS: dict[str, Callable[[Path], None]] = {
    name.removeprefix("step_"): step for name, step in globals().items() if name.startswith("step_")
}


# What is printed


def measure_size(count: int, folder: Path) -> None:
    print(f"\n{count:,} concepts in {len(NAMES)} languages", flush=True)
    write_project(folder, count)
    rounds = 3 if count <= 100 else 1
    seconds, memory, _ = steps.measure(MODULE, "load", folder, rounds)
    show("load, cold", seconds, memory)
    seconds, memory, _ = steps.measure(MODULE, "check", folder, rounds)
    show("check (loads too)", seconds, memory)
    _, memory, printed = steps.measure(MODULE, "link", folder, rounds)
    show("link every text", float(printed[-2]), memory, printed[-3])
    plain, memory, _ = steps.measure(MODULE, "plain", folder, rounds)
    show("build, plain MkDocs, same pages", plain, memory)
    ours, memory, _ = steps.measure(MODULE, "ours", folder, rounds)
    show("build, Ordlab, cold", ours, memory, f"engine's share: {(ours / plain - 1) * 100:+.0f} %")
    for label, size in search_bytes(folder / "site"):
        print(f"  {label:36}{size / 1e3:9.0f} kB")
    edit.main(folder)
    if count <= MOST_OF_PEERS:
        peers.main(folder)


def search_bytes(site: Path) -> Iterator[tuple[str, int]]:
    """What searching in one language may make a browser fetch."""
    for lang, home in zip(NAMES, ("", "en", "zh"), strict=True):
        found = [path for path in (site / home / "search").rglob("*") if path.is_file()]
        yield f"search data, {lang}", sum(path.stat().st_size for path in found)


def main(sizes: Sequence[int] = SIZES) -> None:
    for count in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            measure_size(count, Path(scratch))


if __name__ == "__main__":
    steps.command(main, SIZES, STEPS)
