"""Where everything in an incoming file belongs in the termbase: languages, ids, subjects, terms, relations.

What others publish has languages by other tags, ids that are numbers, two preferred terms or none. Here it is
decided what becomes of that, and each decision is noted in `Incoming.decisions`; what there is no room for
goes into `extra`. Only what would leave the termbase unsound is a problem.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import langcodes

from ..languages import script, usual
from ..load import ID, ID_FORM, LANGUAGE
from ..pages import RESERVED_IDS
from . import extra, plain
from .plain import EXTRA, Data, Incoming

UNTAGGED = "und"  # BCP 47's tag for a language that is not stated
_NO_LANGUAGES = (UNTAGGED, "mul", "mis", "zxx")  # several, one without a code, none
_NEAR = 10  # CLDR's distance of a region or of Bokmål from Norwegian; another script or language is further
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "œ": "oe", "ß": "ss", "đ": "d", "ð": "d", "ł": "l", "þ": "th"})
_MAX_ID = 60


def place(incoming: Incoming, existing: Data, languages: Sequence[str] = ()) -> None:
    """Put what the file says under the names that the termbase has for it.

    `languages` are the ones that a new termbase gets; without, it gets those of the file.
    """
    merged = {**existing["languages"], **incoming.part("languages")}
    if not merged:
        merged = _new_languages(incoming, languages)
        incoming.data["languages"] = merged
    if not merged:
        return
    _place_entries(incoming, merged)
    _place_ids(incoming, existing)
    _place_subjects(incoming, existing, merged)
    if incoming.lenient:
        _keep_nameless(incoming, existing)
    _place_relations(incoming, existing)


# Languages


def _new_languages(incoming: Incoming, wanted: Sequence[str]) -> Data:
    """The languages of a new termbase: those that are wanted, else those of the file."""
    used = Counter(key for concept in incoming.part("concepts").values() for key in plain.entry_keys(concept))
    tags = [tag for tag in used if tag.lower() not in _NO_LANGUAGES]
    if not (tags or wanted):
        message, fix = "the file does not say which language it is in", "say it: --languages en"
        incoming.report("X011", message, fix)
        return {}
    tags.sort(key=lambda tag: (not _is_near(tag, incoming.source), -used[tag]))
    codes: dict[str, str] = {}  # code → tag
    if wanted:
        codes = {code: _nearest_tag(code, tags) for code in wanted}
    else:
        groups: dict[str, list[str]] = defaultdict(list)
        for tag in tags:
            groups[_base(tag)].append(tag)
        for base, members in groups.items():
            alone = len(members) == 1
            codes |= {base if alone else _standard(tag): _standard(tag) for tag in members}
    found = {code: _language(code, tag, incoming) for code, tag in codes.items() if LANGUAGE.fullmatch(code)}
    if not found or (wanted and len(found) < len(codes)):
        for code in codes.keys() - found.keys():
            message = f"“{code}” is no language that a site can have"
            incoming.report("X011", message, "name the languages: --languages en nb", lang=code)
        return {}
    incoming.decide("languages of the new termbase", ", ".join(found))
    return found


def _language(code: str, tag: str, incoming: Incoming) -> Data:
    """What is to be said of a language: its name, and the tag of its texts, if that is another one."""
    known = usual(code)
    data = {"name": known.get("name", code)}
    is_usual = tag in ("", known["html"]) or (tag == code and not incoming.tagged)
    return data if is_usual else data | {"html": tag}


def _standard(tag: str) -> str:
    """The tag as BCP 47 writes it: en_us → en-US; as it is if it is none."""
    try:
        return str(langcodes.standardize_tag(tag))
    except ValueError:
        return tag


def _base(tag: str) -> str:
    """The code of a tag that has no sibling: its language, and its script where that is an unusual one."""
    parts = _standard(tag).split("-")
    language = "nb" if parts[0] == "no" else parts[0]
    own = script(_standard(tag)) or script("-".join((parts[0], *parts[-1:])))
    if parts[0] == "zh" and any(part in ("TW", "HK", "MO") for part in parts[1:]):
        own = "Hant"
    return language if not own or own == script(language) else f"{language}-{own}"


def _nearest_tag(code: str, tags: Iterable[str]) -> str:
    near = sorted((tag for tag in tags if _is_near(tag, code)), key=lambda tag: _distance(tag, code))
    return _standard(near[0]) if near else ""


def _is_near(tag: str, code: str) -> bool:
    return bool(code) and _distance(tag, code) <= _NEAR


def _distance(tag: str, code: str) -> int:
    """How far a tag is from a language, by CLDR; 0 is none."""
    try:
        return langcodes.tag_distance(_standard(tag), _standard(code))
    except ValueError:
        return 1000


class _Codes:
    """Which of the termbase's languages each tag of the file is nearest to."""

    def __init__(self, incoming: Incoming, languages: Data) -> None:
        self.tags = plain.language_tags(languages)
        self.exact = {code.lower(): (code, 1) for code in languages}
        self.exact |= {tag.lower(): (code, 0) for code, tag in self.tags.items()}
        self.exact |= {tag.lower(): (code, 0) for tag, code in incoming.tags.items()}
        self.default = _default(incoming, languages)
        self.found: dict[str, tuple[str, int]] = {}

    def of(self, tag: str) -> tuple[str, int]:
        """The code and how far it is; no code where none is near."""
        if tag not in self.found:
            self.found[tag] = self._of(tag)
        return self.found[tag]

    def _of(self, tag: str) -> tuple[str, int]:
        if tag == UNTAGGED:
            return self.default, 500
        if known := self.exact.get(tag.lower()) or self.exact.get(_standard(tag).lower()):
            return known
        near = sorted((_distance(tag, self.tags[code]), code) for code in self.tags)
        distance, code = near[0]
        return (code, distance + 2) if distance <= _NEAR else ("", 1000)


def _default(incoming: Incoming, languages: Data) -> str:
    """The language of what has no tag: the file's own, else the reference language."""
    near = (code for code in languages if _is_near(incoming.source, code))
    marked = (code for code, language in languages.items() if language.get("reference"))
    return next(near, "") or next(marked, "") or next(iter(languages))


def _place_entries(incoming: Incoming, languages: Data) -> None:
    codes = _Codes(incoming, languages)
    declared = set(incoming.tags)
    used: Counter[str] = Counter()
    for id, concept in incoming.part("concepts").items():
        given = {key: concept.pop(key) for key in plain.entry_keys(concept)}
        ranks = {tag: (not _is_named(entry), codes.of(tag)[1]) for tag, entry in given.items()}
        for tag in sorted(given, key=ranks.__getitem__):
            code, _ = codes.of(tag)
            if code and code not in concept:
                concept[code] = given[tag]
                is_own = tag.lower() in (codes.tags[code].lower(), *declared)
                if incoming.tagged and not is_own:
                    concept[code].setdefault(EXTRA, {})["lang"] = tag
                incoming.tags.setdefault(tag, code)
                used[tag] += 1
            else:
                extra.note(concept, "languages", tag, given[tag])
                why = f"{tag}: beside {code}" if code else f"{tag}: not in languages.yml"
                if tag == UNTAGGED:
                    why = f"no language is named, and {code} has texts: name it with --languages or --columns"
                line = incoming.line_of(id, tag)
                incoming.decide("language kept in `extra`", why, id=id, lang=tag, line=line)
    for tag in used:
        if (code := codes.of(tag)[0]).lower() != tag.lower() and not incoming.complete:
            name = "no language" if tag == UNTAGGED else tag
            incoming.decide(f"{name} is read as {code}", f"{used[tag]} concepts", lang=code)


def _is_named(entry: Data) -> bool:
    """Whether the file itself has a preferred term there."""
    terms = plain.with_status(entry.get("terms", ()))
    return any(status == "preferred" and "status" not in term.get(EXTRA, {}) for status, term in terms)


# Terms


def settle_terms(incoming: Incoming) -> None:
    """In each language of each concept: see `_place_terms`."""
    for id, concept in incoming.part("concepts").items():
        for lang in plain.entry_keys(concept):
            _place_terms(incoming, concept[lang], id, lang)


def _place_terms(incoming: Incoming, entry: Data, id: str, lang: str) -> None:
    """One preferred term, and none twice; what the file says otherwise stays in `extra`."""
    terms: list[Data] = []
    known: set[str] = set()
    line = incoming.line_of(id, lang) if "terms" in entry else 0
    for term in entry.pop("terms", ()):
        text = " ".join(str(term.get("term", "")).split())
        if text and text in known:
            again = {**term, "status": term.get("status", "admitted")}  # as exports state it
            entry.setdefault(EXTRA, {}).setdefault("terms", []).append(again)
            incoming.decide("term given twice, kept once", text, id=id, lang=lang, line=line)
        else:
            known.add(text)
            terms.append(term)
    if terms:
        entry["terms"] = terms
        _choose_preferred(incoming, terms, id, lang, line)


def _choose_preferred(incoming: Incoming, terms: list[Data], id: str, lang: str, line: int) -> None:
    stated = [term.get("status") for term in terms]
    if "preferred" not in stated:
        if None in stated:
            chosen = stated.index(None)
        else:
            chosen = stated.index("admitted") if "admitted" in stated else 0
            terms[chosen].setdefault(EXTRA, {})["status"] = stated[chosen]
            incoming.decide(
                "no preferred term: the first one is", terms[chosen]["term"], id=id, lang=lang, line=line
            )
    else:
        chosen = stated.index("preferred")
    for place, term in enumerate(terms):
        if place == chosen:
            term["status"] = "preferred"
        elif term.get("status") == "preferred":
            term["status"] = "admitted"
            term.setdefault(EXTRA, {})["status"] = "preferred"
            incoming.decide("a second preferred term: admitted", term["term"], id=id, lang=lang, line=line)
        else:
            term.setdefault("status", "admitted")


def share_terms(incoming: Incoming, existing: Data, merged: Data) -> None:
    """A term leads to one concept: of those that share one, the first keeps it, the others are not linked."""
    order = [*existing["concepts"], *(id for id in merged["concepts"] if id not in existing["concepts"])]
    for lang in merged["languages"]:
        owners: dict[str, str] = {}
        for id in order:
            for status, term in plain.with_status(merged["concepts"][id].get(lang, {}).get("terms", ())):
                if status not in ("preferred", "admitted") or term.get("link") is False:
                    continue
                owner = owners.setdefault(_text_key(term), id)
                if owner != id and id in incoming.part("concepts"):
                    term["link"] = False
                    line = incoming.line_of(id, lang)
                    detail = f"{term['term']} is also {owner}"
                    incoming.decide("shared term, not linked", detail, id=id, lang=lang, line=line)


def _text_key(term: Data) -> str:
    from ..model import Term

    return Term(str(term["term"]), type=str(term.get("type", ""))).text_key


# Ids


def _place_ids(incoming: Incoming, existing: Data) -> None:
    """Ids of others may have capitals or be numbers; ours are part of file names and addresses."""
    concepts = incoming.part("concepts")
    names = _Names(existing)
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for raw, concept in concepts.items():
        if id := (names.given if incoming.lenient else _strict_id)(incoming, raw, concept, taken):
            ids[raw] = id
            taken.add(id)
    placed: Data = {}
    for raw, id in ids.items():
        concept = concepts[raw]
        for relation in plain.RELATIONS:
            if relation in concept:
                concept[relation] = [ids.get(target, target) for target in concept[relation]]
        placed[id] = concept
        if id != raw:
            incoming.ids[id] = raw
            if not (incoming.complete or raw in incoming.invented or "uri" in concept.get(EXTRA, {})):
                concept.setdefault(EXTRA, {})["id"] = raw
    incoming.data["concepts"] = placed


def _strict_id(incoming: Incoming, raw: str, concept: Data, taken: set[str]) -> str:
    """The id of a file of ours, or the nearest; empty, with the reason noted, if there is none."""
    id = raw if ID.fullmatch(raw) else as_id(raw)
    if id and id not in taken:
        return id
    message = f"“{raw}” becomes {id}, as another does" if id else f"“{raw}” cannot be a concept's id"
    incoming.report("X012", message, f"{ID_FORM}: latent-space", line=incoming.line_of(raw), id=raw)
    return ""


class _Names:
    """Ids for the concepts of others: the ones that they got before, else new ones that say something."""

    def __init__(self, existing: Data) -> None:
        self.known: dict[str, str] = {}  # what a concept was called in the file it came from → id
        for id, concept in existing["concepts"].items():
            extras = concept.get(EXTRA, {})
            self.known |= {extras[key]: id for key in ("id", "uri") if key in extras}
        self.imported_ids = set(self.known.values())
        self.own_ids = {id for id in existing["concepts"] if not _is_number(id)}

    def given(self, incoming: Incoming, raw: str, concept: Data, taken: set[str]) -> str:
        if ours := concept.get(EXTRA, {}).pop("ours", "") if incoming.complete else "":
            concept[EXTRA]["id"] = raw
            return str(ours)
        uri = concept.get(EXTRA, {}).get("uri", "")
        if raw in self.own_ids and not uri and raw not in taken and raw not in incoming.invented:
            return raw
        known = self.known.get(uri) if uri else self.known.get(raw)
        if known and known not in taken:
            return known
        if incoming.complete and ID.fullmatch(raw) and raw not in taken:
            return raw
        if raw in incoming.invented or _is_number(raw) or not as_id(raw):
            wanted = _named(concept) or as_id(raw) or "concept"
        else:
            wanted = as_id(raw)
        numbered = (f"{wanted}-{number}" for number in itertools.count(2))
        return next(
            id
            for id in itertools.chain([wanted], numbered)
            if id not in taken and id not in self.imported_ids and id not in RESERVED_IDS
        )


def as_id(text: str) -> str:
    """The nearest id: “TE_Neural Net” becomes te-neural-net; empty when nothing is left."""
    ascii = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    id = re.sub(r"[^a-z0-9]+", "-", ascii)[:_MAX_ID].strip("-")
    return id if not id or id[0].isalpha() else f"c-{id}"


def _is_number(raw: str) -> bool:
    """Whether an id says nothing to a reader: half of it or more are digits, or it is very long."""
    digits = sum(map(str.isdigit, raw))
    return 2 * digits >= sum(map(str.isalnum, raw)) or len(raw) > _MAX_ID


def _named(concept: Data) -> str:
    """An id from the preferred term, in the first language whose letters make one; else from its pinyin."""
    for key in sorted(plain.entry_keys(concept), key=lambda key: key.split("-")[0] != "en"):
        for status, term in plain.with_status(concept[key].get("terms", ())):
            text = str(term.get("term", ""))
            if status == "preferred" and sum(map(str.isascii, text)) > len(text) / 2 and (id := as_id(text)):
                return id
    for key in filter(_is_chinese, plain.entry_keys(concept)):
        for status, term in plain.with_status(concept[key].get("terms", ())):
            if status == "preferred":
                return as_id(str(term.get("pinyin") or _pinyin(str(term.get("term", "")))))
    return ""


def _is_chinese(tag: str) -> bool:
    return tag.split("-")[0].lower() in ("zh", "cmn")


def _pinyin(text: str) -> str:
    from ..order import pinyin_by_words

    return pinyin_by_words(text)


# Subjects


def _place_subjects(incoming: Incoming, existing: Data, languages: Data) -> None:
    """A subject may be given by its label in any language; one of others that is new gets an id."""
    codes = _Codes(incoming, languages)
    if not incoming.complete:
        new = incoming.part("subjects")
        incoming.data["subjects"] = {id: _labels(codes, labels) for id, labels in new.items()}
    subjects = {**existing["subjects"], **incoming.part("subjects")}
    labels = {label.casefold(): id for id, names in subjects.items() for label in names.values()}
    for id, concept in incoming.part("concepts").items():
        subject = str(concept.get("subject", ""))
        if not subject or subject in subjects:
            _drop_label(incoming, concept, subjects.get(subject, {}), codes)
            continue
        known = labels.get(subject.casefold())
        if not known and not incoming.complete:
            known = _new_subject(incoming, subject, codes.default, set(subjects))
            subjects[known] = incoming.part("subjects")[known]
            labels[subject.casefold()] = known
            incoming.decide("new subject", f"{known}: {subject}", id=id, line=incoming.line_of(id))
        concept["subject"] = known or subject
        _drop_label(incoming, concept, subjects.get(known or "", {}), codes)


def _drop_label(incoming: Incoming, concept: Data, labels: Mapping[str, str], codes: _Codes) -> None:
    """A subject's label need not be kept as well, if that is how it is exported."""
    if incoming.subject_in_extra and (extras := concept.get(EXTRA, {})):
        name, written = incoming.subject_in_extra
        implied = written({tag: labels[code] for code, tag in codes.tags.items() if code in labels})
        left = [value for value in extra.values(extras.get(name, [])) if value not in implied]
        if name in extras:
            extras[name] = left[0] if len(left) == 1 else left


def _labels(codes: _Codes, labels: Mapping[str, str]) -> Data:
    found: Data = {}
    for tag, label in labels.items():
        if code := codes.of(tag)[0]:
            found.setdefault(code, label)
    return found


def _new_subject(incoming: Incoming, label: str, lang: str, taken: set[str]) -> str:
    wanted = as_id(label) or (as_id(_pinyin(label)) if _is_chinese(lang) else "") or "subject"
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    id = next(name for name in (wanted, *numbered) if name not in taken)
    incoming.part("subjects")[id] = {lang: label}
    return id


# Relations


def _keep_nameless(incoming: Incoming, existing: Data) -> None:
    """A concept without a term in any of the languages has nothing to show: `extra.yml` keeps it."""
    concepts = incoming.part("concepts")
    for id in [id for id in concepts if id not in existing["concepts"]]:
        concept = concepts[id]
        if not any(concept[lang].get("terms") for lang in plain.entry_keys(concept)):
            incoming.part("extra").setdefault("concepts", {})[id] = concepts.pop(id)
            line = incoming.line_of(id)
            incoming.decide("no term in any language of the termbase: kept in extra.yml", id=id, line=line)


def _place_relations(incoming: Incoming, existing: Data) -> None:
    known = {*existing["concepts"], *incoming.part("concepts")}
    nameless = incoming.part("extra").get("concepts", {})
    names = _ids_by_name(existing) if incoming.lenient else {}
    for id, concept in [*incoming.part("concepts").items(), *nameless.items()]:
        for relation in plain.RELATIONS:
            targets = [
                t if t in known or t in nameless else names.get(t.casefold(), t)
                for t in concept.get(relation, [])
            ]
            away = [t for t in targets if t in nameless or id in nameless or _is_kept(incoming, t, id, known)]
            if targets:
                concept[relation] = [target for target in targets if target not in away]
            if away:
                extra.note(concept, "relations", relation, away)
                what = "relation to what has no page: kept in `extra`"
                incoming.decide(what, f"{relation}: {', '.join(away)}", id=id, line=incoming.line_of(id))


def _ids_by_name(existing: Data) -> Mapping[str, str]:
    """A term of the termbase, in any language → its concept: tables name what they relate to."""
    found: dict[str, str] = {}
    for id, concept in existing["concepts"].items():
        for lang in plain.entry_keys(concept):
            for term in concept[lang].get("terms", ()):
                found.setdefault(str(term["term"]).casefold(), id)
    return found


def _is_kept(incoming: Incoming, target: str, id: str, known: set[str]) -> bool:
    return incoming.lenient and (target == id or target not in known)


def report_extra(incoming: Incoming) -> None:
    """Note what is kept in `extra`, by its name."""
    if incoming.complete:
        return
    for id, concept in incoming.part("concepts").items():
        entries = [concept[lang] for lang in plain.entry_keys(concept)]
        items = [concept, *entries, *(term for entry in entries for term in entry.get("terms", ()))]
        names = dict.fromkeys(name for item in items for name in extra.rest(item.get(EXTRA, {})))
        for name in names:
            incoming.decide(f"kept in `extra`: {name}", id=id, line=incoming.line_of(id))
    extras = extra.rest(incoming.part("extra"))
    if extras:
        incoming.decide("kept in extra.yml: what belongs to no concept", f"{len(extras)} entries")
