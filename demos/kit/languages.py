"""The site's languages, as whoever starts the demos is given them: by the built site, or by a termbase.

    languages = of_site(Path("site"))        # the server
    languages = of_termbase(Path("glossary"))  # the command line

Each comes with the words that all demos share.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demos.kit import registry, words
from glossary.addresses import Addresses
from glossary.demos import LANGUAGES_FILE, languages_for_server
from glossary.load import load_frame


class LanguagesError(Exception):
    """The built site does not say what its languages are."""


@dataclass(frozen=True)
class Language:
    """One language of the site."""

    code: str  # in addresses and in every demo.yml
    html: str  # value of the `lang` attribute
    name: str  # in the language itself
    locale: str  # CLDR's, for numbers
    home: str = ""  # its home page, below the site's root: "" or "en/"
    glossary: str = "glossary"  # folder of the terms' pages, below it
    also: tuple[str, ...] = ()  # tags of further languages whose readers get this one
    words: Mapping[str, words.Word] = field(default_factory=dict, repr=False)

    def word(self, key: str) -> str:
        """A text that all demos share; in English where nobody has written it in this language."""
        return self.words[key].text

    def lang_of_word(self, key: str) -> str:
        """The `lang` attribute for that text."""
        return self.words[key].lang or self.html


Languages = Mapping[str, Language]  # by code, the default first


def of_site(site: Path, apps: Path = registry.ROOT) -> dict[str, Language]:
    """The languages of a built site. Raises LanguagesError if the site does not say."""
    path = site / LANGUAGES_FILE
    try:
        return _languages(json.loads(path.read_text(encoding="utf-8")), apps)
    except FileNotFoundError:
        raise LanguagesError(f"{path} is missing: no demo was found when the site was built") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise LanguagesError(f"{path} is damaged: {error}") from error


def of_termbase(folder: Path, apps: Path = registry.ROOT) -> dict[str, Language]:
    """The languages of a termbase, before any site is built of it. Raises glossary.model.TermbaseError."""
    termbase = load_frame(folder)
    addresses = Addresses(tuple(termbase.languages), termbase.default_language)
    return _languages(languages_for_server(termbase, addresses), apps)


def _languages(listed: Iterable[Mapping[str, Any]], apps: Path) -> dict[str, Language]:
    shared = words.read(apps.parent)
    made = [
        Language(**{**values, "also": tuple(values["also"])}, words=words.of(shared, values["code"]))
        for values in listed
    ]
    if not made:
        raise ValueError("it lists no language")
    return {language.code: language for language in made}


def default(languages: Languages) -> Language:
    return next(iter(languages.values()))


def match(languages: Languages, tag: str) -> Language | None:
    """The language that a reader of `tag` understands, which may come from a header: `zh-CN;q=0.8`, `no`.

    The tag itself goes first, then what is left when subtags are taken off its end (RFC 4647, 3.4); at last
    any language that begins alike: `zh` has readers of zh-Hans.
    """
    subtags = tag.split(";")[0].strip().lower().replace("_", "-").split("-")
    for end in range(len(subtags), 0, -1):
        wanted = "-".join(subtags[:end])
        for language in languages.values():
            if wanted in {known.lower() for known in (language.code, language.html, *language.also)}:
                return language
    beginnings = ((language, language.html.lower().split("-")[0]) for language in languages.values())
    return next((language for language, beginning in beginnings if beginning == subtags[0]), None)
