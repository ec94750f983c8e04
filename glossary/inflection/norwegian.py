"""Bokmål."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..model import Term
from .grammar import SENTENCE_SUBJECT, Form, Grammar, by_last_part, pairs, words

_GEMINATED = re.compile(r".*[aeiouyæøå]mm$")
_SYNCOPATED = re.compile(r".*[^aeiouyæøå]([lrn])$")
_VOWELS = "aeiouyæøåéèêóòôü"
_CONSONANT_LAST = re.compile(r".*[aeiouyæøå][bdfgklmnprstv]$")
_DOUBLED = re.compile(r"([bdfgklmnprstv])\1")

# Plurals with another vowel, as the last part of a word, so that compounds are covered: gulrøtter, lærebøker.
_PLURALS = pairs(
    "bøker bok, bøter bot, bønder bonde, brødre bror, døtre datter, føtter fot, gjess gås, gjessene gås, "
    "gårder gård, hender hånd, klør klo, knær kne, krefter kraft, kyr ku, lus lus, menn mann, "
    "mennene mann, mødre mor, netter natt, nøter not, nøtter nøtt, render rand, røtter rot, "
    "stender stand, stenger stang, strender strand, tenger tang, tenner tann, trær tre, tær tå, "
    "øyne øye, øynene øye, ører øre, klær klede, fedre far, søstre søster"
)

# Verbs with another vowel in the past, likewise: beskåret, avbrøt.
_PASTS = pairs(
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

_SUBJECTS = words("jeg du han hun vi dere man")
_ARTICLES = words("den det de")  # which are subjects, too
_OPENERS = words("nå så her der hvorfor")  # the verb comes second
_NO_NOUNS = words("bra ekstra enda extra fordi lilla meget prima rosa")  # but they end like some
_PERSONS = words("alle den de dem noen mange flere folk ingen vi dere han hun jeg du")
_PRONOUNS = words("seg meg deg oss ham henne dem")
_OBJECTS = _PRONOUNS | words("en et ei denne dette disse sin sitt sine hele alle")
_NOT_DEFINITE = words(
    "annen egen enten foruten hverken hvilken igjen ingen liten nesten noen siden sjelden uten verken"
)
_PARTICLES = words("av bort fram frem igjen inn ned opp på tilbake til ut")
# After these a noun is indefinite, and of one gender; after «ingen» in the plural, it may be of any.
_COMMON = words("en ei min din sin vår hver enhver annen hvilken")
_NEUTER = words("et mitt ditt sitt vårt intet hvert ethvert annet hvilket")
_DEGREES = words("altfor ganske nokså svært temmelig veldig")
_COPULAS = words("bli blir blitt ble er var være vært virker")
_ADJECTIVE = re.compile(r".*(?:ive?|isk|ell)$")
_NUMBERS = words("to tre fire fem seks sju syv åtte ni ti mange flere få noen begge ingen enkelte")
_NO_ADJECTIVES = words(
    "alle bare borte både de der dere disse gjerne hjemme ikke inne kanskje lenge like nede nesten noe ofte "
    "oppe ute ble hadde gjorde"
)
_INDEFINITE = words("en et ei")
_POINTERS = words("denne dette disse din ditt dine hele alle")
_PERFECTS = words("er var har hadde ble blir blitt vært")
# «fikk hun», «da tar vi»; but «tror hun kommer» leaves out an «at», and «når vi» is no verb.
_FINITE_ENDING = re.compile(r".{2,}(?:[^aeiouyæøå]er|te|de)$")
_FINITE = words(
    "ba ble dro får fikk fant ga gir gikk går gjorde gjør har hadde holdt kan kom la lå må må måtte satt "
    "satte sendte skal skrev slo står sto ta tar tok så vil vant var er"
)
_NOT_FINITE = words(
    "både eller etter under der her hver når hvor før over mer disse selve begge siste neste hele ville "
    "håper mener mente sier synes tenker trodde ønsker visste skulle ville kunne burde"
)
# What ends like this is no verb's stem: trening, skjevhet, operasjon.
_NEVER_VERB = re.compile(r".*(?:ing|het|sjon|else|ist|dom|skap)$")
_SHORT_PRESENT = re.compile(r"[^aeiouyæøå]*[aeiouyæøå]r$")  # sår, rør, ror: verbs whose stem is open
_AUXILIARIES = words("å skal vil kan må bør skulle ville kunne måtte burde")


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
        """latent, latente; nevralt, nevrale; betinget, betingede; enkel, enkle, enkelt; ny, nytt.

        Of two letters only what ends in a vowel is a stem: «ende» is no form of «en».
        """
        for ending in (r"e", r"[td]+", r"e"):
            word = re.sub(rf"(?:(?<=...)|(?<=.[{_VOWELS}])){ending}$", "", word)
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
        malingen»), which are spelled like neuters.
        """
        earlier = clause[-1] if clause else ""
        if before in _SUBJECTS and _is_finite(earlier):
            return False  # «da fikk hun krykker»: the verb has been, and this is its object
        if form == Form.SAME and self._is_verb_as_it_is(noun, before, after, clause):
            return True
        if form == Form.PLURAL and noun.endswith("er") and before in _AUXILIARIES:
            # «å transformere», «kan transformere måten», but «da kan lærere be om hjelp»
            is_object = _is_definite(after) or after in _OBJECTS | _POINTERS
            return before == "å" or is_object or earlier in _SUBJECTS | _ARTICLES | {"dette", "som"}
        if form == Form.NEUTER:
            is_subject = _is_definite(before) or before.endswith("rna") or before == SENTENCE_SUBJECT
            has_object = after in _PARTICLES or after in _INDEFINITE
            is_passive = (
                after == "av" and _syllables(noun) == 1 and not noun.endswith("e")
            )  # «var laget av tre»
            is_participle = before in _PERFECTS and (is_passive or earlier in _SUBJECTS | {"som"})
            return before in _SUBJECTS or (is_subject and has_object) or is_participle
        is_agent = form == Form.SAME and noun.endswith("er")
        if not is_agent and form != Form.PLURAL_ER:
            return False
        if before == "som" and earlier in _PERSONS:
            return True  # «alle som søker», but «brukes som søker»
        if before in _SUBJECTS or (before in _ARTICLES and not is_agent):
            return True
        # Most nouns have no verb beside them: long ones, such as «modeller», are what they seem to be.
        # Those in -er are verbs in -ere, too: «læreren transformerer», «hun parkerer».
        if not is_agent and not noun.endswith(("e", "er")) and _syllables(noun) > 1:
            return False
        return (
            before in _OPENERS
            or after in _OBJECTS
            or _is_definite(before)
            or _is_definite(after)
            or before.endswith("rna")
            or before == SENTENCE_SUBJECT
        )

    def _is_verb_as_it_is(self, noun: str, before: str, after: str, clause: tuple[str, ...]) -> bool:
        """«må rør», «ikke rør malingen», «lag en liste», «bonden sår korn», «hun grep rattet»."""
        if before in _AUXILIARIES:
            return True
        is_agent = noun.endswith("er")
        if before in _SUBJECTS:
            return not is_agent and not _NEVER_VERB.match(noun)
        is_object = _is_definite(after) or after in _PRONOUNS or after in _NUMBERS
        is_object |= before == "" and (after in _INDEFINITE or after in _POINTERS)
        if before in ("", "ikke") and is_object and not is_agent and not _NEVER_VERB.match(noun):
            return True
        is_verb = bool(_SHORT_PRESENT.match(noun)) or noun in _PASTS
        is_subject = _is_definite(before) and not clause and bool(after)
        return is_verb and is_subject and after not in self.prepositions | _COPULAS | {"og", "eller"}

    def disagrees(self, noun: str, form: Form, forms: Form, before: str, earlier: str) -> bool:
        """«en voksen», «en fôret jakke», «en negativ holdning», «være objektiv» are no nouns."""
        if before in _COMMON or before in _NEUTER:
            if not form & ~(Form.COMMON | Form.FEMININE | Form.NEUTER):
                return True
            is_neuter, is_common = Form.NEUTER in forms, Form.COMMON in forms
            if form == Form.SAME and is_neuter != is_common:
                return is_neuter != (before in _NEUTER)
        if form != Form.SAME:
            return False
        if before in _DEGREES or (before in _COPULAS and _ADJECTIVE.match(noun)):
            return True
        # «tiden er knapp»: a short noun without article says so only of «det»; others that do are adjectives.
        is_short = _syllables(noun) == 1
        if is_short and before in _COPULAS and _is_definite(earlier):
            return True
        # «firmaet søker folk»: the agent would have an article here.
        return noun.endswith("er") and Form.NEUTER not in forms and before.endswith("et") and len(before) > 4

    def opens_as_subject(self, word: str) -> bool:
        """«Ølet gjærer», «Boka handler», «Ola maler»."""
        return word.endswith(("et", "a", "i", "o")) and len(word) > 3 and word not in _NO_NOUNS

    def is_passive(self, word: str, after: str) -> bool:
        """«bransjen transformeres av teknologi», but «læreres arbeid»."""
        return word.endswith("eres") and (not after or after in self.prepositions | {"og", "eller"})

    def may_be_noun(self, word: str, verb: str) -> bool:
        return word == f"{verb}r"

    def class_between(self, before: str, after: str) -> Form:
        """«to svermer», «nye svermer av bier», but «biene svermer», «de svermer», «strikk ti omganger»."""
        if before in _SUBJECTS | _ARTICLES | _AUXILIARIES or before == "som":
            return Form.VERB
        if _is_definite(before) or before.endswith("rna") or before == SENTENCE_SUBJECT:
            return Form.VERB
        is_adjective = before.endswith("e") and len(before) > 2 and before not in _NO_ADJECTIVES
        is_noun = (
            is_adjective
            or before in _COMMON
            or before in _NEUTER
            or before in _NUMBERS
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
        yield from by_last_part(word, _PLURALS, plural)
        if word.endswith("ne"):
            yield from by_last_part(word[:-2], _PLURALS)
        if word.endswith("ene"):
            yield from by_last_part(word[:-3] + "er", _PLURALS)

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
        yield from by_last_part(word, _PASTS, Form.VERB)
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
    if word in _NOT_FINITE:
        return False
    return word in _FINITE or word in _PASTS or bool(_FINITE_ENDING.match(word))


def _is_definite(word: str) -> bool:
    """Whether the word looks like a definite noun, beside which there is no noun in the plural."""
    return word.endswith(("en", "ene")) and len(word) > 4 and word not in _NOT_DEFINITE


def _with_e(stem: str, last: str, form: Form) -> Iterator[tuple[str, Form]]:
    """filtr → filter; nøkl → nøkkel, numr → nummer."""
    yield f"{stem[:-1]}e{last}", form
    yield f"{stem[:-1]}{stem[-2]}e{last}", form


NORWEGIAN = Norwegian(
    prepositions=words("av for fra i med mellom om på til uten ved"),
    suffixes=("enes", "ene", "ens", "ers", "ets", "en", "er", "et", "a", "s"),
    before_nouns=words(
        "den det de en et ei denne dette disse min din sin vår hver alle begge noen mange "
        "i på av til fra med om ved for som når hvis"
    ),
    before_no_verb=words("en ei et er var være vært veldig"),
    hyphens_join_parts=True,
    names_are_capitalized=True,
)
