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
  button.textContent = WORDS.copied;
  setTimeout(() => (button.textContent = words), 2000);
});

// The ends of a slider, which Gradio writes as programs write numbers: with a point and a hyphen.
const {format} = new Intl.NumberFormat(document.documentElement.lang, {maximumFractionDigits: 6});
new MutationObserver(() => {
  for (const {firstChild: text} of document.querySelectorAll(".min_value, .max_value")) {
    if (!/^-?\d+(\.\d+)?$/.test(text?.data)) continue;
    const written = format(Number(text.data)).replace("-", "−");
    if (written !== text.data) text.data = written;
  }
}).observe(document, {characterData: true, childList: true, subtree: true});

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

// A part of a chart that has a tone, such as a piano's key, is heard at once.
let speakers;
addEventListener("click", ({target, clientX, clientY}) => {
  const chart = target.closest?.(".chart[data-name]");
  const keys = chart ? document.elementsFromPoint(clientX, clientY) : [];
  const tone = Number(keys.find(({dataset}) => dataset?.tone)?.dataset.tone);
  if (!tone) return;
  speakers ??= new AudioContext();
  const volume = speakers.createGain();
  const now = speakers.currentTime;
  volume.gain.setValueAtTime(0, now);
  volume.gain.linearRampToValueAtTime(0.2, now + 0.01);
  volume.gain.setTargetAtTime(0, now + 0.05, 0.15);  // nothing is cut off, so nothing clicks
  const sound = new OscillatorNode(speakers, {type: "triangle", frequency: tone});
  sound.connect(volume).connect(speakers.destination);
  sound.start(now);
  sound.stop(now + 1.5);
});

// A reader's own file, if it is small enough, goes into the hidden field beside its button, and from there to the
// server with everything else on the page.
addEventListener("change", async ({target}) => {
  if (!target.matches?.(".upload input[type=file]")) return;
  const upload = target.closest(".upload");
  const field = upload.querySelector(".upload-field textarea, .upload-field input");
  const [file] = target.files;
  const fits = file && file.size <= Number(target.dataset.most);
  upload.querySelector("output").textContent = file && !fits ? WORDS.too_large : "";
  if (fits) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    field.value = btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
    field.dispatchEvent(new Event("input", {bubbles: true}));
    field.dispatchEvent(new KeyboardEvent("keypress", {bubbles: true}));
  }
  target.value = "";  // so that the same file can be chosen once more
});

// Without a mouse: arrow keys move a mark over a picture or a chart, Enter clicks where it is.
const CLICKABLE = ".clickable button:has(img), .chart[data-name]";
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
const mark = Object.assign(document.createElement("div"), {className: "mark", hidden: true});
const place = {x: 0.5, y: 0.5};  // of the mark, in widths and heights
let focused = -1;  // which of them has the focus: an answer may replace it

const surface = element => element.querySelector("img") ?? element;
const clickable = () => [...document.querySelectorAll(CLICKABLE)];

function marked(element) {
  const {left, top, width, height} = surface(element).getBoundingClientRect();
  return {clientX: left + place.x * width, clientY: top + place.y * height};
}

function showMark(element) {
  const {clientX, clientY} = marked(element);
  if (!mark.isConnected) document.querySelector("main").append(mark);  // whose styles are Gradio's and ours
  mark.dataset.keys = WORDS.mark_keys;
  mark.style.cssText = `left: ${clientX}px; top: ${clientY}px; --across: ${place.x}`;
  mark.hidden = false;
}

addEventListener("focusin", ({target}) => {
  const element = target.closest?.(CLICKABLE);
  focused = clickable().indexOf(element);
  mark.hidden = true;
  element?.setAttribute("aria-description", WORDS.mark_keys);
  if (element?.matches(":focus-visible")) showMark(element);
});

addEventListener("focusout", () => (mark.hidden = true));

for (const type of ["scroll", "resize"]) {
  addEventListener(type, () => mark.hidden || showMark(document.activeElement), true);
}

for (const type of ["keydown", "keyup"]) {
  addEventListener(type, (event) => {
    const element = event.target.closest?.(CLICKABLE);
    const step = event.shiftKey ? 0.1 : 0.02;
    const [across, down] = ARROWS[event.key] ?? [0, 0];
    if (!element || !(across || down || event.key === "Enter" || event.key === " ")) return;
    event.preventDefault();
    if (type === "keyup") return;
    place.x = Math.min(Math.max(place.x + across * step, 0.01), 0.99);
    place.y = Math.min(Math.max(place.y + down * step, 0.01), 0.99);
    showMark(element);
    if (across || down) return;
    surface(element).dispatchEvent(new MouseEvent("click", {bubbles: true, ...marked(element)}));
  });
}

new MutationObserver(() => {
  if (focused < 0 || document.activeElement !== document.body) return;
  clickable()[focused]?.focus({focusVisible: true, preventScroll: true});
}).observe(document, {childList: true, subtree: true});
addEventListener("pointerdown", () => (focused = -1));
