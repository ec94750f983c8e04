/* The map of all concepts: larger and smaller, dragged by the mouse, and whatever has the pointer or the focus shows its
 * neighbors. One stop for the Tab key; from there the arrow keys go to the nearest concept on that side.
 */
(() => {
  "use strict";

  const atlas = document.querySelector("[data-ol-map]");
  if (!atlas) return;

  const STEP = 1.25;
  const [SMALLEST, LARGEST] = [0.25, 3];
  const view = atlas.querySelector(".ol-atlas__view");
  const svg = atlas.querySelector("svg");
  const [width, height] = [svg.width.baseVal.value, svg.height.baseVal.value];
  const nodes = new Map([...svg.querySelectorAll(".ol-map__node")].map((node) => [node.dataset.id, node]));
  const edges = [...svg.querySelectorAll(".ol-map__edge")];

  /* Size: what is in the middle stays there. */
  let scale = 1; // which is never too small to read: on a phone, the map begins with a part of it
  const zoom = (wanted) => {
    const factor = Math.max(SMALLEST, Math.min(LARGEST, wanted)) / scale;
    const middle = { x: view.scrollLeft + view.clientWidth / 2, y: view.scrollTop + view.clientHeight / 2 };
    scale *= factor;
    svg.style.width = `${width * scale}px`;
    svg.style.height = `${height * scale}px`;
    view.scrollTo(middle.x * factor - view.clientWidth / 2, middle.y * factor - view.clientHeight / 2);
  };
  svg.style.height = `${height}px`;
  const fit = () => zoom(Math.min(1, view.clientWidth / width));
  atlas.querySelector(".ol-atlas__tools").hidden = false;
  atlas.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-ol-zoom]");
    if (!button) return;
    const direction = Number(button.dataset.olZoom);
    if (direction) zoom(scale * STEP ** direction); else fit();
  });

  /* Dragging, for those who have no second way to scroll sideways. */
  let drag = null;
  view.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button === 0 && !event.target.closest("a")) {
      drag = { x: event.clientX + view.scrollLeft, y: event.clientY + view.scrollTop };
      view.setPointerCapture(event.pointerId);
      view.classList.add("is-dragged");
    }
  });
  view.addEventListener("pointermove", (event) => {
    if (drag) view.scrollTo(drag.x - event.clientX, drag.y - event.clientY);
  });
  const drop = () => { drag = null; view.classList.remove("is-dragged"); };
  view.addEventListener("pointerup", drop);
  view.addEventListener("pointercancel", drop);

  /* Neighbors */
  const ask = (node) => {
    svg.querySelectorAll(".is-near").forEach((element) => element.classList.remove("is-near"));
    svg.classList.toggle("is-asked", Boolean(node));
    if (!node) return;
    node.classList.add("is-near");
    for (const edge of edges) {
      const { from, to } = edge.dataset;
      if (from !== node.dataset.id && to !== node.dataset.id) continue;
      edge.classList.add("is-near");
      nodes.get(from)?.classList.add("is-near");
      nodes.get(to)?.classList.add("is-near");
    }
  };
  const nodeOf = (event) => event.target.closest(".ol-map__node");
  const focused = () => document.activeElement?.closest(".ol-map__node");
  svg.addEventListener("pointerover", (event) => { if (event.pointerType === "mouse") ask(nodeOf(event) ?? focused()); });
  svg.addEventListener("pointerleave", () => ask(focused()));
  svg.addEventListener("focusin", (event) => { ask(nodeOf(event)); makeStop(nodeOf(event)); });
  svg.addEventListener("focusout", () => ask(null));

  /* Keys */
  let stop = null;
  const makeStop = (node) => {
    if (!node) return;
    stop?.setAttribute("tabindex", "-1");
    stop = node;
    stop.setAttribute("tabindex", "0");
  };
  nodes.forEach((node) => node.setAttribute("tabindex", "-1"));
  makeStop(nodes.values().next().value);

  const SIDES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const center = (node) => {
    const { x, y, width: across, height: down } = node.querySelector("rect").getBBox();
    return [x + across / 2, y + down / 2];
  };
  /* What lies on that side; the way across counts three times, so that a row or column is kept. */
  const nearest = (from, [dx, dy]) => {
    const [x, y] = center(from);
    let best = null, least = Infinity;
    for (const node of nodes.values()) {
      const [nx, ny] = center(node);
      const along = (nx - x) * dx + (ny - y) * dy;
      const across = Math.abs((nx - x) * dy) + Math.abs((ny - y) * dx);
      const distance = along + 3 * across;
      if (along > 1 && distance < least) [best, least] = [node, distance];
    }
    return best;
  };
  svg.addEventListener("keydown", (event) => {
    const node = nodeOf(event);
    const side = SIDES[event.key];
    if (!node || !side || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = nearest(node, side);
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
})();
