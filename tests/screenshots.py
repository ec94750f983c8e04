"""Pictures of the running site, for the README and for looking at one's work.

python -m tests.screenshots                 README's picture (docs/assets/img/screenshot.webp)
python -m tests.screenshots --all FOLDER    every page kind × language × light/dark × desktop/phone
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import CHROMIUM_FLAGS, system_chromium
from tests.serving import ROOT, serve

README_PICTURE = ROOT / "docs" / "assets" / "img" / "screenshot.webp"
PAGES = {
    "home": "",
    "latent-space": "glossary/latent-space/",
    "generator": "glossary/generator/",
    "discriminator": "glossary/discriminator/",
    "index": "glossary/",
    "subjects": "glossary/subjects/",
    "languages": "glossary/languages/",
    "help": "help/generative-ai/",
    "portraits": "portraits/",
}
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


def with_demos_shown(page: Page) -> None:
    """Scroll to each demo, so that it loads, and wait until its pictures are there."""
    for demo in page.locator(".demo").all():
        demo.scroll_into_view_if_needed()
        frame = demo.frame_locator("iframe")
        frame.locator("main :is(img, svg.chart)").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)  # iframes settle their height
    page.evaluate("scrollTo(0, 0)")


def shots(browser: Browser, url: str) -> Iterator[tuple[str, bytes]]:
    for (size, viewport), scheme in product(SIZES.items(), ("light", "dark")):
        context = browser.new_context(viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
        for (name, path), prefix in product(PAGES.items(), ("", "en/", "zh/")):
            page = context.new_page()
            page.goto(f"{url}/{prefix}{path}")
            with_demos_shown(page)
            yield f"{name}-{prefix.strip('/') or 'nb'}-{scheme}-{size}.png", page.screenshot(full_page=True)
            page.close()
        context.close()


def readme_picture(browser: Browser, url: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 1660})
    page.goto(f"{url}/en/")
    with_demos_shown(page)
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.save(README_PICTURE, quality=85, method=6)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--all", metavar="FOLDER", type=Path)
    parser.add_argument("--site", type=Path, default=ROOT / "site")
    args = parser.parse_args()
    with serve(args.site) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=system_chromium(shell=False), args=CHROMIUM_FLAGS
        )
        if args.all is None:
            readme_picture(browser, server.url)
        else:
            args.all.mkdir(parents=True, exist_ok=True)
            for name, png in shots(browser, server.url):
                (args.all / name).write_bytes(png)
        browser.close()


if __name__ == "__main__":
    main()
