// First in Gradio's page, before any script of its own: it speaks the language of the page.
(({locale, translated}) => {
  // Gradio's translated strings follow the browser's language and nothing else.
  for (const [name, value] of Object.entries({language: locale, languages: [locale]}))
    Object.defineProperty(navigator, name, {get: () => value, configurable: true});

  // The rest of what it says to screen readers is English in every language: translated, or left out where
  // the role says it already.
  const translate = (element) => {
    const label = element.getAttribute("aria-label");
    if (label === null) return;
    if (element.matches("div.empty")) return element.removeAttribute("aria-label"); // its role carries no label
    const better = translated[label] ?? label.replace(/^(number input|range slider) for /, "");
    if (better !== label) element.setAttribute("aria-label", better);
  };
  const translateTitle = ({firstChild: text}) => {
    const better = translated[text?.data?.trim()];
    if (better) text.data = `${better} `;
  };
  new MutationObserver((changes) => {
    for (const {target, type} of changes) {
      if (type === "attributes") translate(target);
      else {
        target.querySelectorAll("[aria-label]").forEach(translate);
        target.querySelectorAll(".toast-title").forEach(translateTitle);
      }
    }
  }).observe(document, {attributeFilter: ["aria-label"], childList: true, subtree: true});
})(SETTINGS);
