"""Saying a meaning in any language."""

from __future__ import annotations

from demos.data.sentences.lexicon import lexicon
from demos.data.sentences.meaning import OWN, Meaning, Person, Thing, person_of
from demos.data.texts.agreement import AGREEMENTS, Agreement


class Speech:
    """What all languages share. Each kind of meaning is a method that gives the words of a sentence without
    its end mark."""

    language = ""
    ends = (".", "?")  # of what is said and of what is asked

    @property
    def grammar(self) -> Agreement:
        return AGREEMENTS[self.language]

    def sentence(self, meaning: Meaning) -> str:
        """The sentence, beginning with a capital letter where the script has any."""
        said = self.uncapitalized(meaning)
        return said[0].upper() + said[1:]

    def uncapitalized(self, meaning: Meaning) -> str:
        """The sentence as it would stand within another."""
        said: str = getattr(self, meaning.kind)(meaning)
        asks = meaning.mood in ("asks", "what", "who", "when", "where", "count")
        return said + self.ends[asks]

    def word(self, key: str) -> str:
        """A word as it stands; nothing for no word."""
        return lexicon()[key].words[self.language].base if key else ""

    def form(self, key: str, form: str, adjectives: tuple[str, ...] = ()) -> str:
        words = lexicon()
        described = [words[one].words[self.language] for one in adjectives]
        return self.grammar.form(words[key].words[self.language], form, described)

    def verb(self, key: str) -> tuple[str, ...]:
        return lexicon()[key].words[self.language].forms

    def at(self, place: str, relation: str = "") -> str:
        """In a place, or where in relation to a thing; nothing for no place."""
        if not place:
            return ""
        if not relation:
            return self.form(place, "in")
        return f"{self.word(relation)} {self.form(place, 'the')}"

    def owner(self, thing: Thing, subject: Person | None) -> str:
        """Whose a thing is; OWN stands for the subject’s pronoun."""
        return person_of(subject) if thing.owner == OWN else thing.owner
