// On every demo's page.

// An answer that comes in parts begins when its page opens, which holds the first part. Gradio does not say when
// it listens to its buttons, so this one is pressed until something has been asked.
const begin = setInterval(() => {
  const asked = performance.getEntriesByType("resource").some(({name}) => name.includes("/queue/join"));
  const tools = [...document.querySelectorAll(".tools")].find(tools => tools.offsetParent);
  if (!tools?.querySelector(".copy-link")) return;  // the last of them: now all are there
  const button = tools.querySelector(".again");
  if (asked || !button) clearInterval(begin);
  else button.click();
}, 400);

// “Copy link” puts the address of what is on screen on the clipboard.
addEventListener("click", async ({target}) => {
  const button = target.closest?.(".copy-link");
  if (!button) return;
  const panel = button.closest("[role=tabpanel]") ?? document;
  const {query} = JSON.parse(panel.querySelector(".address textarea, .address input").value || '{"query": ""}');
  const address = new URL(location.href);
  address.search = query;
  address.hash = "";
  try {
    await navigator.clipboard.writeText(address);
  } catch {  // no permission, or a page without TLS: the older way
    const field = Object.assign(document.createElement("textarea"), {value: address});
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  const words = button.textContent;
  button.textContent = COPIED;
  setTimeout(() => (button.textContent = words), 2000);
});

// A click on a chart that can be clicked: which chart and where in it, into the hidden field, as an event that
// Gradio sends with everything else on the page.
addEventListener("click", ({target, clientX, clientY}) => {
  const chart = target.closest?.(".chart[data-name]");
  if (!chart) return;
  const panel = chart.closest("[role=tabpanel]") ?? document;
  const field = panel.querySelector(".address textarea, .address input");
  const {x, y} = new DOMPoint(clientX, clientY).matrixTransform(chart.getScreenCTM().inverse());
  const point = [x, y].map(place => Math.max(0, place));
  const seen = JSON.parse(field.value || "{}");
  field.value = JSON.stringify({...seen, chart: chart.dataset.name, point, at: Date.now()});
  field.dispatchEvent(new Event("input", {bubbles: true}));
  field.dispatchEvent(new KeyboardEvent("keypress", {bubbles: true}));  // only then does Gradio send it
});
