"""Quizzes: what is read, and every fault with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossary.quizzes import CODES, read
from tests.glossary import data_files
from tests.glossary.data_files import LANGUAGES

SOUND = """\
title: {nb: Prøv deg, en: Try}
questions:
  - question: {nb: Én?, en: One?}
    answers:
      - {right: true, text: {nb: Ja, en: Yes}, why: {nb: Fordi, en: Because}}
      - {text: {nb: Nei, en: No}, why: {nb: For lite, en: Too little}}
"""
ROOT = Path(__file__).parents[2]


def faults(folder: Path, text: str) -> list[data_files.Fault]:
    return data_files.faults(read, folder, text)


def test_a_sound_quiz_is_what_the_file_says(tmp_path: Path) -> None:
    assert faults(tmp_path, SOUND) == []
    quizzes, _ = read(tmp_path, LANGUAGES)
    quiz = quizzes["x"]
    assert quiz.title == {"nb": "Prøv deg", "en": "Try"}
    (question,) = quiz.questions
    assert question.text["en"] == "One?"
    assert [(answer.text["nb"], answer.right) for answer in question.answers] == [
        ("Ja", True),
        ("Nei", False),
    ]
    assert question.answers[1].why["en"] == "Too little"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("en: One?", "sv: En?", ("T009", 3, "", "questions[0].question.sv")),
        (", en: Yes", "", ("Q001", 5, "en", "questions[0].answers[0].text.en")),
        ("en: Because", "en: ''", ("Q001", 5, "en", "questions[0].answers[0].why.en")),
        ("right: true, ", "", ("Q003", 3, "", "questions[0]")),
        ("- {text: {nb: Nei", "- {right: true, text: {nb: Nei", ("Q003", 3, "", "questions[0]")),
        ("right: true", "right: yes", ("Q002", 5, "", "questions[0].answers[0].right")),
        (", why: {nb: Fordi, en: Because}", "", ("Q002", 5, "", "questions[0].answers[0].why")),
        ("title: {nb: Prøv deg, en: Try}\n", "", ("Q002", 1, "", "title")),
        ("question: {nb: Én?, en: One?}", "answer: no", ("T009", 3, "", "questions[0].answer")),
        ("title:", "titel:", ("T009", 1, "", "titel")),
    ],
)
def test_every_fault_names_its_place(tmp_path: Path, old: str, new: str, fault: data_files.Fault) -> None:
    assert old in SOUND
    assert fault in faults(tmp_path, SOUND.replace(old, new))


@pytest.mark.parametrize(
    "text", ["", "[", "- a", "title: a", "questions: []\ntitle: {nb: a, en: b}", "a: &x 1"]
)
def test_what_is_no_quiz_is_reported(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text)


def test_several_faults_come_in_one_run(tmp_path: Path) -> None:
    text = SOUND.replace("en: Try", "sv: a").replace("en: Because", "sv: b").replace("right: true, ", "")
    assert {code for code, *_ in faults(tmp_path, text)} == {"T009", "Q001", "Q003"}


def test_every_code_can_be_met() -> None:
    assert set(CODES) == {"Q001", "Q002", "Q003"}


def test_the_sites_own_quizzes_are_sound() -> None:
    quizzes, problems = read(ROOT / "docs" / "quizzes", ("nb", "en", "zh"))
    assert problems == []
    assert quizzes
    for quiz in quizzes.values():
        assert len(quiz.questions) >= 5
        places = [[answer.right for answer in question.answers].index(True) for question in quiz.questions]
        assert len(set(places)) > 1, f"{quiz.id}: the right answer always stands at the same place"
