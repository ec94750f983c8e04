"""A quiz on its page: chosen with keys, explained at once, in every language; without a script as well."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from glossary.quizzes import Quiz, read
from tests.serving import ROOT, Server

pytestmark = pytest.mark.browser

PREFIX = {"nb": "", "en": "en/", "zh": "zh/"}
QUIZZES, _ = read(ROOT / "docs" / "quizzes", tuple(PREFIX))
QUIZ = QUIZZES["generative-ai-before"]
SCORE = {"nb": "Du fikk 4 av 5 riktige.", "en": "You got 4 of 5 right.", "zh": "共 5 题，答对 4 题。"}


def right_place(quiz: Quiz, number: int) -> int:
    return [answer.right for answer in quiz.questions[number].answers].index(True)


@pytest.mark.parametrize("lang", PREFIX)
def test_every_answer_is_explained_and_the_right_ones_are_counted(
    page: Page, server: Server, lang: str
) -> None:
    page.goto(f"{server.url}/{PREFIX[lang]}help/generative-ai/")
    quiz = page.locator(f"[data-quiz={QUIZ.id}]")
    expect(quiz.locator(".quiz__again")).to_be_hidden()  # there is nothing to begin again yet
    for number, question in enumerate(QUIZ.questions):
        right = right_place(QUIZ, number)
        chosen = right if number else (right + 1) % len(question.answers)  # the first one wrong
        shown = quiz.locator(".quiz__question").nth(number)
        shown.get_by_role("radio").nth(chosen).check()
        verdict = shown.get_by_role("status")
        expect(verdict).to_contain_text(question.answers[chosen].why[lang])
        expect(verdict).to_have_attribute("data-verdict", "right" if number else "wrong")
    expect(quiz.locator(".quiz__score")).to_have_text(SCORE[lang])
    quiz.locator(".quiz__again").click()
    expect(quiz.get_by_role("radio").first).to_be_focused()
    expect(quiz.locator("input:checked")).to_have_count(0)
    expect(quiz.locator(".quiz__verdict:visible")).to_have_count(0)
    expect(quiz.locator(".quiz__score")).to_have_text("")


def test_keys_are_enough(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/help/generative-ai/")
    quiz = page.locator(f"[data-quiz={QUIZ.id}]")
    quiz.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    second = QUIZ.questions[0].answers[1]
    expect(quiz.locator(".quiz__verdict").first).to_contain_text(second.why["nb"])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the explanations of all answers
    expect(quiz.locator("details").first).to_have_attribute("open", "")


@pytest.mark.parametrize("lang", PREFIX)
def test_without_a_script_the_explanations_can_be_opened(
    open_context: Callable[..., BrowserContext], server: Server, lang: str
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(f"{server.url}/{PREFIX[lang]}help/generative-ai/")
    key = page.locator(f"[data-quiz={QUIZ.id}] details").first
    key.locator("summary").click()
    for answer in QUIZ.questions[0].answers:
        expect(key).to_contain_text(answer.why[lang])
