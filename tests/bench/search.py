"""Search at scale: bytes to the first hit and time to it, for three engines over the same made-up texts.

    python -m tests.bench.search [COUNT …] [--pagefind PYTHON]

Each page holds an invented concept in invented words, as many different ones as a language has. Every engine
is asked one question by a fresh browser, as a phone would: nothing cached, processor slowed four times,
1.6 Mbit/s with 150 ms to and fro (what Lighthouse takes for a phone), files gzipped, the same page around
it. Workers run in the page's thread, because Chromium slows no other. Counted is all that search fetches,
scripts included, until the first title is on screen. `PYTHON` is an interpreter that has
`pagefind[extended]`, which is no dependency of ours; without it that row is left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from glossary import search
from tests.conftest import CHROMIUM_FLAGS, system_chromium
from tests.site.static import Quiet, serve
from tests.site.tiny import make

SLOWED = 4
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
WORDS = 140  # in a concept's text
PATIENCE = 300_000  # ms
PART_OF_SEARCH = re.compile(r"/search/|/pagefind/|/search[.\w]*\.js|/lunr/")

# Workers become functions of the page, so that they are slowed like it.
UNTHREADED = """
window.Worker = class {
  constructor(address) {
    const url = new URL(address, location.href).href, mine = [], theirs = [];
    const read = (path) => {
      const request = new XMLHttpRequest();
      request.open("GET", new URL(path, url), false);
      request.send();
      return request.responseText;
    };
    const later = (listeners, data) => setTimeout(() => listeners.forEach((hear) => hear({data})));
    const post = (data) => later(theirs, structuredClone(data));
    const listen = (_, listener) => mine.push(listener);
    const own = {location: new URL(url), postMessage: post, addEventListener: listen};
    const self = new Proxy(window, {
      get: (target, key) => own[key] ?? target[key],
      set: (target, key, value) => { target[key] = value; return true; },
    });
    const importScripts = (...paths) => paths.forEach((path) => (0, eval)(read(path)));
    const run = new Function("self", "postMessage", "addEventListener", "importScripts", read(url));
    run(self, post, listen, importScripts);
    this.postMessage = (data) => later(mine, structuredClone(data));
    this.addEventListener = (type, listener) => { if (type === "message") theirs.push(listener); };
    this.removeEventListener = this.terminate = () => {};
  }
};
"""
FETCHED = "performance.getEntriesByType('resource').map((entry) => [entry.name, entry.encodedBodySize])"
PAGEFIND = """<script type="module">
const asked = new URLSearchParams(location.search).get("p");
const pagefind = await import("/pagefind/pagefind.js");
await pagefind.options({noWorker: true});
const found = await pagefind.search(asked);
const first = found.results.length ? await found.results[0].data() : null;
document.body.insertAdjacentHTML("beforeend", `<a class="hit">${first?.meta.title ?? "-"}</a>`);
</script></body>"""


@dataclass
class Row:
    """What one engine needed for one query."""

    files: int
    kilobytes: float
    seconds: float
    is_right: bool
    finds_misspelled: bool = False


class Zipping(Quiet):
    """Gzips what it serves."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        body = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@dataclass(frozen=True)
class Text:
    """An invented concept's page."""

    location: str
    title: str
    other: str
    definition: str
    explanation: str

    def docs(self) -> Iterator[dict[str, Any]]:
        """As Material's index holds it."""
        yield {
            "location": self.location,
            "title": self.title,
            "text": f"<p>{self.definition}</p>",
            "boost": 2,
        }
        text = f"<p>{self.explanation}</p>"
        yield {"location": f"{self.location}#explanation", "title": "Forklaring", "text": text}


def invent(count: int, seed: int = 1) -> list[Text]:
    """Concepts whose words are as varied, and as unevenly frequent, as words are (Zipf)."""
    dice = random.Random(seed)
    words = list(dict.fromkeys(invented_word(dice) for _ in range(45_000)))
    weights = [1 / (rank + 3) for rank in range(len(words))]
    in_names = words[200:8_200]
    stream = iter(dice.choices(words, weights, k=count * (WORDS + 20)))

    def text(length: int) -> str:
        return " ".join(next(stream) for _ in range(length))

    return [
        Text(
            location=f"glossary/concept-{number:05}/",
            title=f"{dice.choice(in_names)} {dice.choice(in_names)}",
            other=dice.choice(in_names) + dice.choice(in_names),
            definition=text(18),
            explanation=text(WORDS),
        )
        for number in range(count)
    ]


def invented_word(dice: random.Random) -> str:
    onsets = (
        "",
        "b",
        "bl",
        "d",
        "dr",
        "f",
        "g",
        "gr",
        "h",
        "k",
        "kl",
        "l",
        "m",
        "n",
        "p",
        "r",
        "s",
        "sk",
        "st",
        "t",
        "v",
    )
    rimes = (
        "a",
        "ar",
        "e",
        "el",
        "en",
        "er",
        "et",
        "i",
        "ing",
        "isk",
        "o",
        "or",
        "un",
        "y",
        "ær",
        "ø",
        "å",
        "als",
        "ekt",
    )
    return "".join(dice.choice(onsets) + dice.choice(rimes) for _ in range(dice.randint(2, 4)))


# The sites, one per engine, with the same shell


def write_ours(shell: Path, folder: Path, texts: list[Text]) -> None:
    shutil.copytree(shell, folder)
    docs = (doc for text in texts for doc in text.docs())
    made = search.files(docs, {text.location: [text.other] for text in texts}, "../../search/", "[\\s-]+")
    for name, data in made.items():
        (folder / "search" / name).write_text(
            json.dumps(data, ensure_ascii=False, separators=(",", ":")), "utf-8"
        )


def write_lunr(shell: Path, folder: Path, texts: list[Text]) -> None:
    """What Material makes by itself, with the other names in the text."""
    shutil.copytree(shell, folder)
    worker = next((folder / "assets/javascripts/workers").glob("search.*.min.js")).relative_to(folder)
    page = folder / "index.html"
    page.write_text(page.read_text("utf-8").replace(search.WORKER, str(worker)), "utf-8")
    fields = {"title": {"boost": 1e3}, "text": {"boost": 1}, "tags": {"boost": 1e6}}
    config = {"lang": ["no"], "separator": "[\\s\\-]+", "pipeline": ["stopWordFilter"], "fields": fields}
    docs = [doc for text in texts for doc in text.docs()]
    for doc, text in zip(docs[::2], texts, strict=True):
        doc["text"] += f"<p>{text.other}</p>"
    index = json.dumps({"config": config, "docs": docs}, ensure_ascii=False, separators=(",", ":"))
    (folder / "search" / "search_index.json").write_text(index, "utf-8")


def write_pagefind(python: str, shell: Path, folder: Path, texts: list[Text]) -> None:
    for text in texts:
        path = folder / text.location / "index.html"
        path.parent.mkdir(parents=True)
        body = f"<h1>{text.title}</h1><p>{text.other}</p><p>{text.definition}</p><p>{text.explanation}</p>"
        path.write_text(f'<!doctype html><html lang="no"><body><main>{body}</main></body></html>', "utf-8")
    command = [python, "-m", "pagefind", "--site", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    shutil.copytree(shell, folder, dirs_exist_ok=True)
    page = folder / "index.html"
    page.write_text(page.read_text("utf-8").replace("</body>", PAGEFIND), "utf-8")


# Asking them


def ask(browser: Browser, url: str, key: str, query: str, wanted: str) -> Row:
    """From opening the page until the first title is on screen."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_init_script(UNTHREADED)
    page = context.new_page()
    phone = context.new_cdp_session(page)
    phone.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    phone.send("Network.enable")
    phone.send("Network.emulateNetworkConditions", NETWORK)
    begun = time.monotonic()
    page.goto(f"{url}/?{key}={query}", wait_until="commit")
    found = "a.hit, .md-search-result__link, .md-search-result__meta:text-matches('^Ingen')"
    page.wait_for_selector(found, state="attached", timeout=PATIENCE)
    seconds = time.monotonic() - begun
    fetched = [(name, size) for name, size in page.evaluate(FETCHED) if PART_OF_SEARCH.search(name)]
    titles = page.locator("a.hit, .md-search-result__link").all_text_contents()
    context.close()
    is_right = bool(titles) and titles[0].strip().startswith(wanted)
    return Row(len(fetched), sum(size for _, size in fetched) / 1000, seconds, is_right)


def misspelled(title: str) -> str:
    """Two letters of each word swapped."""
    return " ".join(word[:2] + word[3:4] + word[2:3] + word[4:] for word in title.split())


def measure(browser: Browser, folder: Path, key: str, text: Text) -> Row:
    with serve(folder, Zipping) as url:
        row = ask(browser, url, key, text.title, text.title)
        row.finds_misspelled = ask(browser, url, key, misspelled(text.title), text.title).is_right
    return row


def main(counts: list[int], pagefind: str) -> None:
    print(f"{'':24}{'files':>6}{'kB':>9}{'seconds':>9}{'CPU s':>9}  right, misspelled")
    # CPU s: what it takes to make the files
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        root = Path(temporary)
        shell = make(root / "shell").folder
        browser = playwright.chromium.launch(executable_path=system_chromium(), args=CHROMIUM_FLAGS)
        for count in counts:
            texts = invent(count)
            engines = {"ours": lambda f, t=texts: write_ours(shell, f, t)}
            engines["Material's lunr"] = lambda f, t=texts: write_lunr(shell, f, t)
            if pagefind:
                engines["Pagefind"] = lambda f, t=texts: write_pagefind(pagefind, shell, f, t)
            for engine, write in engines.items():
                begun = sum(os.times()[:4])
                write(folder := root / f"{engine}-{count}")
                made = sum(os.times()[:4]) - begun
                row = measure(browser, folder, "p" if engine == "Pagefind" else "q", texts[count // 3])
                numbers = f"{row.files:>6}{row.kilobytes:>9.0f}{row.seconds:>9.1f}{made:>9.1f}"
                print(f"{count:>6} {engine:<17}{numbers}  {row.is_right}, {row.finds_misspelled}", flush=True)
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("counts", nargs="*", type=int, default=[100, 1_000, 10_000])
    parser.add_argument("--pagefind", default="")
    options = parser.parse_args()
    main(options.counts, options.pagefind)
