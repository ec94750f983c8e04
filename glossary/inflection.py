"""Which words of running text are forms of which words of a term: the grammar behind the linker.

A stemmer alone is both too weak and too strong for links: Snowball parts «rom» from «rommet» and «parameter»
from «parametrene», and makes one of “university” and “universe”. So a word of the text is taken back to every
base it can be a *form* of, by the endings of its language, with the kind of ending remembered: a neuter noun
does not take -en, and what ends like a verb is no noun. Other languages fall back on their Snowball stemmer.

`Grammar.keys(word)` says under which keys a word of the text may be filed, `Grammar.filed(word)` under which
the last word of a term is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Flag, auto
from functools import cache, lru_cache
from typing import Any

import snowballstemmer

from .model import Term


class Form(Flag):
    """What kind of form a word is of a base; several, when the word can be read in several ways."""

    SAME = auto()  # the base itself, or its genitive
    COMMON = auto()  # definite singular, masculine or common gender: generatoren
    FEMININE = auto()  # boka
    NEUTER = auto()  # nettverket
    PLURAL_ER = auto()  # modeller; also how verbs end in the present tense
    PLURAL = auto()  # every other plural
    VERB = auto()
    ADJECTIVE = auto()
    STEM = auto()  # a stemmer says so


# Stands for the first word of a sentence where its ending makes it a noun; elsewhere that may be a verb's.
SENTENCE_SUBJECT = "\0"

NOUN = Form.SAME | Form.COMMON | Form.FEMININE | Form.NEUTER | Form.PLURAL_ER | Form.PLURAL | Form.STEM

LONGEST_WORD = 64  # what is longer is no word, and would only cost time


@dataclass(frozen=True)
class Grammar:
    """What the linker asks about a language; this one knows no endings at all."""

    prepositions: frozenset[str] = frozenset()  # the noun before one is inflected too: functions of state
    suffixes: tuple[str, ...] = ()  # what abbreviations take: GANs, GAN-er
    before_nouns: frozenset[str] = frozenset()  # a capital after one of these at the beginning makes no name
    before_no_verb: frozenset[str] = frozenset()  # after these, what is spelt like an infinitive is none
    names_are_capitalised: bool = False  # and nothing else is, within a sentence

    def bases(self, word: str) -> Iterator[tuple[str, Form]]:
        """Every base of which the (case-folded) word may be a form."""
        yield word, Form.SAME

    def modifier(self, word: str) -> str:
        """What the forms of a word before the noun have in common."""
        return word

    def forms_of(self, term: Term) -> Form:
        """The kinds of form that the last word of the term has."""
        if term.pos == "adjective":
            return Form.SAME | Form.ADJECTIVE
        return Form.SAME | (Form.VERB if self.is_verb(term) else NOUN)

    def is_verb(self, term: Term) -> bool:
        return term.pos == "verb"

    def reads_as_verb(
        self, noun: str, form: Form, before: str, after: str, clause: tuple[str, ...] = ()
    ) -> bool:
        """Whether what may be this form of the noun is a verb here, between these two words.

        `clause` holds the words ahead of `before`, back to a sign or to the beginning of the sentence.
        """
        return False

    def disagrees(self, noun: str, form: Form, forms: Form, before: str, earlier: str) -> bool:
        """Whether the noun, which has these forms, cannot stand in this one after the two words before it."""
        return False

    def class_after(self, before: str, after: str) -> Form:
        """What a word between these two is if it may be a noun or a verb; nothing, where it may be both."""
        return Form(0)

    def opens_as_subject(self, word: str) -> bool:
        """Whether the first word of a sentence looks like its subject, and so the next one like a verb."""
        return False

    def is_other_verb(self, verb: str, before: str) -> bool:
        """Whether what is spelt like this infinitive is a form of another verb."""
        return False

    def is_participle(self, verb: str, before: str) -> bool:
        """Whether what is spelt like this infinitive is its participle: “was cut”."""
        return False

    def may_be_noun(self, word: str, verb: str) -> bool:
        """Whether this form of the verb is spelt as a noun is."""
        return False

    def filed(self, word: str) -> tuple[str, ...]:
        """The keys under which the only or last noun of a term is filed."""
        return (word,)

    def filed_in_phrase(self, word: str) -> tuple[str, ...]:
        """The same for the last word of a term of several words."""
        return self.filed(word)

    def keys(self, word: str) -> tuple[tuple[str, Form], ...]:
        """Keys under which a word of the text may be filed, each with the kinds of form it would then be."""
        return _keys(self, word) if len(word) <= LONGEST_WORD else ()


@lru_cache(maxsize=100_000)
def _keys(grammar: Grammar, word: str) -> tuple[tuple[str, Form], ...]:
    word = without_soft_hyphens(unicodedata.normalize("NFC", word))
    folded = word.casefold()
    keys = {exact(word): Form.SAME, modifier(grammar.modifier(folded)): Form.ADJECTIVE}
    for base, form in grammar.bases(folded):
        keys[base] = keys.get(base, Form(0)) | form
    if has_inner_capital(word):
        for suffix in grammar.suffixes:
            if word.endswith(suffix) and has_inner_capital(word[: -len(suffix)]):
                keys[exact(word[: -len(suffix)])] = Form.PLURAL
    return tuple(keys.items())


def without_soft_hyphens(text: str) -> str:
    """The text without the marks of places where a line may break: they are no part of its spelling."""
    return text.replace("\u00ad", "")


def exact(word: str) -> str:
    """The key of a word whose capitals are part of its spelling."""
    return f"={word}"


def modifier(word: str) -> str:
    """The key of a word before the noun."""
    return f"~{word}"


def has_inner_capital(word: str) -> bool:
    """GAN, LoRA, pH, GPT-2: spelt with capitals whatever the place in the sentence."""
    return word[1:] != word[1:].lower() or (len(word) == 1 and word.isupper())


def words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _pairs(listed: str) -> dict[str, str]:
    """“plural singular, plural singular” as a mapping."""
    return dict(tuple(pair.split()) for pair in listed.split(","))  # type: ignore[misc]


# Norwegian

_GEMINATED = re.compile(r".*[aeiouyæøå]mm$")
_SYNCOPATED = re.compile(r".*[^aeiouyæøå]([lrn])$")
_VOWELS = "aeiouyæøåéèêóòôü"
_CONSONANT_LAST = re.compile(r".*[aeiouyæøå][bdfgklmnprstv]$")
_DOUBLED = re.compile(r"([bdfgklmnprstv])\1")

# Plurals with another vowel, as the last part of a word, so that compounds are covered: gulrøtter, lærebøker.
_NORWEGIAN_PLURALS = _pairs(
    "bøker bok, bøter bot, bønder bonde, brødre bror, døtre datter, føtter fot, gjess gås, gjessene gås, "
    "gårder gård, hender hånd, klør klo, knær kne, krefter kraft, kyr ku, lus lus, menn mann, "
    "mennene mann, mødre mor, netter natt, nøter not, nøtter nøtt, render rand, røtter rot, "
    "stender stand, stenger stang, strender strand, tenger tang, tenner tann, trær tre, tær tå, "
    "øyne øye, øynene øye, ører øre, klær klede, fedre far, søstre søster"
)

# Verbs with another vowel in the past, likewise: beskåret, avbrøt.
_NORWEGIAN_PASTS = _pairs(
    "bandt binde, bundet binde, bar bære, båret bære, brast briste, brakk brekke, "
    "brukket brekke, brøt bryte, brutt bryte, dro dra, dratt dra, drev drive, drevet drive, "
    "drakk drikke, drukket drikke, fant finne, funnet finne, fløt flyte, frøs fryse, "
    "frosset fryse, gikk gå, gått gå, gjorde gjøre, gjort gjøre, gled gli, glidd gli, grep gripe, "
    "grepet gripe, grov grave, gravd grave, hang henge, hengt henge, holdt holde, "
    "knep knipe, knepet knipe, kom komme, kommet komme, la legge, lagt legge, lot la, latt la, "
    "løp løpe, løpt løpe, nøt nyte, rev rive, revet rive, satte sette, "
    "satt sette, sank synke, sunket synke, skar skjære, skåret skjære, skjøt skyte, skutt skyte, "
    "skjøv skyve, skjøvet skyve, skrev skrive, skrevet skrive, slapp slippe, sluppet slippe, "
    "slo slå, slått slå, smurte smøre, smurt smøre, spant spinne, spunnet spinne, sprang springe, "
    "sprunget springe, spurte spørre, spurt spørre, strøk stryke, strøket stryke, svant svinne, "
    "svunnet svinne, svei svi, svidd svi, tok ta, tatt ta, traff treffe, truffet treffe, "
    "trakk trekke, trukket trekke, valgte velge, valgt velge, vant vinne, vunnet vinne, "
    "vred vri, vridd vri"
)

_NORWEGIAN_SUBJECTS = words("jeg du han hun vi dere man")
_NORWEGIAN_ARTICLES = words("den det de")  # which are subjects, too
_NORWEGIAN_OPENERS = words("nå så her der hvorfor")  # the verb comes second
_NORWEGIAN_NO_NOUNS = words("bra ekstra enda extra fordi lilla meget prima rosa")  # but they end like some
_NORWEGIAN_PERSONS = words("alle den de dem noen mange flere folk ingen vi dere han hun jeg du")
_NORWEGIAN_PRONOUNS = words("seg meg deg oss ham henne dem")
_NORWEGIAN_OBJECTS = _NORWEGIAN_PRONOUNS | words("en et ei denne dette disse sin sitt sine hele alle")
_NORWEGIAN_NOT_DEFINITE = words(
    "annen egen enten foruten hverken hvilken igjen ingen liten nesten noen siden sjelden uten verken"
)
_NORWEGIAN_PARTICLES = words("av bort fram frem igjen inn ned opp på tilbake til ut")
# After these a noun is indefinite, and of one gender; after «ingen» in the plural, it may be of any.
_NORWEGIAN_COMMON = words("en ei min din sin vår hver enhver annen hvilken")
_NORWEGIAN_NEUTER = words("et mitt ditt sitt vårt intet hvert ethvert annet hvilket")
_NORWEGIAN_DEGREES = words("altfor ganske nokså svært temmelig veldig")
_NORWEGIAN_COPULAS = words("bli blir blitt ble er var være vært virker")
_ADJECTIVE = re.compile(r".*(?:ive?|isk|ell)$")
_NORWEGIAN_NUMBERS = words("to tre fire fem seks sju syv åtte ni ti mange flere få noen begge ingen enkelte")
_NORWEGIAN_NO_ADJECTIVES = words(
    "alle bare borte både de der dere disse gjerne hjemme ikke inne kanskje lenge like nede nesten noe ofte "
    "oppe ute ble hadde gjorde"
)
_NORWEGIAN_INDEFINITE = words("en et ei")
_NORWEGIAN_POINTERS = words("denne dette disse din ditt dine hele alle")
_NORWEGIAN_PERFECTS = words("er var har hadde ble blir blitt vært")
# «fikk hun», «da tar vi»; but «tror hun kommer» leaves out an «at», and «når vi» is no verb.
_FINITE = re.compile(r".{2,}(?:[^aeiouyæøå]er|te|de)$")
_NORWEGIAN_FINITE = words(
    "ba ble dro får fikk fant ga gir gikk går gjorde gjør har hadde holdt kan kom la lå må må måtte satt "
    "satte sendte skal skrev slo står sto ta tar tok så vil vant var er"
)
_NORWEGIAN_NOT_FINITE = words(
    "både eller etter under der her hver når hvor før over mer disse selve begge siste neste hele ville "
    "håper mener mente sier synes tenker trodde ønsker visste skulle ville kunne burde"
)
# What ends like this is no verb's stem: trening, skjevhet, operasjon.
_NEVER_VERB = re.compile(r".*(?:ing|het|sjon|else|ist|dom|skap)$")
_SHORT_PRESENT = re.compile(r"[^aeiouyæøå]*[aeiouyæøå]r$")  # sår, rør, ror: verbs whose stem is open
_NORWEGIAN_AUXILIARIES = words("å skal vil kan må bør skulle ville kunne måtte burde")


@dataclass(frozen=True)
class Norwegian(Grammar):
    """Bokmål. Endings after Norsk referansegrammatikk (Faarlund, Lie & Vannebo 1997)."""

    def bases(self, word: str) -> Iterator[tuple[str, Form]]:
        yield word, Form.SAME
        yield from self._nouns(word)
        if word.endswith("s") and len(word) > 3:
            if len(word) > 5:  # of short words, what looks like a genitive is another word: «frøs», «rus»
                yield word[:-1], Form.SAME
            yield from self._nouns(word[:-1])
        yield from self._verbs(word)

    def modifier(self, word: str) -> str:
        """latent, latente; nevralt, nevrale; betinget, betingede; enkel, enkle, enkelt; ny, nytt."""
        for ending in (r"e", r"[td]+", r"e"):
            word = re.sub(rf"(?<=..){ending}$", "", word)
        return re.sub(r"(?<=[^aeiouyæøå])e(?=[lnr]$)", "", _DOUBLED.sub(r"\1", word))

    def forms_of(self, term: Term) -> Form:
        forms = super().forms_of(term)
        if Form.NEUTER not in forms:
            return forms
        if term.gender == "n":
            forms &= ~(Form.COMMON | Form.FEMININE)
            # Short neuters have no ending in the plural: «lager» is made from «lage», not from «lag».
            if _syllables(term.term.split()[-1]) == 1:
                forms &= ~Form.PLURAL_ER
        elif term.gender:
            forms &= ~Form.NEUTER
            if term.gender == "m":
                forms &= ~Form.FEMININE
        return forms

    def is_verb(self, term: Term) -> bool:
        return term.pos == "verb" or term.term.startswith("å ")

    def reads_as_verb(
        self, noun: str, form: Form, before: str, after: str, clause: tuple[str, ...] = ()
    ) -> bool:
        """«hun kjøper hus», «nå stenger vi», «regelen gjelder», «kan måle»: what else ends in -er or -e.

        So do the past tense («hun skiftet klær», «barna sporet opp en elg») and the imperative («ikke rør
        malingen»), which are spelt like neuters.
        """
        earlier = clause[-1] if clause else ""
        if before in _NORWEGIAN_SUBJECTS and _is_finite(earlier):
            return False  # «da fikk hun krykker»: the verb has been, and this is its object
        if form == Form.SAME and self._is_verb_as_it_is(noun, before, after, clause):
            return True
        if form == Form.NEUTER:
            is_subject = _is_definite(before) or before.endswith("rna") or before == SENTENCE_SUBJECT
            has_object = after in _NORWEGIAN_PARTICLES or after in _NORWEGIAN_INDEFINITE
            is_passive = (
                after == "av" and _syllables(noun) == 1 and not noun.endswith("e")
            )  # «var laget av tre»
            is_participle = before in _NORWEGIAN_PERFECTS and (
                is_passive or earlier in _NORWEGIAN_SUBJECTS | {"som"}
            )
            return before in _NORWEGIAN_SUBJECTS or (is_subject and has_object) or is_participle
        is_agent = form == Form.SAME and noun.endswith("er")
        if not is_agent and form != Form.PLURAL_ER:
            return False
        if before == "som" and earlier in _NORWEGIAN_PERSONS:
            return True  # «alle som søker», but «brukes som søker»
        if before in _NORWEGIAN_SUBJECTS or (before in _NORWEGIAN_ARTICLES and not is_agent):
            return True
        # Most nouns have no verb beside them: long ones, such as «modeller», are what they seem to be.
        if not is_agent and not noun.endswith("e") and _syllables(noun) > 1:
            return False
        return (
            before in _NORWEGIAN_OPENERS
            or after in _NORWEGIAN_OBJECTS
            or _is_definite(before)
            or _is_definite(after)
            or before.endswith("rna")
            or before == SENTENCE_SUBJECT
        )

    def _is_verb_as_it_is(self, noun: str, before: str, after: str, clause: tuple[str, ...]) -> bool:
        """«må rør», «ikke rør malingen», «lag en liste», «bonden sår korn», «hun grep rattet»."""
        if before in _NORWEGIAN_AUXILIARIES:
            return True
        is_agent = noun.endswith("er")
        if before in _NORWEGIAN_SUBJECTS:
            return not is_agent and not _NEVER_VERB.match(noun)
        is_object = _is_definite(after) or after in _NORWEGIAN_PRONOUNS or after in _NORWEGIAN_NUMBERS
        is_object |= before == "" and (after in _NORWEGIAN_INDEFINITE or after in _NORWEGIAN_POINTERS)
        if before in ("", "ikke") and is_object and not is_agent and not _NEVER_VERB.match(noun):
            return True
        is_verb = bool(_SHORT_PRESENT.match(noun)) or noun in _NORWEGIAN_PASTS
        is_subject = _is_definite(before) and not clause and bool(after)
        return (
            is_verb and is_subject and after not in self.prepositions | _NORWEGIAN_COPULAS | {"og", "eller"}
        )

    def disagrees(self, noun: str, form: Form, forms: Form, before: str, earlier: str) -> bool:
        """«en voksen», «en fôret jakke», «en negativ holdning», «være objektiv» are no nouns."""
        if before in _NORWEGIAN_COMMON or before in _NORWEGIAN_NEUTER:
            if not form & ~(Form.COMMON | Form.FEMININE | Form.NEUTER):
                return True
            is_neuter, is_common = Form.NEUTER in forms, Form.COMMON in forms
            if form == Form.SAME and is_neuter != is_common:
                return is_neuter != (before in _NORWEGIAN_NEUTER)
        if form != Form.SAME:
            return False
        if before in _NORWEGIAN_DEGREES or (before in _NORWEGIAN_COPULAS and _ADJECTIVE.match(noun)):
            return True
        # «tiden er knapp»: a short noun without article says so only of «det»; others that do are adjectives.
        is_short = _syllables(noun) == 1
        if is_short and before in _NORWEGIAN_COPULAS and _is_definite(earlier):
            return True
        # «firmaet søker folk»: the agent would have an article here.
        return noun.endswith("er") and Form.NEUTER not in forms and before.endswith("et") and len(before) > 4

    def opens_as_subject(self, word: str) -> bool:
        """«Ølet gjærer», «Boka handler», «Ola maler»."""
        return word.endswith(("et", "a", "i", "o")) and len(word) > 3 and word not in _NORWEGIAN_NO_NOUNS

    def may_be_noun(self, word: str, verb: str) -> bool:
        return word == f"{verb}r"

    def class_after(self, before: str, after: str) -> Form:
        """«to svermer», «nye svermer av bier», but «biene svermer», «de svermer», «strikk ti omganger»."""
        if before in _NORWEGIAN_SUBJECTS | _NORWEGIAN_ARTICLES | _NORWEGIAN_AUXILIARIES or before == "som":
            return Form.VERB
        if _is_definite(before) or before.endswith("rna") or before == SENTENCE_SUBJECT:
            return Form.VERB
        is_adjective = before.endswith("e") and len(before) > 2 and before not in _NORWEGIAN_NO_ADJECTIVES
        is_noun = (
            is_adjective
            or before in _NORWEGIAN_COMMON
            or before in _NORWEGIAN_NEUTER
            or before in _NORWEGIAN_NUMBERS
            or before in self.prepositions
            or before == "enn"
        )
        return Form.SAME if is_noun or (not before and after in self.prepositions) else Form(0)

    def _nouns(self, word: str) -> Iterator[tuple[str, Form]]:
        for ending, form in (
            ("en", Form.COMMON),
            ("et", Form.NEUTER),
            ("a", Form.FEMININE | Form.PLURAL),
            ("er", Form.PLURAL_ER),
            ("ene", Form.PLURAL),
        ):
            if word.endswith(ending) and len(word) - len(ending) >= 2:
                yield from self._stems(word[: -len(ending)], ending, form)
        if word.endswith("e") and len(word) > 3:
            yield from self._agents(word)
        if word.endswith("ige"):
            yield word[:-1], Form.PLURAL  # nouns that were adjectives: ansvarlige, arbeidsledige
        plural = Form.PLURAL_ER if word.endswith("er") else Form.PLURAL
        yield from _by_last_part(word, _NORWEGIAN_PLURALS, plural)
        if word.endswith("ne"):
            yield from _by_last_part(word[:-2], _NORWEGIAN_PLURALS)
        if word.endswith("ene"):
            yield from _by_last_part(word[:-3] + "er", _NORWEGIAN_PLURALS)

    def _stems(self, stem: str, ending: str, form: Form) -> Iterator[tuple[str, Form]]:
        """The bases that `stem` + `ending` may have: rom-met, linj-en, nøkl-er, muse-et, potet-ene."""
        yield stem + "e", form
        if stem.endswith("e"):
            yield stem[:-1] + "é", form  # ideen, kafeene
        if ending == "a":
            form = Form.FEMININE | Form.PLURAL
        yield stem, form
        if _GEMINATED.match(stem):
            yield stem[:-1], form
        if syncopated := _SYNCOPATED.match(stem):
            yield from _with_e(stem, syncopated[1], form)
        if ending != "en":
            yield stem + "um", form
        if ending == "ene":
            yield stem + "er", form  # terms that stand in the plural: poteter, potetene

    def _agents(self, word: str) -> Iterator[tuple[str, Form]]:
        """lærere, lærerne; filtre, sentre; nordmennene."""
        if word.endswith("ere"):
            yield word[:-1], Form.PLURAL
        if word.endswith("rne"):
            yield word[:-2], Form.PLURAL
            yield word[:-1].removesuffix("n") + "e", Form.PLURAL
        stem = word[:-1]
        if stem.endswith("r") and (syncopated := _SYNCOPATED.match(stem)):
            yield from _with_e(stem, syncopated[1], Form.PLURAL)
            yield stem + "um", Form.PLURAL

    def _verbs(self, word: str) -> Iterator[tuple[str, Form]]:
        """koker, kokte, kokt; blansjerer, blansjerte; hvisket; the imperative kok; skar, skåret."""
        yield word + "e", Form.VERB
        yield from _by_last_part(word, _NORWEGIAN_PASTS, Form.VERB)
        for ending in ("r", "s", "t", "te", "de", "d", "dde", "dd", "a"):
            if word.endswith(ending):
                stem = word[: -len(ending)]
                yield stem, Form.VERB
                yield stem + "e", Form.VERB
                if ending in ("t", "te", "de", "d") and _CONSONANT_LAST.match(stem):
                    yield f"{stem}{stem[-1]}e", Form.VERB  # fremkalte, bygde: of two consonants one is left
        if word.endswith("et"):
            yield word[:-1], Form.VERB


def _syllables(word: str) -> int:
    return len(re.findall(f"[{_VOWELS}]+", word))


def _is_finite(word: str) -> bool:
    """Whether the word looks like a verb that its subject follows."""
    if word in _NORWEGIAN_NOT_FINITE:
        return False
    return word in _NORWEGIAN_FINITE or word in _NORWEGIAN_PASTS or bool(_FINITE.match(word))


def _is_definite(word: str) -> bool:
    """Whether the word looks like a definite noun, beside which there is no noun in the plural."""
    return word.endswith(("en", "ene")) and len(word) > 4 and word not in _NORWEGIAN_NOT_DEFINITE


def _with_e(stem: str, last: str, form: Form) -> Iterator[tuple[str, Form]]:
    """filtr → filter; nøkl → nøkkel, numr → nummer."""
    yield f"{stem[:-1]}e{last}", form
    yield f"{stem[:-1]}{stem[-2]}e{last}", form


def _by_last_part(word: str, table: dict[str, str], form: Form = Form.PLURAL) -> Iterator[tuple[str, Form]]:
    for length in range(2, min(len(word), 9) + 1):
        if base := table.get(word[-length:]):
            yield word[:-length] + base, form


# English

_ENGLISH_PLURALS = _pairs(
    "children child, feet foot, geese goose, lice louse, men man, mice mouse, oxen ox, people person, "
    "teeth tooth, women woman, dice die"
)
_ENGLISH_PASTS = _pairs(
    "bent bend, bound bind, bore bear, borne bear, blew blow, blown blow, broke break, broken break, "
    "built build, burnt burn, caught catch, clung cling, dealt deal, drawn draw, drew draw, driven drive, "
    "drove drive, drank drink, drunk drink, dug dig, fed feed, fell fall, fallen fall, felt feel, fought "
    "fight, found find, flew fly, flown fly, froze freeze, frozen freeze, given give, gave give, grew "
    "grow, grown grow, ground grind, held hold, hung hang, kept keep, laid lay, led lead, left leave, "
    "lent lend, lit light, lost lose, made make, meant mean, met meet, overrode override, overridden "
    "override, paid pay, ran run, rode ride, ridden ride, rang ring, rung ring, risen rise, rose rise, "
    "sank sink, sunk sink, sawn saw, sent send, shaken shake, shook shake, shone shine, shot shoot, "
    "shrank shrink, shrunk shrink, slid slide, sold sell, sought seek, spent spend, spoke speak, spoken "
    "speak, spun spin, stole steal, stolen steal, struck strike, stuck stick, swept sweep, swollen swell, "
    "swum swim, swam swim, swung swing, taken take, took take, taught teach, tore tear, torn tear, told "
    "tell, thrown throw, threw throw, thought think, understood understand, wore wear, worn wear, wove "
    "weave, woven weave, won win, wound wind, wrung wring, written write, wrote write"
)
_ENGLISH_ENDINGS = (
    # plural, singular, what the base must look like: strictly regular forms first
    ("s", "", re.compile(r".*(?<![sxz])(?<!sh)$")),
    ("es", "", re.compile(r".*(?:[sxzo]|ch|sh)$")),
    ("ies", "y", re.compile(r".*[^aeiou]y$")),
    ("zzes", "z", re.compile(r".*z$")),
    ("sses", "s", re.compile(r".*[aeiou]s$")),
    ("ves", "f", re.compile(r".*(?:[aeo]|ai|ea|ie|oo|l|r)f$")),
    ("ves", "fe", re.compile(r".*ife$")),
    ("ices", "ix", re.compile(r".*r?ix$")),
    ("ices", "ex", re.compile(r".*(?:nd|rt|rt|p|c)ex$")),
    ("es", "is", re.compile(r".*[^aeiou]is$")),
    ("i", "us", re.compile(r".*[^s]us$")),
    ("a", "um", re.compile(r".*um$")),
    ("a", "on", re.compile(r".*on$")),
    ("ae", "a", re.compile(r".*a$")),
    ("eaux", "eau", re.compile(r".*eau$")),
)
_IZE = re.compile(r"is(?=(?:e|ed|er|ers|es|ing|ation|ations)$)")


_ENGLISH_SINGULAR_SUBJECTS = words("he she it who")
_ENGLISH_AUXILIARIES = words("he i she they we who can cannot could may might must shall should will would")
_ENGLISH_DETERMINERS = words(
    "the a an this that these those each every all any no my your his her its our their whose"
)
_ENGLISH_OBJECTS = words("it them him her us me you")
_ENGLISH_SINGULAR = words("a an another each every one this")
_ENGLISH_OPENERS = words("the a an this these those my your his her its our their")  # of an object
_ENGLISH_PARTICLES = words("away back down off out up")
_ENGLISH_CONJUNCTIONS = words(
    "after and as because before but how if so that until what when whenever where while"
)
_ENGLISH_DO = words("do does did don doesn didn")
_ENGLISH_FRONTED = words(
    "above across after along among around as at before below between beyond by during for from in inside "
    "into of on over through to under until upon via when with within without"
)
_ENGLISH_COPULAS = words("am are be been being is was were")
# Verbs whose past is spelt like the infinitive: “he cut”, but “he felt” is no form of “to felt”.
_ENGLISH_UNCHANGED = words(
    "bet bid burst cast cost cut hit hurt input let offset output put quit read reset rid set shed shut slit "
    "split spread thrust typeset upset wed wet"
)
_ENGLISH_DEGREES = words("extremely quite rather so too very")
_ENGLISH_NUMBERS = words(
    "one two three four five six seven eight nine ten hundred thousand million "
    "both few many more most several some"
)


@dataclass(frozen=True)
class English(Grammar):
    """Plurals, regular and inherited; verbs only where the term says that it is one."""

    def bases(self, word: str) -> Iterator[tuple[str, Form]]:
        yield word, Form.SAME
        for plural, singular, looks in _ENGLISH_ENDINGS:
            if word.endswith(plural):
                base = word[: -len(plural)] + singular
                if len(base) > 1 and looks.match(base):
                    yield base, Form.PLURAL
        yield from _by_last_part(word, _ENGLISH_PLURALS)
        yield from self._verbs(word)

    def is_verb(self, term: Term) -> bool:
        return term.pos == "verb" or term.term.startswith("to ")

    def filed_in_phrase(self, word: str) -> tuple[str, ...]:
        """A term in the plural is found in the singular too: “boiled potatoes”, a boiled potato."""
        return (word, *(base for base, form in self.bases(word) if form == Form.PLURAL))

    def reads_as_verb(
        self, noun: str, form: Form, before: str, after: str, clause: tuple[str, ...] = ()
    ) -> bool:
        """“she tests”, “we anchor”, “can’t stand”, “to prompt it”; the noun “will” needs an article."""
        has_object = after in _ENGLISH_OPENERS or after in _ENGLISH_OBJECTS
        if form == Form.PLURAL:
            return before in _ENGLISH_SINGULAR_SUBJECTS or (
                has_object and self._may_be_subject(before, clause) and not before.endswith("s")
            )
        if form != Form.SAME:
            return False
        if noun in _ENGLISH_AUXILIARIES:
            return before not in _ENGLISH_DETERMINERS
        if noun.endswith("ing"):  # “was dressing the children”; but “sampling the space” is both
            return before in _ENGLISH_AUXILIARIES or (before in _ENGLISH_COPULAS and has_object)
        if before == "":  # “cross the road”, “stand up”
            return has_object or after in _ENGLISH_PARTICLES
        if before == "to" or (before.endswith("s") and before not in _ENGLISH_DETERMINERS):  # “prices rise”
            is_subject = before != "to" and clause in ((), ("the",), ("these",))
            is_adverb = after.endswith("ly") and after != "only"
            has_adverbial = is_adverb or after in _ENGLISH_CONJUNCTIONS or after in ("each", "every")
            return has_object or (is_subject and has_adverbial)
        if before == "not":  # “do not pose questions”
            return bool(clause) and (clause[-1] in _ENGLISH_DO or clause[-1] in _ENGLISH_AUXILIARIES)
        if before == "you":
            return has_object or not clause or clause[-1] in _ENGLISH_CONJUNCTIONS
        if has_object and _ENGLISH_DO.intersection(clause) and self._may_be_subject(before, clause):
            return True  # “does this key match the lock”
        return before in _ENGLISH_AUXILIARIES or before in ("please", "t", "ll")

    def _may_be_subject(self, before: str, clause: tuple[str, ...]) -> bool:
        """Whether the word before is a noun that a verb may follow; not so in “in both layers the”."""
        no_nouns = _ENGLISH_DETERMINERS | _ENGLISH_NUMBERS | _ENGLISH_COPULAS | self.prepositions
        main = [word for word in clause if word not in ("and", "but", "or", "so")]
        opening = main[0] if main else before
        return bool(before) and before not in no_nouns and opening not in _ENGLISH_FRONTED

    def disagrees(self, noun: str, form: Form, forms: Form, before: str, earlier: str) -> bool:
        """“very negative” and “was negative” are no nouns, “that accounts for it” is no plural."""
        if form == Form.PLURAL and (before in _ENGLISH_SINGULAR or (before == "that" and not earlier)):
            return True
        is_told = before == "be" and not earlier  # “be patient”
        is_adjective = is_told or (before in _ENGLISH_COPULAS and _ADJECTIVE.match(noun))
        return form == Form.SAME and (before in _ENGLISH_DEGREES or bool(is_adjective))

    def is_participle(self, verb: str, before: str) -> bool:
        return verb in _ENGLISH_UNCHANGED and before in _ENGLISH_COPULAS

    def is_other_verb(self, verb: str, before: str) -> bool:
        return before in ("he", "she", "it") and verb not in _ENGLISH_UNCHANGED

    def may_be_noun(self, word: str, verb: str) -> bool:
        return word in (verb, f"{verb}s", f"{verb}es")

    def class_after(self, before: str, after: str) -> Form:
        """“more swarms”, but “they swarm”, “bees swarm”."""
        if before in _ENGLISH_DETERMINERS or before in _ENGLISH_NUMBERS or before in self.prepositions:
            return Form.SAME if before != "to" else Form.VERB
        if before == "s":  # the genitive's
            return Form.SAME
        if before in _ENGLISH_COPULAS:  # “taxes are cut”
            return Form.VERB
        if before in _ENGLISH_AUXILIARIES or before in ("you", "it") or before.endswith("s"):
            return Form.VERB
        return Form(0)

    def _verbs(self, word: str) -> Iterator[tuple[str, Form]]:
        """braises, braised, braising; chopped, chopping; fries, fried; froze, frozen."""
        yield from _by_last_part(word, _ENGLISH_PASTS, Form.VERB)
        for ending in ("s", "es", "d", "ed", "ing"):
            if word.endswith(ending) and len(word) - len(ending) > 1:
                stem = word[: -len(ending)]
                yield stem, Form.VERB
                if ending in ("ed", "ing"):
                    yield stem + "e", Form.VERB
                    if stem[-1] == stem[-2]:
                        yield stem[:-1], Form.VERB
                if stem.endswith("i") and ending in ("es", "ed"):
                    yield stem[:-1] + "y", Form.VERB


@dataclass(frozen=True)
class Stemmed(Grammar):
    """Any language with a Snowball stemmer: equal stems, and endings no longer than inflection makes them."""

    algorithm: str = ""
    longest_ending: int = 4

    def bases(self, word: str) -> Iterator[tuple[str, Form]]:
        yield word, Form.SAME
        stem = self._stem(word)
        if len(word) - len(stem) <= self.longest_ending:
            yield f"{stem}…", Form.STEM

    def modifier(self, word: str) -> str:
        return self._stem(word)

    def filed(self, word: str) -> tuple[str, ...]:
        return (word, f"{self._stem(word)}…")

    def _stem(self, word: str) -> str:
        return str(_stemmer(self.algorithm).stemWord(word))


@cache
def _stemmer(algorithm: str) -> Any:
    return snowballstemmer.stemmer(algorithm)


_NORWEGIAN = Norwegian(
    prepositions=words("av for fra i med mellom om på til uten ved"),
    suffixes=("enes", "ene", "ens", "ers", "ets", "en", "er", "et", "a", "s"),
    before_nouns=words(
        "den det de en et ei denne dette disse min din sin vår hver alle begge noen mange "
        "i på av til fra med om ved for som når hvis"
    ),
    before_no_verb=words("en ei et er var være vært veldig"),
    names_are_capitalised=True,
)
_ENGLISH = English(
    prepositions=words("at by for from in of on to with without"),
    suffixes=("s",),
    before_nouns=words(
        "the a an this that these those my your his her its our their each every all any some both many no "
        "in on at by for from with of to as when if while use see"
    ),
    before_no_verb=_ENGLISH_DETERMINERS | _ENGLISH_COPULAS | words("very"),
    names_are_capitalised=True,
)


def grammar_of(stemmer: str) -> Grammar:
    """The grammar for a language, named by its Snowball algorithm (`Language.stemmer`)."""
    if stemmer == "norwegian":
        return _NORWEGIAN
    if stemmer in ("english", "porter"):
        return _ENGLISH
    return Stemmed(algorithm=stemmer) if stemmer else Grammar()
