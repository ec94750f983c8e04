/* The card of a linked term: opens on hover, focus and tap; Escape dismisses it, the pointer may move onto it, and it
 * stays until the reader leaves both the word and the card (WCAG 1.4.13). Its text is already in the page.
 */
(() => {
  "use strict";

  const OPEN_AFTER = 250; // ms: crossing a word with the pointer is not a question
  const CLOSE_AFTER = 250; // ms: long enough to reach the card across the gap
  const GAP = 8; // px between word and card
  const EDGE = 12; // px kept free towards the window's sides

  const texts = new Map([...document.querySelectorAll(".ol-cards .ol-card")].map((card) => [card.dataset.term, card]));
  if (!texts.size || !HTMLElement.prototype.showPopover) return;

  let open = null; // {link, card}
  let timer = 0;

  const close = () => {
    clearTimeout(timer);
    if (!open) return;
    open.link.removeAttribute("aria-describedby");
    open.card.remove();
    open = null;
  };
  const closeSoon = () => { clearTimeout(timer); timer = setTimeout(close, CLOSE_AFTER); };
  const keep = () => clearTimeout(timer);

  /* Under the line of the word that was pointed at, or above it where the window ends. */
  const place = (link, card) => {
    const word = link.getClientRects()[0];
    const { width, height } = card.getBoundingClientRect();
    const page = document.documentElement;
    const left = Math.max(EDGE, Math.min(word.left, page.clientWidth - width - EDGE));
    const below = word.bottom + GAP;
    const top = below + height > window.innerHeight && word.top - GAP - height > 0 ? word.top - GAP - height : below;
    card.style.left = `${left + window.scrollX}px`;
    card.style.top = `${top + window.scrollY}px`;
  };

  const show = (link) => {
    clearTimeout(timer);
    if (open?.link === link) return;
    close();
    const source = texts.get(link.dataset.term);
    if (!source) return;
    const card = source.cloneNode(true);
    card.id = "ol-card-open";
    card.popover = "manual";
    card.querySelectorAll("a").forEach((a) => { a.tabIndex = -1; }); // the word itself is the keyboard's link
    card.addEventListener("pointerenter", keep);
    card.addEventListener("pointerleave", closeSoon);
    document.querySelector("article").append(card);
    card.showPopover();
    place(link, card);
    link.setAttribute("aria-describedby", card.id);
    open = { link, card };
  };

  const linkAt = (event) => (event.target instanceof Element ? event.target.closest("a.term[data-term]") : null);

  document.addEventListener("pointerover", (event) => {
    const link = linkAt(event);
    if (!link || event.pointerType === "touch") return;
    clearTimeout(timer);
    timer = setTimeout(show, OPEN_AFTER, link);
  });
  document.addEventListener("pointerout", (event) => {
    if (linkAt(event) && event.pointerType !== "touch") closeSoon();
  });
  document.addEventListener("focusin", (event) => {
    const link = linkAt(event);
    if (link?.matches(":focus-visible")) show(link);
  });
  document.addEventListener("focusout", (event) => { if (linkAt(event)) closeSoon(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });

  /* A finger cannot hover: its first tap opens the card, the second follows the link. */
  let touched = false;
  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    if (open && !open.card.contains(event.target) && !linkAt(event)) close();
  });
  document.addEventListener("click", (event) => {
    const link = linkAt(event);
    if (!link || !touched || open?.link === link || !texts.has(link.dataset.term)) return;
    event.preventDefault();
    show(link);
  });
})();
