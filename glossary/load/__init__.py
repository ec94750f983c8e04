"""From YAML files to a `Termbase`, or to every fault in them at once.

    termbase = load(Path("glossary"))

What reads the files of a termbase belongs here. YAML itself belongs in `yamlfile`, and what is allowed but
unwise in `lint`. MkDocs calls `load` several times per build, and again on every save under `mkdocs
serve`: files whose content has not changed are not parsed again, and an unchanged folder gives back the
same object.
"""

from __future__ import annotations

from .folder import is_termbase, load, load_frame
from .values import CHOICES, CODES, ID, ID_FORM, LANGUAGE, LINKS, SLUG, TAG, YES_NO

__all__ = [
    "CHOICES",
    "CODES",
    "ID",
    "ID_FORM",
    "LANGUAGE",
    "LINKS",
    "SLUG",
    "TAG",
    "YES_NO",
    "is_termbase",
    "load",
    "load_frame",
]
