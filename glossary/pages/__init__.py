"""Pages of the termbase: one per concept and language, and the indexes. Data in, Markdown out.

What stands on a page belongs here; templates are in `templates`, and how a host puts a page into the site
belongs in `plugin`. The Markdown holds real headings, so that any host builds its table of contents, and
HTML for the rest. YAML text is data: the templates escape it. Explanations are Markdown and arrive here as
safe HTML (`Prose`).
"""

from __future__ import annotations

from .all_pages import check, concept_page, generate, indexes
from .maker import PageMaker
from .markup import anchors, front_matter, markdown_text, restore_html, script_data, stash_html
from .path_pages import PathPage
from .site import (
    FRAME,
    PATHS,
    REPORTS,
    RESERVED_IDS,
    THEME,
    USES_MARKER,
    Chip,
    Download,
    GeneratedPage,
    Site,
    Use,
    still_address,
)

__all__ = [
    "FRAME",
    "PATHS",
    "REPORTS",
    "RESERVED_IDS",
    "THEME",
    "USES_MARKER",
    "Chip",
    "Download",
    "GeneratedPage",
    "PageMaker",
    "PathPage",
    "Site",
    "Use",
    "anchors",
    "check",
    "concept_page",
    "front_matter",
    "generate",
    "indexes",
    "markdown_text",
    "restore_html",
    "script_data",
    "stash_html",
    "still_address",
]
