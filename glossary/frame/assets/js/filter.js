/* The page with all languages side by side: rows with some words, and only some languages. What was chosen is in the
 * address (?rows=…&columns=nb,zh), so that it can be linked to. Without this script the whole table is there.
 */
(() => {
  "use strict";

  const form = document.querySelector("[data-ol-filter]");
  const table = document.querySelector(".ol-sidebyside");
  if (!form || !table) return;

  const text = form.elements.rows;
  const boxes = [...form.querySelectorAll("[name=columns]")];
  const count = form.querySelector("output");
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const fold = (words) => words.toLowerCase().normalize("NFD").replace(/[\u0300-\u0309\u030b-\u036f]/g, "").normalize("NFC");
  const rows = [...table.tBodies[0].rows].map((row) => ({ row, cells: [...row.cells].map((cell) => fold(cell.textContent)) }));

  const apply = () => {
    const shown = boxes.map((box) => box.checked);
    const words = fold(text.value).split(/\s+/).filter(Boolean);
    let matching = 0;
    for (const { row, cells } of rows) {
      const seen = cells.filter((_, i) => shown[i]);
      row.hidden = !words.every((word) => seen.some((cell) => cell.includes(word)));
      matching += !row.hidden;
    }
    for (const row of table.rows) [...row.cells].forEach((cell, i) => { cell.hidden = !shown[i]; });
    const checked = boxes.filter((box) => box.checked);
    boxes.forEach((box) => { box.disabled = checked.length === 1 && box.checked; }); // one language must remain
    count.textContent = form.dataset.olFilter.replace("{count}", number.format(matching)).replace("{total}", number.format(rows.length));
  };

  const remember = () => {
    const address = new URL(location);
    const set = (key, value) => (value ? address.searchParams.set(key, value) : address.searchParams.delete(key));
    set("rows", text.value);
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    set("columns", chosen.length < boxes.length ? chosen.join(",") : "");
    history.replaceState(history.state, "", address);
  };

  const asked = new URL(location).searchParams;
  text.value = asked.get("rows") ?? "";
  const chosen = (asked.get("columns") ?? "").split(",");
  if (boxes.some((box) => chosen.includes(box.value))) boxes.forEach((box) => { box.checked = chosen.includes(box.value); });

  form.addEventListener("input", () => { apply(); remember(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
