"""Building the site: ours against plain MkDocs (same theme, i18n and search) on the very same pages.

The plain project holds, as files, the Markdown that our engine generates, so what is left to compare is the
engine's own share: loading and checking YAML, linking terms, drawing pages, splitting the search index.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

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


def plain_config(docs: Path, site: Path) -> MkDocsConfig:
    config = load_config(str(ROOT / "mkdocs.yml"))
    plugins: list[Any] = [entry for entry in config.user_configs[0]["plugins"] if "ordlab" not in entry]
    return load_config(
        str(ROOT / "mkdocs.yml"), plugins=plugins, docs_dir=str(docs), site_dir=str(site), strict=False
    )


def run_child(kind: str, docs: Path, site: Path) -> None:
    """One cold build in this process; prints its CPU seconds and peak memory."""
    if kind == "plain":
        config = plain_config(docs, site)
    else:
        config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(site))
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
        count = write_plain_docs(docs)
        plain, plain_memory = measure("plain", docs, site)
        ours, our_memory = measure("ours", docs, site)
    print(f"{count} generated pages, best of {ROUNDS}")
    print(f"{'plain MkDocs on the same pages':34}{plain:8.2f} s CPU {plain_memory:8.0f} MB")
    print(f"{'with the Ordlab engine':34}{ours:8.2f} s CPU {our_memory:8.0f} MB")
    print(f"engine's share: {(ours / plain - 1) * 100:+.0f} %")


if __name__ == "__main__":
    run_child(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
