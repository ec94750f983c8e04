/* Puts the running demo in place of its still, once a server says that it is ready and the reader has come near it.
 *
 * The page already holds all a reader needs without this file: still, summary, and how to start a server. The static
 * build ships demos/status.json as {}, so asking for it is never an error; the server answers with
 * {"<demo>": {"state": "ready" | "closed" | "loading" | "failed"}}; a closed one opens when it is asked for.
 */
(() => {
  "use strict";

  const MARGIN = 34; // Gradio's own padding around its column, in px; without it the frame would scroll
  const PATIENCE = 45_000; // ms until a frame that shows nothing is given up
  const panels = [...document.querySelectorAll('.demo[data-demo]:has(.demo__still)')];
  if (!panels.length || !location.protocol.startsWith("http")) return;

  const root = new URL(document.querySelector('meta[name="ordlab-root"]')?.content ?? "./", location);
  const scheme = () => (document.body.dataset.mdColorScheme === "slate" ? "dark" : "light");

  const note = (panel, text) => {
    let line = panel.querySelector(".demo__note");
    if (!line) {
      line = document.createElement("p");
      line.className = "demo__note";
      line.setAttribute("role", "status");
      panel.querySelector(".demo__still").before(line);
    }
    line.textContent = text ?? "";
  };

  const show = (panel, state) => {
    panel.dataset.state = state;
    const { starting, loading, failed } = panel.dataset;
    note(panel, { starting: starting ?? loading, waiting: loading, failed }[state]);
  };

  const status = async () => {
    try {
      const answer = await fetch(new URL("demos/status.json", root), { cache: "no-store" });
      return answer.ok ? await answer.json() : {};
    } catch {
      return {}; // no server, or it has just been stopped: the stills stay
    }
  };

  /* Height follows the app's column. Observing the frame's own document instead would feed back and grow without end. */
  const follow = (frame, column) => {
    const fit = () => { frame.style.height = `${Math.ceil(column.getBoundingClientRect().height) + MARGIN}px`; };
    new frame.contentWindow.ResizeObserver(fit).observe(column);
    fit();
  };

  const paint = (frame) => frame.contentDocument?.body?.classList.toggle("dark", scheme() === "dark");

  const settle = (panel, frame) => {
    const column = frame.contentDocument?.querySelector("main.contain > .column");
    if (!column || column.getBoundingClientRect().height < 40) return false;
    paint(frame);
    follow(frame, column);
    frame.inert = false;
    show(panel, "live");
    return true;
  };

  const giveUp = (panel, frame) => {
    frame.remove();
    show(panel, "failed");
  };

  const start = (panel) => {
    const { demo, lang, preset, title } = panel.dataset;
    const query = new URLSearchParams({ ...(preset && { preset }), __theme: scheme() });
    const frame = document.createElement("iframe");
    frame.className = "demo__frame";
    frame.title = title ?? demo;
    frame.inert = true;
    frame.src = new URL(`demos/${demo}/${lang}/?${query}`, root);
    show(panel, "waiting");
    panel.append(frame);

    const begun = performance.now();
    const look = () => {
      if (settle(panel, frame)) return;
      if (performance.now() - begun > PATIENCE) giveUp(panel, frame);
      else setTimeout(look, 120);
    };
    frame.addEventListener("load", () => {
      const page = frame.contentDocument;
      if (!page?.querySelector('gradio-app, meta[http-equiv="refresh"]')) giveUp(panel, frame); // an error page came instead
    });
    frame.addEventListener("load", look, { once: true });
  };

  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      start(target);
    }
  }, { rootMargin: "300px 0px" });

  /* Asks again while a model is still being read in, ever less often, and not from a hidden tab. */
  const visit = async (waiting, pause) => {
    const demos = document.hidden ? null : await status();
    const undecided = demos === null ? waiting : waiting.filter((panel) => {
      const state = demos[panel.dataset.demo]?.state;
      if (state === "ready" || state === "closed") near.observe(panel);
      else if (state === "failed") show(panel, "failed");
      else if (state === "loading") show(panel, "starting");
      else show(panel, "static");
      return state === "loading";
    });
    if (undecided.length) setTimeout(visit, pause, undecided, Math.min(pause * 1.5, 10_000));
  };
  visit(panels, 1_000);

  new MutationObserver(() => document.querySelectorAll(".demo__frame").forEach(paint))
    .observe(document.body, { attributes: true, attributeFilter: ["data-md-color-scheme"] });
})();
