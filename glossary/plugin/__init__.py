"""The MkDocs plugin: the only part of the engine that imports MkDocs, and knows Material and static-i18n.

What turns the host's events into calls of the engine, and the engine's pages into files of the host,
belongs here (`hooks` receives the events). What a page says belongs in `pages`, what a termbase holds in
`load`: the engine works without a host. What these packages do not promise to keep is used in `host`
alone.
"""

from __future__ import annotations

from .hooks import OrdlabPlugin

__all__ = ["OrdlabPlugin"]
