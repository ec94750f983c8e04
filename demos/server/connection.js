// Before Gradio's own scripts: what happens to a click when the server or the network does not answer.
//
// Gradio's page takes one failed request for the end: it says so in English and never sends a click again. Here
// a click waits while the server is away, and a lost answer is a failed click: the next one works.
(({said}) => {
  const AWAY = [502, 503, 504]; // from a proxy in front of a stopped server, or while a demo opens
  const PATIENCE = 120_000; // ms until a click that waits for the server is given up
  const SILENCE = 40_000; // ms without a byte: the server sends a sign of life every 15 s
  const ask = window.fetch.bind(window);
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const pending = new Set(); // events whose answer has not come
  const joined = new Map(); // function → a promise of the id of the event that was asked of it last

  // Said beside what was clicked: in a frame as high as its content, a corner may be out of sight.
  let line;
  const say = (text) => {
    if (!text && !line) return;
    if (!line) {
      line = document.createElement("p");
      line.className = "connection";
      line.setAttribute("role", "status");
      document.body.append(line);
    }
    const clicked = document.querySelector(":focus")?.getBoundingClientRect().bottom ?? 0;
    line.style.top = `${scrollY + clicked + 8}px`;
    line.textContent = text;
    line.hidden = !text;
  };

  const join = (request, options) => {
    const asked = knock(request, options);
    joined.set(JSON.parse(options.body).fn_index, asked.then(({event_id}) => event_id, () => undefined));
    return asked.then(({answer}) => answer);
  };

  const knock = async (...request) => {
    const end = performance.now() + PATIENCE;
    for (let wait = 500; ; wait = Math.min(wait * 1.5, 5_000)) {
      const answer = await ask(...request).catch(() => null);
      if (answer && !AWAY.includes(answer.status)) {
        say("");
        if (!answer.ok) return {answer};
        const {event_id} = await answer.clone().json();
        pending.add(event_id);
        return {answer, event_id};
      }
      if (performance.now() > end) {
        say(said.unreachable);
        // Of 503, Gradio says its own, in English.
        return {answer: Response.json({detail: said.unreachable}, {status: 429})};
      }
      say(said.waiting);
      await pause(wait);
    }
  };

  // Gradio's page does not wait for the id of what it cancels: pressed too early, “stop” would stop nothing.
  // It asks for a reset, too, which names no function and does nothing.
  const cancel = async (request, options) => {
    const body = JSON.parse(options.body);
    const event_id = body.event_id ?? (await joined.get(body.fn_index));
    if (!event_id) return Response.json({success: true});
    return ask(request, {...options, body: JSON.stringify({...body, event_id})});
  };

  const events = async (request) => {
    const answer = await ask(request).catch((error) => (request.signal.aborted ? Promise.reject(error) : null));
    const headers = {"Content-Type": "text/event-stream"};
    return new Response(new ReadableStream({start: (out) => pass(answer, request.signal, out)}), {headers});
  };

  // Pass an answer's events on. If it breaks off, end what is pending in a way that Gradio understands.
  const pass = async (answer, signal, out) => {
    const encoder = new TextEncoder();
    const send = (message) => out.enqueue(encoder.encode(`data: ${JSON.stringify(message)}\n\n`));
    let heard = false;
    try {
      if (!answer?.ok) throw new Error("no stream");
      for await (const message of messages(answer.body)) {
        heard = true;
        if (message.msg === "unexpected_error") throw new Error(message.message);
        if (message.msg === "process_completed") pending.delete(message.event_id);
        send(message);
        if (message.msg === "close_stream") return out.close();
      }
      throw new Error("the stream ended early");
    } catch (error) {
      if (signal.aborted) return out.error(error);
      const why = !heard && (await isServerThere()) ? said.blocked : said.lost;
      say(why);
      for (const event_id of pending) {
        send({msg: "process_completed", event_id, success: false, output: {error: why, visible: false}});
      }
      pending.clear();
      send({msg: "close_stream"});
      out.close();
    }
  };

  async function* messages(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    try {
      for (;;) {
        let timer;
        const silence = new Promise((_, fail) => (timer = setTimeout(fail, SILENCE, new Error("silence"))));
        const {done, value} = await Promise.race([reader.read(), silence]).finally(() => clearTimeout(timer));
        if (done) return;
        const parts = (text + value).split("\n\n");
        text = parts.pop();
        for (const part of parts) yield JSON.parse(part.slice("data: ".length));
      }
    } finally {
      reader.cancel().catch(() => {});
    }
  }

  const isServerThere = () =>
    ask("../../status.json", {cache: "no-store"}).then((answer) => answer.ok, () => false);

  window.fetch = (request, options) => {
    const path = new URL(request.url ?? request, document.baseURI).pathname;
    if (path.endsWith("/gradio_api/queue/join")) return join(request, options);
    if (/\/gradio_api\/(cancel|reset)$/.test(path)) return cancel(request, options);
    if (path.endsWith("/gradio_api/queue/data")) return events(new Request(request, options));
    return ask(request, options);
  };
})(SETTINGS);
