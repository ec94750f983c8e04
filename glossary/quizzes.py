"""Quizzes: questions with one right answer each, from YAML, in every language of the site.

A page asks for the quiz of `quizzes/<id>.yml` with `<div class="quiz" data-quiz="<id>"></div>` on a line of
its own. The questions and the explanation of every answer are in the page; a script only marks what was
chosen, so a reader without one can still open the explanations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from yaml.nodes import MappingNode, Node, SequenceNode

from .cards import NONE, Numbers
from .model import Problem
from .yamlfile import Reader, join, read_folder

CODES = {
    "Q001": "A text of a quiz lacks one of the site's languages.",
    "Q002": "A quiz, a question or an answer lacks something it needs.",
    "Q003": "A question does not have exactly one right answer.",
}

Texts = Mapping[str, str]  # language → text


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the answers to choose from; `why` says why it is right or wrong."""

    text: Texts
    why: Texts
    right: bool


@dataclass(frozen=True, slots=True)
class Question:
    text: Texts
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Quiz:
    """One file; its name is the id."""

    id: str
    title: Texts
    questions: tuple[Question, ...]


def read(
    folder: Path, languages: tuple[str, ...], numbers: Numbers = NONE
) -> tuple[dict[str, Quiz], list[Problem]]:
    """The quizzes of a folder, which may be missing, and everything that is wrong with them.

    `numbers` are put into their texts (`cards`).
    """
    return read_folder(
        folder, lambda reader, root: _QuizReader(reader, languages).quiz(root), numbers.fill_node
    )


class _QuizReader:
    """One file to a quiz, with every fault in it."""

    def __init__(self, reader: Reader, languages: tuple[str, ...]) -> None:
        self.reader = reader
        self.languages = languages

    def quiz(self, root: MappingNode) -> Quiz | None:
        values = self.parts(root, ("title", "questions"))
        if len(values) < 2:
            return None
        title = self.texts(values["title"], "title")
        questions = [
            self.question(node, f"questions[{n}]")
            for n, node in enumerate(self.items(values["questions"], "questions", 1))
        ]
        return Quiz(self.reader.id, title, tuple(question for question in questions if question))

    def question(self, node: Node, key: str) -> Question | None:
        values = self.parts(node, ("question", "answers"), key)
        if len(values) < 2:
            return None
        nodes = self.items(values["answers"], join(key, "answers"), 2)
        answers = [self.answer(answer, join(key, f"answers[{n}]")) for n, answer in enumerate(nodes)]
        right = sum(answer.right for answer in answers if answer)
        if all(answers) and right != 1:
            message = f"{right} of the {len(answers)} answers are right"
            self.reader.at(node, "Q003", message, "write `right: true` at exactly one of them", key=key)
        text = self.texts(values["question"], join(key, "question"))
        return Question(text, tuple(answer for answer in answers if answer))

    def answer(self, node: Node, key: str) -> Answer | None:
        values = self.parts(node, ("text", "why"), key, optional=("right",))
        if not {"text", "why"} <= values.keys():
            return None
        text, why = (self.texts(values[name], join(key, name)) for name in ("text", "why"))
        right = self.reader.text(values["right"], join(key, "right")) if "right" in values else "false"
        if right not in ("true", "false"):
            message = f"“{right}” is neither true nor false"
            self.reader.at(values["right"], "Q002", message, "write `right: true`", key=join(key, "right"))
        return Answer(text, why, right == "true")

    def parts(
        self, node: Node, needed: tuple[str, ...], key: str = "", optional: tuple[str, ...] = ()
    ) -> dict[str, Node]:
        return self.reader.parts(node, needed, "Q002", key, optional)

    def items(self, node: Node, key: str, least: int) -> list[Node]:
        if not isinstance(node, SequenceNode) or len(node.value) < least:
            self.reader.at(node, "Q002", f"expected a list of at least {least}", "add `- …`", key=key)
            return []
        return list(node.value)

    def texts(self, node: Node, key: str) -> Texts:
        return self.reader.localized(node, self.languages, "Q001", key)
