/* Learning paths: the bar on a stop for whoever came along the path, and which stops were visited. The address says along
   which path a reader came, so the bar needs no storage; what was visited is kept in this browser, and nowhere else. */
(() => {
  "use strict";

  const root = new URL(document.querySelector('meta[name="ordlab-root"]')?.content ?? ".", location.href).pathname;
  const KEY = `ordlab-paths ${root}`; // several sites may share an origin
  const element = (name, className, text = "") => Object.assign(document.createElement(name), { className, textContent: text });

  const read = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      return kept && typeof kept === "object" ? kept : {};
    } catch {
      return {}; // storage is blocked, or holds something else
    }
  };
  const visited = (path) => { const kept = read()[path]; return new Set(Array.isArray(kept) ? kept : []); };
  const keep = (path, stops) => {
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...read(), [path]: [...stops] }));
    } catch { /* storage is blocked or full: the bar works without */ }
  };

  const follow = (link, at) => { link.search = `?path=${encodeURIComponent(at)}`; };
  document.querySelectorAll("a[data-at]").forEach((link) => follow(link, link.dataset.at));

  /* A stop, to which a link with its place in the path has led. */
  const at = new URLSearchParams(location.search).get("path");
  const here = (name) => [...document.querySelectorAll(name)].find((found) => found.dataset.at === at);
  const bar = here(".ol-path");
  if (bar) {
    const note = here(".ol-path-note");
    const part = note.dataset.part && document.getElementById(note.dataset.part);
    if (part) part.after(note); // below the heading that the link has led to
    [bar, note].forEach((shown) => { shown.hidden = false; });
    document.querySelectorAll(".ol-languages a").forEach((link) => follow(link, at));
    keep(bar.dataset.path, visited(bar.dataset.path).add(bar.dataset.stop));
  }

  /* A path's own page, and the page of all paths. */
  const start = (course) => {
    const { path, progress, again } = course.dataset;
    const all = course.dataset.stops.split(" ");
    const count = element("p", "ol-course__progress");
    course.querySelector(".ol-course__facts").after(count);
    const go = course.querySelector(".ol-course__go > a");
    const first = go && { text: go.textContent, href: go.href };
    const startOver = go && element("button", "ol-course__again md-button", again);

    const show = () => {
      const done = visited(path);
      const left = all.filter((stop) => !done.has(stop));
      const number = all.length - left.length;
      count.textContent = number ? progress.replace("{done}", number).replace("{all}", all.length) : "";
      if (!go) return;
      startOver.hidden = !number;
      course.querySelectorAll("[data-stop]").forEach((stop) => {
        const isDone = done.has(stop.dataset.stop);
        if (isDone === Boolean(stop.querySelector(".ol-course__tick"))) return;
        if (isDone) stop.querySelector("a").after(" ", element("span", "ol-course__tick", course.dataset.visited));
        else stop.querySelector(".ol-course__tick").remove();
      });
      const next = number && left.length && course.querySelector(`[data-stop="${CSS.escape(left[0])}"] > a`);
      go.textContent = next ? course.dataset.continue : first.text;
      go.href = next ? next.href : first.href;
    };

    if (go) {
      count.setAttribute("role", "status");
      startOver.type = "button";
      startOver.addEventListener("click", () => { keep(path, []); show(); go.focus(); });
      go.after(" ", startOver);
      course.append(element("p", "ol-course__kept", course.dataset.kept));
    }
    addEventListener("pageshow", show); // also when a reader comes back to the page
    show();
  };
  document.querySelectorAll(".ol-course").forEach(start);
})();
