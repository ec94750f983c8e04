"""What axe-core finds on a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOR_RULES = ["color-contrast", "link-in-text-block"]


def assert_clean(page: Page, *, only_colors: bool = False) -> None:
    """The page as it is now must not violate WCAG 2.2 AA.

    With `only_colors`, for a page that was looked at in its other color scheme: the rules that see one.
    """
    which = {"type": "rule", "values": COLOR_RULES} if only_colors else {"type": "tag", "values": TAGS}
    # Without `resultTypes` it describes every element of every rule that the page keeps.
    found = Axe().run(page, options={"runOnly": which, "resultTypes": ["violations"]})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
