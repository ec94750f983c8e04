// A reader's face before their camera: its picture, mirrored, the points that they put on it, and what moves. The
// picture is drawn here and nowhere else; how the points move goes into a hidden field, and from there to the
// server with everything else on the page.
(() => {
  const LONGEST = 480;  // px of the picture's longer side: enough to follow points, and quick
  const EVERY = 125, PATIENCE = 3000;  // ms from one message to the next, and until an answer is given up
  const REACH = 40;  // CSS px within which a press takes the nearest point
  const FACE = {width: 0.2, down: 0.42};  // distance of the eyes, and their place, in a picture, until they are placed
  const KEYS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
  const running = new Map();  // by element: one camera for each tab that has such a control

  class Session {
    constructor(root) {
      this.root = root;
      this.points = JSON.parse(root.dataset.points);
      this.names = this.points.map(({name}) => name);
      this.anchors = this.names.slice(0, Number(root.dataset.anchors));
      this.usual = Object.fromEntries(this.points.map(({name, at}) => [name, at]));
      this.picture = root.querySelector(".camera-picture");
      this.canvas = root.querySelector("canvas");
      this.field = root.closest(".camera").querySelector(".camera-field :is(textarea, input)");
      const panel = root.closest("[role=tabpanel]") ?? document;
      this.address = panel.querySelector(".address :is(textarea, input)");  // changes with each answer
    }

    say(key, fields = {}) {
      const text = key && WORDS[`camera_${key}`].replace(/\{(\w+)\}/g, (_, name) => fields[name]);
      const output = this.root.querySelector("output");
      if (output.textContent !== text) output.textContent = text;  // a screen reader says each change
    }

    async on() {
      if (!navigator.mediaDevices?.getUserMedia) return this.off("insecure");
      const size = {width: {ideal: 640}, height: {ideal: 480}};
      try {
        this.stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: "user", ...size}});
        this.video = Object.assign(document.createElement("video"), {muted: true, playsInline: true});
        this.video.srcObject = this.stream;
        await this.video.play();
      } catch ({name}) {
        return this.off({NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none"}[name] ?? "busy");
      }
      if (running.get(this.root) !== this) return this.off();  // the reader has left meanwhile
      this.stream.getVideoTracks()[0].addEventListener("ended", () => this.off("ended"));
      const {videoWidth, videoHeight} = this.video;
      const scale = Math.min(1, LONGEST / Math.max(videoWidth, videoHeight));
      this.canvas.width = Math.round(videoWidth * scale);
      this.canvas.height = Math.round(videoHeight * scale);
      this.pen = this.canvas.getContext("2d", {willReadFrequently: true});
      this.pen.setTransform(-1, 0, 0, 1, this.canvas.width, 0);  // as in a mirror
      this.handles = Object.fromEntries(this.points.map(({name, label}) => [name, this.handle(name, label)]));
      this.show(true);
      this.again();
      this.look();
    }

    handle(name, label) {
      const handle = Object.assign(document.createElement("button"), {type: "button", className: "handle"});
      handle.setAttribute("aria-label", label);
      handle.dataset.point = name;
      this.picture.append(handle);
      return handle;
    }

    show(isOn) {
      this.picture.hidden = !isOn;
      for (const button of this.root.querySelectorAll("[data-does]")) button.hidden = (button.dataset.does === "on") === isOn;
    }

    off(why = "") {
      running.delete(this.root);
      this.stream?.getTracks().forEach(track => track.stop());
      this.stream = null;
      Object.values(this.handles ?? {}).forEach(handle => handle.remove());
      this.show(false);
      this.say(why);
    }

    // Points where they are in most faces; none is followed before it has been placed.
    again() {
      const asides = Object.fromEntries(this.points.map(({name, aside}) => [name, aside]));
      this.face = new Tracker.Face(this.anchors, this.names[this.anchors.length], asides);
      this.held = null;
      this.say("place");
    }

    start() {
      for (const name of this.names) if (!(name in this.face.points)) this.face.put(name, this.place(name), this.frame);
      this.face.rest(this.frame);
      this.sent = {at: 0, value: "", address: ""};
    }

    // A point that has not been placed goes along with the corners of the eyes that have.
    place(name) {
      if (name in this.face.points) return this.face.place(name);
      const {width, height} = this.canvas, unit = FACE.width * width;
      const usual = ([x, y]) => [width / 2 + x * unit, FACE.down * height + y * unit];
      const placed = this.anchors.filter(anchor => anchor in this.face.points);
      const from = placed.map(anchor => this.usual[anchor]), to = placed.map(anchor => this.face.place(anchor));
      if (placed.length > 1) return Tracker.similarity(from, to).map(this.usual[name]);
      const [x, y] = usual(this.usual[name]);
      const [u, v] = placed.length ? usual(from[0]) : [0, 0];
      return placed.length ? [x + to[0][0] - u, y + to[0][1] - v] : [x, y];
    }

    put(name, [x, y]) {
      const {width, height} = this.canvas;
      this.face.put(name, [Math.min(Math.max(x, 0), width - 1), Math.min(Math.max(y, 0), height - 1)], this.frame);
      this.mark();
    }

    look() {
      if (!this.stream) return;
      if (!this.picture.checkVisibility()) return this.off();  // another tab of the demo
      requestAnimationFrame(() => this.look());
      if (this.video.currentTime === this.seen) return;
      this.seen = this.video.currentTime;
      const {width, height} = this.canvas;
      this.pen.drawImage(this.video, 0, 0, width, height);
      this.frame = Tracker.pyramid(this.pen.getImageData(0, 0, width, height));
      if (this.face.frame) this.face.next(this.frame);
      if (this.held) this.put(this.held.name, this.held.at);
      this.mark();
      if (this.face.head) this.send();
    }

    mark() {
      const {width, height} = this.canvas;
      for (const [name, handle] of Object.entries(this.handles)) {
        const [x, y] = this.place(name), point = this.face.points[name];
        handle.style.left = `${(x + 0.5) / width * 100}%`;
        handle.style.top = `${(y + 0.5) / height * 100}%`;
        handle.dataset.state = point ? (point.lost ? "lost" : "followed") : "usual";
      }
    }

    send() {
      // A corner of an eye that a lid hides for a moment is where the head has it.
      const lost = this.points.filter(({name}) => this.face.points[name].lost && !this.anchors.includes(name));
      const names = lost.map(({label}) => label).join(document.documentElement.lang.startsWith("zh") ? "、" : ", ");
      if (this.face.isLost) return this.say("gone");
      if (lost.length) this.say("lost", {names});
      else this.say("follows");
      const now = performance.now(), value = JSON.stringify(this.face.motion(this.names));
      const isAnswered = this.address.value !== this.sent.address || now - this.sent.at > PATIENCE;
      if (!isAnswered || now - this.sent.at < EVERY || value === this.sent.value) return;
      this.sent = {at: now, value, address: this.address.value};
      this.field.value = value;
      this.field.dispatchEvent(new Event("input", {bubbles: true}));
      this.field.dispatchEvent(new KeyboardEvent("keypress", {bubbles: true}));
    }

    // A place of the pointer in pixels of the picture.
    at({clientX, clientY}) {
      const {left, top, width, height} = this.canvas.getBoundingClientRect();
      return [(clientX - left) / width * this.canvas.width - 0.5, (clientY - top) / height * this.canvas.height - 0.5];
    }

    // The nearest point is taken, and keeps its distance from a finger that would cover it.
    take(event) {
      const at = this.at(event), reach = REACH * this.canvas.width / this.canvas.getBoundingClientRect().width;
      const away = name => Math.hypot(...this.place(name).map((x, i) => x - at[i]));
      const name = this.names.reduce((best, other) => (away(other) < away(best) ? other : best));
      if (away(name) > reach) return;
      const place = this.place(name);
      this.held = {name, at: place, from: [place[0] - at[0], place[1] - at[1]]};
      this.handles[name].focus({preventScroll: true});
      event.preventDefault();
    }

    drag(event) {
      if (!event.buttons) return (this.held = null);  // let go of outside the page
      const at = this.at(event);
      this.held.at = [at[0] + this.held.from[0], at[1] + this.held.from[1]];
      this.put(this.held.name, this.held.at);
    }
  }

  addEventListener("click", ({target}) => {
    const button = target.closest?.(".camera [data-does]");
    if (!button) return;
    const root = button.closest("[data-points]"), does = button.dataset.does;
    if (does === "on") {
      if (running.has(root)) return;  // the browser is asking the reader already
      running.set(root, new Session(root));
      running.get(root).on();
    } else if (running.get(root)?.frame) running.get(root)[does]();
  });

  addEventListener("pointerdown", (event) => {
    const root = event.target.closest?.(".camera-picture")?.closest("[data-points]");
    running.get(root)?.take(event);
  });
  addEventListener("pointermove", event => running.forEach(session => session.held && session.drag(event)));
  for (const type of ["pointerup", "pointercancel"]) {
    addEventListener(type, () => running.forEach(session => (session.held = null)));
  }

  addEventListener("keydown", (event) => {
    const name = event.target.dataset?.point, move = KEYS[event.key];
    const session = name && running.get(event.target.closest("[data-points]"));
    if (!session || !move) return;
    event.preventDefault();
    session.put(name, session.place(name).map((x, i) => x + move[i] * (event.shiftKey ? 5 : 1)));
  });

  const leave = () => running.forEach(session => session.off("ended"));
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => document.hidden && leave());
})();
