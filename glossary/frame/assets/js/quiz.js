/* A quiz: choosing an answer says at once whether it is right and why. All texts are in the page; nothing is sent or kept. */
(() => {
  "use strict";

  const element = (name, className, text = "") => Object.assign(document.createElement(name), { className, textContent: text });

  const start = (quiz) => {
    const questions = [...quiz.querySelectorAll(".quiz__question")];
    const score = element("p", "quiz__score");
    score.setAttribute("role", "status");
    const again = element("button", "quiz__again md-button", quiz.dataset.again);
    again.type = "button";
    again.hidden = true;
    quiz.append(score, again);

    const explain = (question, input) => {
      const number = [...question.querySelectorAll("input")].indexOf(input);
      const why = question.querySelectorAll(".quiz__key li .quiz__why")[number].textContent;
      const verdict = question.querySelector(".quiz__verdict");
      verdict.dataset.verdict = "right" in input.dataset ? "right" : "wrong";
      verdict.replaceChildren(element("strong", "", quiz.dataset[verdict.dataset.verdict]), ` ${why}`);
    };

    const count = () => {
      const chosen = questions.filter((question) => question.querySelector("input:checked"));
      const right = questions.filter((question) => question.querySelector("input[data-right]:checked"));
      again.hidden = chosen.length === 0;
      score.textContent = chosen.length < questions.length ? ""
        : quiz.dataset.score.replace("{right}", right.length).replace("{all}", questions.length);
    };

    questions.forEach((question) => {
      const verdict = element("p", "quiz__verdict");
      verdict.setAttribute("role", "status");
      question.querySelector("fieldset").append(verdict);
      question.addEventListener("change", (event) => { explain(question, event.target); count(); });
    });
    again.addEventListener("click", () => {
      quiz.querySelectorAll("input:checked").forEach((input) => { input.checked = false; });
      quiz.querySelectorAll(".quiz__verdict").forEach((verdict) => { verdict.replaceChildren(); delete verdict.dataset.verdict; });
      quiz.querySelectorAll("details[open]").forEach((key) => { key.open = false; });
      count();
      quiz.querySelector("input").focus();
    });
  };

  document.querySelectorAll(".quiz").forEach(start);
})();
