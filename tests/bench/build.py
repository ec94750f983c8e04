"""Building the site: ours against plain MkDocs (same theme, i18n and search) on the very same pages.

The plain project holds, as files, the Markdown that our engine generates, so what is left to compare is the
engine's own share: loading and checking YAML, linking terms, drawing pages, splitting the search index. Both
use Material's own templates, because ours need the engine's words.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig

from glossary import pages
from tests.serving import ROOT

ROUNDS = 3


def write_plain_docs(folder: Path) -> int:
    """Hand-written pages plus one file per generated page and language; returns how many were generated."""
    config = load_config(str(ROOT / "mkdocs.yml"))
    config.plugins.on_startup(command="build", dirty=False)
    config = config.plugins.on_config(config)
    shutil.copytree(config.docs_dir, folder)
    site = config.plugins["ordlab"].site
    count = 0
    for lang in site.addresses.languages:
        for page in pages.generate(site, lang):
            path = folder / Path(page.path).with_suffix(f".{lang}.md")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page.markdown, encoding="utf-8")
            count += 1
    for demo in site.demos.values():
        still = folder / pages.still_address(demo)
        still.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(demo.still, still)
    return count


def config_without(parts: tuple[str, ...], folder: Path) -> Path:
    """A copy of mkdocs.yml without some of its lines and blocks, each named by how its first line begins."""
    kept: list[str] = []
    indent: int | None = None  # of the block that is being left out
    for line in (ROOT / "mkdocs.yml").read_text(encoding="utf-8").splitlines():
        depth = len(line) - len(line.lstrip())
        if indent is not None and (depth > indent or not line.strip()):
            continue
        indent = depth if line.strip().startswith(parts) else None
        if indent is None:
            kept.append(line)
    path = folder / "mkdocs.yml"
    path.write_text("\n".join(kept), encoding="utf-8")
    return path


def config_of(kind: str, docs: Path, site: Path) -> MkDocsConfig:
    """The same project twice: once with our plugin, once with the pages that it made."""
    plain = kind == "plain"
    path = config_without(("custom_dir:", "watch:", "- ordlab:" if plain else "watch:"), docs.parent)
    return load_config(str(path), docs_dir=str(docs if plain else ROOT / "docs"), site_dir=str(site))


def run_child(kind: str, docs: Path, site: Path) -> None:
    """One cold build in this process; prints its CPU seconds and peak memory."""
    config = config_of(kind, docs, site)
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1000)


def measure(kind: str, docs: Path, site: Path) -> tuple[float, float]:
    """The best of a few cold builds: CPU seconds and peak MB."""
    command = [sys.executable, "-m", "tests.bench.build", kind, str(docs), str(site)]
    runs = []
    for _ in range(ROUNDS):
        out = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        runs.append(tuple(map(float, out.splitlines()[-1].split())))
    return min(run[0] for run in runs), min(run[1] for run in runs)


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        docs, site = Path(scratch, "docs"), Path(scratch, "site")
        for data in ("glossary", "demos"):  # where the plugin looks for them: beside mkdocs.yml
            Path(scratch, data).symlink_to(ROOT / data)
        count = write_plain_docs(docs)
        plain, plain_memory = measure("plain", docs, site)
        ours, our_memory = measure("ours", docs, site)
    print(f"{count} generated pages, best of {ROUNDS}")
    print(f"{'plain MkDocs on the same pages':34}{plain:8.2f} s CPU {plain_memory:8.0f} MB")
    print(f"{'with the Ordlab engine':34}{ours:8.2f} s CPU {our_memory:8.0f} MB")
    print(f"engine's share: {(ours / plain - 1) * 100:+.0f} %")


if __name__ == "__main__":
    run_child(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
