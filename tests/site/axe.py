"""What axe-core finds on a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # else it describes every element of every rule that the page keeps
}


def assert_clean(page: Page) -> None:
    """The page as it is now must not violate WCAG 2.2 AA."""
    found = Axe().run(page, options=OPTIONS)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
