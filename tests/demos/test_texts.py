"""Texts in three languages: how words agree, what documents are made of, how they are split and numbered."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections import Counter
from itertools import chain, islice, pairwise

import opencc
import pytest
import torch

from demos.data.texts import characters, corpus, grammar
from demos.data.texts.agreement import AGREEMENTS
from demos.data.texts.cards import card
from demos.data.texts.characters import ALPHABETS, END, PADDING, START, UNKNOWN, is_chinese
from demos.data.texts.corpus import BYTES, LANGUAGES, generated, prose, text
from demos.data.texts.grammar import SPLITS, Chance, Writer, combinations, parsed, split_of
from tests.ordlab import LANGUAGES as SITE

ALL = {language: "\n\n".join(text(language, split) for split in SPLITS) for language in LANGUAGES}
BY_GRAMMAR = {
    language: "\n\n".join(one.text for split in SPLITS for one in generated(language, split))
    for language in LANGUAGES
}


def agree(language: str, kind: str, entry: str, form: str, *adjectives: str) -> str:
    agreement = AGREEMENTS[language]
    return agreement.form(
        agreement.word(kind, entry), form, [agreement.word("adjectives", one) for one in adjectives]
    )


# How words agree


@pytest.mark.parametrize(
    ("entry", "form", "said"),
    [
        ("en katt katten katter kattene", "a", "en liten katt"),
        ("ei bok boka bøker bøkene", "a", "ei lita bok"),
        ("et hus huset hus husene i", "a", "et lite hus"),
        ("et hus huset hus husene i", "the", "det lille huset"),
        ("ei bok boka bøker bøkene", "the", "den lille boka"),
        ("et hus huset hus husene i", "many", "små hus"),
        ("et hus huset hus husene i", "all", "de små husene"),
        ("et hus huset hus husene i", "in", "i det lille huset"),
        ("et hus huset hus husene i", "this", "dette lille huset"),
        ("ei bok boka bøker bøkene", "own", "si lille bok"),
        ("ei bok boka bøker bøkene", "my", "den lille boka mi"),
        ("et hus huset hus husene i", "3", "tre små hus"),
        ("et hus huset hus husene i", "pred", "lite"),
    ],
)
def test_norwegian_agrees_in_gender_number_and_definiteness(entry: str, form: str, said: str) -> None:
    assert agree("nb", "nouns", entry, form, "liten lite små lille lita") == said


def test_without_an_adjective_the_article_is_an_ending() -> None:
    assert agree("nb", "nouns", "et hus huset hus husene i", "the") == "huset"
    assert agree("nb", "nouns", "et hus huset hus husene i", "it") == "det"
    assert agree("nb", "nouns", "en katt katten katter kattene", "it") == "den"


@pytest.mark.parametrize(
    ("subject", "adverbial", "said"),
    [("Ada", "", "Ada gikk hjem"), ("Ada", "I går", "I går gikk Ada hjem")],
)
def test_the_norwegian_verb_stands_second(subject: str, adverbial: str, said: str) -> None:
    assert AGREEMENTS["nb"].clause(adverbial, subject, "gikk hjem") == said


def test_english_says_an_before_a_vowel_that_is_heard() -> None:
    assert agree("en", "nouns", "owl owls", "a") == "an owl"
    assert agree("en", "nouns", "owl owls", "a", "gray") == "a gray owl"
    assert agree("en", "nouns", "cat cats", "a", "old") == "an old cat"
    assert agree("en", "nouns", "unit units", "a") == "a unit"
    assert agree("en", "nouns", "house houses in", "in", "old") == "in the old house"
    assert AGREEMENTS["en"].clause("In May", "Ada", "left") == "In May, Ada left"


def test_chinese_counts_with_the_measure_word_of_the_noun() -> None:
    assert agree("zh", "nouns", "只 猫", "a") == "一只猫"
    assert agree("zh", "nouns", "把 雨伞", "a", "红色") == "一把红色的雨伞"
    assert agree("zh", "nouns", "把 雨伞", "this", "大") == "这把大雨伞"
    assert agree("zh", "nouns", "条 狗", "2") == "两条狗"
    assert agree("zh", "nouns", "张 桌子 上", "in") == "桌子上"


def test_whose_something_is_depends_on_the_last_letter() -> None:
    assert agree("nb", "people", "Ada hun", "s") == "Adas"
    assert agree("nb", "people", "Jonas han", "s") == "Jonas’"
    assert agree("en", "people", "Ada she", "s") == "Ada’s"
    assert agree("zh", "people", "小梅 她", "s") == "小梅的"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_that_does_not_exist_is_refused(language: str) -> None:
    word = grammar.grammar(language).words["animal"][0]
    with pytest.raises(ValueError, match="no form “xyz”"):
        AGREEMENTS[language].form(word, "xyz")
    with pytest.raises(ValueError, match="lacks a form"):
        AGREEMENTS[language].word("people", "Ada")


# How rules are read


def test_a_bracket_that_is_not_closed_is_refused() -> None:
    for rule in ("[a|b", "<I går; hero; gikk", "a [b] c [d"):
        with pytest.raises(ValueError, match="closes a bracket"):
            parsed(rule)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_and_slot_exists_and_is_used(language: str) -> None:
    said = grammar.grammar(language)
    used: set[tuple[str, str]] = set()

    def walk(template: grammar.Template) -> None:
        for node in template:
            used.add((node.kind, node.text.strip("*").partition(":")[0]))
            for adjective in node.text.partition(":")[2].split()[1:] if node.kind == "slot" else ():
                used.add(("slot", adjective))
            for part in node.parts:
                walk(part)

    for template in chain(said.documents.values(), *said.rules.values()):
        walk(template)
    assert {name for kind, name in used if kind == "rule"} == set(said.rules)
    assert {name for kind, name in used if kind == "slot" and name[0] != "="} <= set(said.slots)
    assert set(said.slots.values()) == set(said.words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_alternative_can_be_written(language: str) -> None:
    """Whatever is drawn, each form exists; a fault would otherwise wait for its draw."""
    said = grammar.grammar(language)
    for alternatives in said.rules.values():
        for i, alternative in enumerate(alternatives):
            assert Writer(said, "train", Chance(i)).written(alternative).strip()


# What documents are made of


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("split", SPLITS)
def test_a_split_is_as_large_as_it_says(language: str, split: str) -> None:
    size = len(text(language, split).encode())
    assert BYTES[split] <= size <= 1.02 * BYTES[split] + 2000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_good_part_was_written_by_hand(language: str) -> None:
    by_hand = [document for split in SPLITS for document in prose(language, split)]
    assert sum(len(document.encode()) for document in by_hand) >= 60_000 - 2 * len(by_hand)
    assert len(by_hand) == len(set(by_hand)) > 100


def test_it_is_the_same_on_every_machine() -> None:
    program = (
        "from demos.data.texts.corpus import write; import hashlib;"
        "print(*(hashlib.sha256(''.join(d.text for d in write(l, 'test')).encode()).hexdigest() "
        "for l in ('nb', 'en', 'zh')))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(runs) == 1
    assert split_of("nb", "Ingrid", "Bergen") == "train"
    assert split_of("zh", "小梅", "杭州") == "train"
    assert Chance("a", 1).below(1000) == Chance("a", 1).below(1000) == 959


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_document_is_in_two_splits_or_twice_in_one(language: str) -> None:
    documents = [document for split in SPLITS for document in corpus.corpus(language, split)]
    assert len(documents) == len(set(documents))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_combination_is_in_two_splits(language: str) -> None:
    said = grammar.grammar(language)
    of = {
        split: {pair for one in generated(language, split) for pair in combinations(one, said)}
        for split in SPLITS
    }
    assert all(one and all(split_of(language, *pair) == split for pair in one) for split, one in of.items())
    assert not of["train"] & (of["validation"] | of["test"])
    assert not of["validation"] & of["test"]
    assert all(combinations(one, said) for split in SPLITS for one in generated(language, split))


@pytest.mark.parametrize("language", LANGUAGES)
def test_held_out_people_are_never_read_of_in_their_towns(language: str) -> None:
    """The same as in the text itself, whatever the documents say of themselves."""
    said = grammar.grammar(language)
    people, towns = ({word.base for word in said.words[name]} for name in ("person", "town"))

    def pairs(split: str) -> set[tuple[str, str]]:
        found = set()
        for one in generated(language, split):
            words = set(re.findall(r"[^\W\d_]+(?: [A-Z]\w+)?|[^\W\d_]+", one.text)) if language != "zh" else {
                name for name in people | towns if name in one.text
            }  # fmt: skip
            found |= {(a, b) for a in people & words for b in towns & words}
        return found

    assert not pairs("train") & pairs("test")
    assert not pairs("train") & pairs("validation")


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_characters_of_the_alphabet_are_used(language: str) -> None:
    foreign = {
        character
        for character in ALL[language]
        if character not in ALPHABETS[language] and not (language == "zh" and is_chinese(character))
    }
    assert not foreign


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_of_the_rules(language: str) -> None:
    broken = re.compile(r"[{}\[\]<>|*=_]|\\|  | [.,:;!?»”，。]|[«“(] |,,|(?<!…)\.\.|\n\n\n| \n|\n ")
    assert [found[0] for found in broken.finditer(BY_GRAMMAR[language])] == []
    assert not re.search(r"[，。、；：！？]{2}|“”|‘’|«»|[,，、]$", BY_GRAMMAR[language], re.MULTILINE) or (
        language != "zh"
    )


@pytest.mark.parametrize("language", ["nb", "en"])
def test_no_word_is_doubled_and_sentences_begin_with_capitals(language: str) -> None:
    doubled = re.findall(r"\b(\w+) \1\b", BY_GRAMMAR[language], re.IGNORECASE)
    assert not doubled
    small = re.findall(r"(?:^|[.!?] |[.!?][»”] [«“])[a-zæøå]\w* ?\w*", BY_GRAMMAR[language], re.MULTILINE)
    assert not small


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotation_marks_come_in_pairs(language: str) -> None:
    opening, closing = {"nb": "«»", "en": "“”", "zh": "“”"}[language]
    for document in (document for split in SPLITS for document in corpus.corpus(language, split)):
        for line in document.split("\n"):
            marks = "".join(re.findall(f"[{opening}{closing}]", line))
            assert marks == (opening + closing) * (len(marks) // 2), line


def test_chinese_punctuation_is_full_width_and_characters_are_simplified() -> None:
    assert not re.search(r"[,;:!?\"'()]|(?<=[\u4e00-\u9fff])[.-]|[\u4e00-\u9fff] [\u4e00-\u9fff]", ALL["zh"])
    assert opencc.OpenCC("t2s").convert(ALL["zh"]) == ALL["zh"]
    assert "兩" not in ALL["zh"]
    assert not re.search(r"(?<![十第])二(?:只|条|个|张|把|本|头|匹)", ALL["zh"])  # counted with 两


# Danish, Swedish and Nynorsk words, and forms that Bokmål doesn't have.
SLIPS = (
    "ikkje|eg|ein|eit|kva|korleis|frå|meir|nokon|berre|vert|vart|også så|dei|kvifor|noko|heiter|"
    "af|efter|nej|ud|op|hvad|noget|nogle|nogen|meget|mig|dig|sig|lige|jeg'|være'|blev|gik|fik|sagde|skulde|"
    "och|inte|jag|är|från|när|också|vad|någon|mycket|utan att|efternamn|mye mer mye|tjugo|syv og tyve"
)


def test_norwegian_is_bokmal_with_its_quotation_marks() -> None:
    slips = re.findall(rf"\b(?:{SLIPS})\b", ALL["nb"], re.IGNORECASE)
    assert not slips
    assert not re.search("[“”\"‘']", ALL["nb"])
    assert not re.search(r"\b(?:en|ei) (?:\w+t) (?:hus|bibliotek|brev|kart|skjerf)\b", ALL["nb"])
    assert not re.search(r"\bet (?:katt|hund|bok|nøkkel|lue|sykkel)\b", ALL["nb"])


def test_norwegian_adverbials_are_followed_by_the_verb() -> None:
    """“I går gikk hun”, never “I går hun gikk”."""
    people = "|".join(word.base for word in grammar.grammar("nb").words["person"])
    before = "I går|Om kvelden|Dagen etter|Siden den dagen|Til slutt|Først|Så"
    wrong = rf"(?:^|[.!?] )(?:{before}) (?:{people}|hun|han)\b"
    assert not re.findall(wrong, ALL["nb"], re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_documents_vary(language: str) -> None:
    """Most of the stretches of eight words (in Chinese, ten characters) in training texts are there once."""
    least = {"nb": 0.7, "en": 0.69, "zh": 0.62}[language]
    n = 10 if language == "zh" else 8
    stretches: Counter[tuple[str, ...]] = Counter()
    for document in corpus.corpus(language, "train"):
        words = list(document) if language == "zh" else re.findall(r"\w+|[^\w\s]", document)
        stretches.update(tuple(words[i : i + n]) for i in range(len(words) - n + 1))
    assert len(stretches) / stretches.total() >= least
    kinds = Counter(one.kind for one in generated(language, "train"))
    assert len(kinds) == 16
    assert min(kinds.values()) > 0.3 * max(kinds.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_comes_twice_in_a_document(language: str) -> None:
    for split in SPLITS:
        for one in generated(language, split):
            sentences = [s for s in re.split(r"(?<=[.!?。！？])", one.text) if len(s) > 25]
            assert len(sentences) == len(set(sentences)), one.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_of_the_same_name_meet(language: str) -> None:
    for one in islice(generated(language, "train"), 200):
        people = [one.words[slot] for slot in ("hero", "friend", "elder", "child") if slot in one.words]
        assert len(people) == len(set(people))


def test_unknown_languages_and_splits_are_refused() -> None:
    for call in (corpus.corpus, prose):
        with pytest.raises(KeyError, match="no texts in 'sv'"):
            call("sv", "train")
    with pytest.raises(ValueError, match="train, validation, test"):
        corpus.corpus("nb", "all")


def test_what_was_written_is_read_back_from_the_cache(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(corpus, "CACHE", tmp_path)
    corpus.generated.cache_clear()
    first = corpus.generated("en", "test")
    (path,) = (tmp_path / "texts").iterdir()
    corpus.generated.cache_clear()
    monkeypatch.setattr(corpus, "write", lambda *_: pytest.fail("written again"))
    assert corpus.generated("en", "test") == first
    assert path.name == f"en-test-{corpus.fingerprint()}.json"
    corpus.generated.cache_clear()


def test_a_disk_that_keeps_nothing_does_no_harm(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(corpus, "CACHE", tmp_path / "file")
    kept = corpus.generated("en", "test")
    corpus.generated.cache_clear()
    assert corpus.generated("en", "test") == kept


# Cards


def test_a_card_says_what_a_corpus_is_in_every_language_of_the_site() -> None:
    for language in LANGUAGES:
        one = card(language)
        for texts in (one.name, one.origin, one.size, one.license, one.lacks):
            assert set(texts) == set(SITE)
        assert all("{" not in one.origin[lang].format(**one.counts) for lang in SITE)
        assert one.counts["kilobytes"] >= 480


# Characters and numbers


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_back_is_the_same_text(language: str) -> None:
    whole = text(language, "train")
    numbers = characters.numbers(whole)
    back = characters.text_of(numbers)
    assert len(numbers) == len(whole)
    assert all(a == b or b == characters.UNREADABLE for a, b in zip(whole, back, strict=True))
    unknown = numbers.count(UNKNOWN) / len(numbers)
    assert unknown == 0 if language != "zh" else unknown < 0.003
    assert max(numbers) < characters.size(language)


def test_held_out_texts_have_hardly_an_unknown_character() -> None:
    for language in LANGUAGES:
        numbers = characters.numbers(text(language, "test"))
        assert numbers.count(UNKNOWN) / len(numbers) < (0.01 if language == "zh" else 1e-9)


def test_the_table_has_each_character_once() -> None:
    held = characters.TABLE.read_text(encoding="utf-8").removesuffix("\n")
    assert len(held) == len(set(held))
    assert list(characters.table().values()) == sorted(characters.table().values())
    assert len(characters.written()) == max(characters.table().values()) + 1
    assert "\n" not in held


def test_the_table_has_what_training_has_twice() -> None:
    for language in LANGUAGES:
        often = {c for c, n in Counter(text(language, "train")).items() if n > 1}
        assert often <= set(characters.table())


def test_latin_models_need_few_numbers() -> None:
    assert characters.size("nb") <= 100 >= characters.size("en")
    assert characters.size() == characters.size("zh") == len(characters.written()) > 1000


def test_input_is_tidied() -> None:
    assert characters.tidied("a\u030a\r\n\u00a0x\ty") == "å\n x y"
    assert characters.numbers("a\u030a") == characters.numbers("å")
    assert characters.numbers("🙂") == [UNKNOWN]
    assert characters.numbers("") == []
    assert characters.text_of(characters.numbers("Hei 🙂")) == "Hei �"
    assert characters.text_of([START, *characters.numbers("ja"), END]) == "ja"
    with pytest.raises(IndexError):
        characters.text_of([10**6])


def test_a_batch_has_starts_ends_and_padding() -> None:
    rows = characters.batch(["ja", "nei"])
    assert rows.shape == (2, 5)
    assert rows[0].tolist() == [START, *characters.numbers("ja"), END, PADDING]
    assert rows[1, -1] == END


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mask_leaves_the_script_of_the_language(language: str) -> None:
    allowed = characters.mask(language)
    whole = torch.tensor(characters.numbers(text(language, "train")))
    assert allowed.shape == (characters.size(),)
    assert allowed[whole[whole != UNKNOWN]].all()
    assert allowed[END]
    assert not allowed[[UNKNOWN, PADDING, START]].any()
    chinese = [number for character, number in characters.table().items() if is_chinese(character)]
    assert allowed[chinese].any() == allowed[chinese].all() == (language == "zh")
    assert not (language == "en" and allowed[characters.table()["«"]])


def test_a_wild_temperature_mixes_no_scripts_behind_the_mask() -> None:
    chance = random.Random(1)
    drawn = [chance.randrange(characters.size()) for _ in range(2000)]
    for language, foreign in (("nb", r"[\u4e00-\u9fff]|“"), ("en", r"[\u4e00-\u9fff]|«"), ("zh", "«|ø")):
        kept = characters.text_of(number for number in drawn if characters.mask(language)[number])
        assert not re.search(foreign, kept)
    assert any(a.isascii() != b.isascii() for a, b in pairwise(characters.text_of(drawn)))
