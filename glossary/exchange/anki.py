"""Flash cards: an Anki deck from one language to another, one card per concept.

The front is the preferred term; the back is the preferred term in the other language, with its grammar or
pinyin, its synonyms, and the definition in both. Ids follow from the concept and the languages, so that a
newer deck updates the cards of an older one and keeps what the learner has learned.
"""

from __future__ import annotations

import io
import itertools
import os
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from hashlib import blake2b
from html import escape

import genanki

from ..model import Concept, Entry, Language, Term, Termbase
from ..phrases import Phrases, with_latex

_FIELDS = ("Concept", "Front", "Hint", "Back", "Grammar", "Synonyms", "Definition", "Question definition")
_CSS = """
.card { font: 20px/1.45 system-ui, sans-serif; text-align: center; padding: 1rem; }
.term { font-size: 1.5em; font-weight: 600; }
.hint, .grammar, .synonyms { opacity: .75; }
.definition { max-width: 34em; margin: 1rem auto 0; text-align: start; }
"""


def write(termbase: Termbase, front: str, back: str, *, title: str = "") -> bytes:
    """The deck that asks in one language and answers in another, of concepts with a term in both.

    Anki takes a note for newer by its time. That is when a concept's file last changed, or what
    SOURCE_DATE_EPOCH (reproducible-builds.org) says: the same files make the same bytes.
    """
    languages = termbase.languages
    name = f"{title or 'Termbase'}: {languages[front].name} → {languages[back].name}"
    deck = genanki.Deck(_number("deck", title, front, back), name)
    model = _model(languages[front], languages[back])
    phrases = Phrases(termbase)
    for concept in termbase.concepts.values():
        if not (concept.named_in(front) and concept.named_in(back)):
            continue
        fields = list(_fields(concept, front, back, phrases))
        guid = genanki.guid_for("ordlab", title, concept.id, front, back)
        tags = [concept.subject] if concept.subject else []
        deck.add_note(genanki.Note(model=model, fields=fields, guid=guid, tags=tags))
    return _package(deck, _last_change(termbase))


def _fields(concept: Concept, front: str, back: str, phrases: Phrases) -> Iterator[str]:
    """Anki's fields are HTML, so that other texts are escaped."""
    question_side, answer = concept.entries[front], concept.entries[back]
    yield concept.id
    yield escape(question_side.preferred.term)
    yield escape(question_side.preferred.pinyin)
    yield escape(answer.preferred.term)
    yield escape(_grammar(answer.preferred))
    yield escape(", ".join(_synonyms(answer)))
    for entry in (answer, question_side):
        # Anki's own notation of formulas, which all of its programs draw.
        yield with_latex(phrases.html(entry.definition, entry.lang), r"\(", r"\)")


def _grammar(term: Term) -> str:
    return ", ".join(filter(None, (term.pinyin, term.gender)))


def _synonyms(entry: Entry) -> Iterator[str]:
    return (term.term for term in entry.with_status("admitted"))


def _model(front: Language, back: Language) -> genanki.Model:
    """The note type of one pair of languages: a card says which language each part is in."""
    question_side, answer = escape(front.html), escape(back.html)
    question = _part("term", "Front", question_side) + _part("hint", "Hint", question_side)
    parts = (
        ("term", "Back", answer),
        ("grammar", "Grammar", answer),
        ("synonyms", "Synonyms", answer),
        ("definition", "Definition", answer),
        ("definition", "Question definition", question_side),
    )
    answers = "".join(_part(*part) for part in parts)
    return genanki.Model(
        _number("model", front.html, back.html),
        f"Term {front.code} → {back.code}",
        fields=[{"name": name} for name in _FIELDS],
        templates=[{"name": "Term", "qfmt": question, "afmt": f"{question}<hr id=answer>{answers}"}],
        css=_CSS,
        sort_field_index=1,
    )


def _part(kind: str, name: str, lang: str) -> str:
    """A field in its language, if there is anything in it."""
    return f'{{{{#{name}}}}}<div class="{kind}" lang="{lang}">{{{{{name}}}}}</div>{{{{/{name}}}}}'


def _number(*parts: str) -> int:
    """An id as Anki wants it, the same for the same parts, and unlike those Anki makes (times in ms)."""
    digest = blake2b("\0".join(("ordlab", *parts)).encode(), digest_size=8).digest()
    return (1 << 30) + int.from_bytes(digest, "big") % (1 << 30)


def _last_change(termbase: Termbase) -> float:
    if epoch := os.environ.get("SOURCE_DATE_EPOCH", "").strip():
        return float(epoch)
    times = (concept.path.stat().st_mtime for concept in termbase.concepts.values())
    return float(int(max(times)))


def _package(deck: genanki.Deck, timestamp: float) -> bytes:
    """The deck as an archive: its database, and the list of its pictures, of which there are none.

    genanki's own `write_to_file` leaves its database behind in the temporary folder.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        ids = itertools.count(int(timestamp * 1000))
        genanki.Package(deck).write_to_db(database.cursor(), timestamp, ids)
        database.commit()
        collection = database.serialize()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in (("collection.anki2", collection), ("media", b"{}")):
            entry = zipfile.ZipInfo(name)  # of 1 January 1980, the beginning of ZIP's time
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return stream.getvalue()
