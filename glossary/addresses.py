"""Where the pages of the site are. Every address is relative to the site's root."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

GALLERY = "gallery"  # the page of all demos, among those of the termbase


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of pages in every language that is built."""

    languages: tuple[str, ...]
    root: str  # the language whose pages are at the site's root
    directories: bool = True  # addresses end in a slash rather than in `.html`
    folder: str = "glossary"  # of the termbase's pages

    def home(self, lang: str) -> str:
        return "" if lang == self.root else f"{lang}/"

    def page(self, lang: str, folder: str) -> str:
        """The page made from `<folder>/index.md`."""
        return self.home(lang) + (f"{folder}/" if folder else "") + ("" if self.directories else "index.html")

    def glossary(self, lang: str, name: str = "") -> str:
        """A page of the termbase, or its index."""
        return self.page(lang, posixpath.dirname(self.source(name)))

    def concept(self, lang: str, id: str) -> str:
        return self.glossary(lang, id)

    def source(self, name: str = "") -> str:
        """Where the docs folder would hold a page of the termbase, or its index."""
        return posixpath.join(self.folder, name, "index.md")

    def of_file(self, lang: str, path: str) -> str:
        """The page made from a Markdown file of the docs folder."""
        folder, name = posixpath.split(path.removesuffix(".md"))
        if name == "index" or self.directories:
            return self.page(lang, folder if name == "index" else posixpath.join(folder, name))
        return f"{self.home(lang)}{posixpath.join(folder, name)}.html"


def relative(target: str, page: str) -> str:
    """Link from `page` to `target`; a fragment stays."""
    path, hash, fragment = target.partition("#")
    folders, parts = page.split("/")[:-1], path.split("/")
    shared = 0
    while shared < min(len(folders), len(parts) - 1) and folders[shared] == parts[shared]:
        shared += 1
    link = "../" * (len(folders) - shared) + "/".join(parts[shared:])
    return (link or "./") + hash + fragment
