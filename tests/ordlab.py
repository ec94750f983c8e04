"""Ordlab's own languages, as the command line reads them from its termbase and the server from its site."""

from __future__ import annotations

import json
from pathlib import Path

from demos.kit.languages import of_termbase
from glossary.addresses import Addresses
from glossary.demos import LANGUAGES_FILE, languages_for_server
from glossary.load import load_frame
from tests.serving import ROOT

TERMBASE = ROOT / "glossary"
LANGUAGES = of_termbase(TERMBASE)


def write_languages(site: Path) -> None:
    """Put into a site what the plugin puts there for the server."""
    termbase = load_frame(TERMBASE)
    listed = languages_for_server(termbase, Addresses(tuple(termbase.languages), termbase.default_language))
    path = site / LANGUAGES_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(listed), encoding="utf-8")
