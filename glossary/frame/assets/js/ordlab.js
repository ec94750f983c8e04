/* Small manners of the page: the theme button, the way into search, cards of linked terms, tables that scroll. */
(() => {
  "use strict";

  /* Theme: one button that drives Material's hidden radio buttons, because Material's bundle remembers through them. */
  const themeButton = document.querySelector(".ol-themebutton");
  if (themeButton) {
    const isDark = () => document.body.dataset.mdColorScheme === "slate";
    const report = () => themeButton.setAttribute("aria-pressed", String(isDark()));
    const option = (media) => document.querySelector(`input[data-md-color-media="(prefers-color-scheme${media})"]`);
    themeButton.addEventListener("click", () => {
      const wanted = isDark() ? "light" : "dark";
      const isSystems = matchMedia(`(prefers-color-scheme: ${wanted})`).matches; // then following the system says the same
      ((isSystems && option("")) || option(`: ${wanted}`))?.click();
    });
    new MutationObserver(report).observe(document.body, { attributes: true, attributeFilter: ["data-md-color-scheme"] });
    report();
  }

  /* Search: anything marked data-ol-search opens it; Material's checkbox decides whether it is open. */
  const searchToggle = document.getElementById("__search");
  const searchField = document.querySelector('[data-md-component="search-query"]');
  const setSearch = (open) => { if (searchToggle && searchToggle.checked !== open) searchToggle.click(); };
  // Material listens for keyup alone: a word that was pasted, spoken or chosen from a Chinese keyboard would find nothing.
  searchField?.addEventListener("input", () => searchField.dispatchEvent(new KeyboardEvent("keyup")));
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !searchField) return;
    if (event.target.closest("[data-ol-search]")) {
      event.preventDefault();
      setSearch(true);
      searchField.focus();
    } else if (event.target.closest("[data-ol-search-close]")) {
      setSearch(false);
      document.querySelector(".ol-searchbutton")?.focus();
    }
  });

  // Escape leaves the focus nowhere, or on a hit that is hidden then: back to the button that opened the search.
  let opener = null;
  searchField?.addEventListener("focus", ({ relatedTarget }) => (opener = relatedTarget?.closest("[data-ol-search]")));
  searchToggle?.addEventListener("change", () => setTimeout(() => {
    if (!searchToggle.checked && document.activeElement?.matches('body, [data-md-component="search"] *')) opener?.focus();
  }));

  /* The menu closes when one of its links leads to a place on the same page. */
  document.getElementById("ol-menu")?.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("a")) event.currentTarget.hidePopover();
  });

  /* Whoever copies a formula gets its LaTeX: what is drawn has lost its fractions and indices by then. */
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (!event.clipboardData || !selection.rangeCount || selection.isCollapsed) return;
    const range = selection.getRangeAt(0).cloneRange();
    const mathAt = (node) => (node instanceof Element ? node : node.parentElement)?.closest("math");
    const [first, last] = [mathAt(range.startContainer), mathAt(range.endContainer)];
    if (first) range.setStartBefore(first);
    if (last) range.setEndAfter(last);
    const copied = document.createElement("div");
    copied.append(range.cloneContents());
    const formulas = copied.querySelectorAll("math");
    if (!formulas.length) return;
    formulas.forEach((math) => {
      const sign = math.getAttribute("display") === "block" ? "$$" : "$";
      math.replaceWith(sign + math.querySelector('annotation[encoding="application/x-tex"]').textContent + sign);
    });
    copied.style.cssText = "position: absolute; inset-inline-start: -99rem";
    document.body.append(copied); // what is not in the page has no lines
    event.clipboardData.setData("text/plain", copied.innerText);
    copied.remove();
    event.preventDefault();
  });

  /* Anything that scrolls sideways must be reachable by keyboard. */
  const reachable = (box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  const boxes = document.querySelectorAll(".md-typeset__scrollwrap, .ol-table, .ol-formula, .md-typeset pre > code");
  const watch = new ResizeObserver((entries) => entries.forEach(({ target }) => reachable(target)));
  boxes.forEach((box) => watch.observe(box));
})();
