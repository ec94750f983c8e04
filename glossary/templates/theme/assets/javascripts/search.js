/*
 * The search engine behind Material's search box: the box hands every query to this worker and shows what comes back.
 * Messages are Material's: {type: 0, data: {config}} sets up, 1 is the answer to that, {type: 2, data: query} asks, and
 * {type: 3, data: {items}} answers, more than once when more is known. What is fetched, and why: glossary/search.py.
 */
(() => {
  "use strict";

  const MOST_HITS = 30;
  const FULL = 0.94; // of a name; above, it is what was typed, but for its ending or a slip
  const LEAST_SCORE = 0.3; // of a name; below, it only happens to share letters with the query
  const SAID = 0.8; // of a name that stands in a long question: it is meant, however short it is
  const TEXT_SHARE = 0.5; // what the best text is worth beside a name that is exactly the query
  const MOST_TEXTS = 8; // hits whose text is fetched
  const MOST_FIRST_TEXTS = 3; // and of the first ones, while the names are not here
  const LONG_LIST = 60_000; // characters of names, beyond which a phone should not wait for them
  const FEWEST_TEXTS = 5; // fetched; of further hits only if they are half as good as the first
  const PHRASES = 3; // texts read for the query word for word, whatever their names
  const PHRASE = 0.6; // of a text's score, when it holds the query word for word
  const SNIPPET = 220; // characters

  /* Words. The same in glossary/search.py. */
  const UNSPACED = "\\u3005\\u3007\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{323af}";
  const RUN = new RegExp(`[${UNSPACED}]+|(?:(?![${UNSPACED}])[\\p{L}\\p{N}])+`, "gu");
  const BEGINS_UNSPACED = new RegExp(`^[${UNSPACED}]`, "u"); // made once: every query asks it of every word there is
  const isUnspaced = (word) => BEGINS_UNSPACED.test(word);
  const fold = (text) => text.normalize("NFKC").toLowerCase().normalize("NFD")
    .replace(/[\u0300-\u0309\u030b-\u036f]/g, "").normalize("NFC");
  const runs = (text) => fold(text).match(RUN) ?? [];
  const pairs = (run) => (run.length < 2 ? [run] : [...run.slice(1)].map((_, i) => run.slice(i, i + 2)));

  /* How alike two words are, from 0 to 1. */

  const sharedBeginning = (one, other) => {
    let length = 0;
    while (length < one.length && one[length] === other[length]) length++;
    return length;
  };

  /* Edits (insert, delete, replace, swap neighbors) from `asked` to `word`, or to a beginning of it; `most` + 1 if more. */
  const edits = (asked, word, most) => {
    let before = [], row = Array.from({ length: word.length + 1 }, (_, j) => j);
    for (let i = 1; i <= asked.length; i++) {
      const next = [i];
      for (let j = 1; j <= word.length; j++) {
        const changed = asked[i - 1] === word[j - 1] ? 0 : 1;
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + changed);
        if (i > 1 && j > 1 && asked[i - 1] === word[j - 2] && asked[i - 2] === word[j - 1]) {
          next[j] = Math.min(next[j], before[j - 2] + 1);
        }
      }
      if (Math.min(...next) > most) return { whole: most + 1, beginning: most + 1 };
      [before, row] = [row, next];
    }
    return { whole: row[word.length], beginning: Math.min(...row) };
  };

  const tolerated = (length) => (length < 3 ? 0 : length < 6 ? 1 : 2);

  /* What a mistyped word has in common with the right one: most of its letters. */
  const letters = (word) => {
    let set = 0;
    for (const letter of word) set |= 1 << (letter.codePointAt(0) % 31);
    return set;
  };
  const ones = (set) => { let count = 0; for (; set; set &= set - 1) count++; return count; };

  const misspelled = (asked, word) => {
    const most = tolerated(Math.min(asked.length, word.length + 1));
    if (!most || word.length < asked.length - most) return 0;
    const { whole, beginning } = edits(asked, word.slice(0, asked.length + most + 1), most);
    const cost = asked.length < 4 ? 0.45 : asked.length < 6 ? 0.28 : 0.17;
    const isWhole = word.length <= asked.length + most && whole <= most;
    const isBeginning = beginning > 0 && beginning <= most && asked.length > 4;
    return Math.max(isWhole ? 0.97 - cost * whole : 0, isBeginning ? 0.75 - cost * beginning : 0);
  };

  /* The last part of a compound, misspelled: kllassifisering, tekstklassifisering. */
  const reversed = (word) => [...word].reverse().join("");
  const endsMisspelled = (asked, word) => {
    if (asked.length < 6 || word.length < asked.length + 2) return 0;
    const { beginning } = edits(reversed(asked), reversed(word.slice(-asked.length - 2)), 2);
    return beginning > 2 ? 0 : 0.65 - 0.1 * beginning;
  };

  const likeUnspaced = (asked, word) => {
    if (word.includes(asked)) return 0.6 + 0.35 * asked.length / word.length + (word.startsWith(asked) ? 0.03 : 0);
    if (asked.includes(word)) { // in a sentence, whose subject comes first
      return 0.4 + (word.length > 1 ? 0.1 : 0) + 0.06 * Math.min(word.length, 7) - 0.002 * asked.indexOf(word);
    }
    const most = Math.min(2, Math.floor(Math.min(asked.length, word.length) / 2));
    if (!most || Math.abs(asked.length - word.length) > most) return 0;
    const { whole } = edits(asked, word, most);
    if (whole <= most) return 0.9 - whole / word.length * 0.8;
    const isTurned = asked.length === word.length && [...asked].sort().join() === [...word].sort().join();
    return isTurned ? 0.7 : 0; // 模型语言, for 语言模型
  };

  /* The last part of a compound in another form: nettverkene, konvolusjonsnettverk. */
  const endsAlike = (asked, word) => {
    for (let shared = asked.length - 1; shared > 3 && shared > asked.length - 5; shared--) {
      const place = word.lastIndexOf(asked.slice(0, shared));
      if (place > 0) return word.length - place - shared < 4 ? 0.45 + 0.35 * shared / word.length : 0;
    }
    return 0;
  };

  const alike = (asked, word) => {
    if (asked === word) return 1;
    if (isUnspaced(asked) || isUnspaced(word)) return isUnspaced(asked) && isUnspaced(word) ? likeUnspaced(asked, word) : 0;
    const shared = sharedBeginning(asked, word);
    const [askedRest, wordRest] = [asked.length - shared, word.length - shared];
    let best = 0;
    if (!askedRest) best = 0.5 + 0.45 * shared / word.length; // still being typed
    const rest = shared > 5 ? 7 : 4; // what differs at the end, at most: classifying, classification
    if (shared > 2 && askedRest <= rest && wordRest <= rest && shared >= wordRest && shared > askedRest - 2) { // another form
      best = Math.max(best, 0.55 + 0.42 * shared / Math.max(asked.length, word.length));
    }
    if (asked.length > 2 && word.includes(asked)) { // part of a compound
      best = Math.max(best, 0.5 + 0.3 * asked.length / word.length + (word.endsWith(asked) ? 0.1 : 0));
    }
    if (!best && asked.length > 4 && word.length > asked.length - 2) best = endsAlike(asked, word);
    if (word.length > 3 && asked.includes(word)) best = Math.max(best, 0.3 + 0.35 * word.length / asked.length);
    if (best < 0.8 && ones(letters(asked) & ~letters(word)) <= 2) {
      best = Math.max(best, misspelled(asked, word));
      if (best < 0.4) best = Math.max(best, endsMisspelled(asked, word));
    }
    return best;
  };

  /* Names: read once, when something is first asked. */

  const read = (listed, { others = [], common = [] }) => {
    const isOther = new Set(others);
    const known = new Map(), words = []; // word → number, number → word
    const numberOf = (word) => {
      if (!known.has(word)) { known.set(word, words.length); words.push(word); }
      return known.get(word);
    };
    const names = [];
    // An address is in English: readers who know only the English term find the page by it.
    const inAddress = (location) => location.replace(/\/$|(\/index)?\.html$/, "").split("/").pop().replaceAll("-", " ");
    listed.forEach(([location, ...spelled], page) => [...spelled, isOther.has(page) ? "" : inAddress(location)].forEach((text, place) => {
      const parts = runs(text);
      if (parts.length) names.push({
        page, text, worth: (place === 0 ? 1 : place < spelled.length ? 0.98 : 0.9) - (isOther.has(page) ? 0.07 : 0),
        parts: parts.map(numberOf), // words of their own
        whole: numberOf(parts.join("")), // finetuning, fine tuning
        length: parts.join("").length,
      });
    }));
    // ø, æ and å as they are typed where the keyboard lacks them.
    const typed = (as) => words.map((word) => word.replace(/[øæå]/g, (letter) => as[letter]));
    const plain = typed({ ø: "o", æ: "ae", å: "a" }), doubled = typed({ ø: "oe", æ: "ae", å: "aa" });
    return { pages: listed, names, vocabulary: words, plain, doubled, common: new Set(common) };
  };

  /* For each word of the query, how alike each known word is to it. */
  const compare = (asked, { vocabulary, plain, doubled }) => asked.map((word) => {
    const scores = new Float32Array(vocabulary.length);
    let most = 0;
    const isPlain = !/[øæå]/.test(word);
    vocabulary.forEach((other, number) => {
      let score = alike(word, isPlain ? plain[number] : other);
      if (isPlain && doubled[number] !== plain[number]) score = Math.max(score, alike(word, doubled[number]));
      if (score > LEAST_SCORE) { scores[number] = score; most = Math.max(most, score); }
    });
    return { word, scores, isKnown: most > 0, weight: word.length * most * most }; // a word like no name says little
  });

  const findNames = (index, query) => {
    const asked = runs(query);
    if (!asked.length) return new Map();
    const [whole, ...each] = compare([asked.join(""), ...asked], index);
    // No name has anything like 什么是, and what “what” and “hvordan” are like is chance.
    const known = each.filter((word) => word.isKnown);
    const telling = known.filter(({ word }) => !index.common.has(word));
    const compared = telling.length ? telling : known;
    const total = compared.reduce((sum, { weight }) => sum + weight, 0);
    const best = new Map();
    for (const name of index.names) {
      let score = whole.scores[name.whole];
      if (total) score = Math.max(score, scoreByWords(index, name, compared, total));
      score *= name.worth - (score < FULL && name.worth < 1 ? 0.06 : 0); // part of a synonym is less than part of a title
      if (score > LEAST_SCORE && score > (best.get(name.page)?.score ?? 0)) best.set(name.page, { score, name: name.text });
    }
    return best;
  };

  const scoreByWords = (index, name, compared, total) => {
    let last = -1, isInOrder = true;
    const covered = new Map(); // a word of the name → words of the query that are most like it
    for (const asked of compared) {
      let best = 0, where = -1, place = -1;
      name.parts.forEach((part, i) => { if (asked.scores[part] > best) [best, where, place] = [asked.scores[part], part, i]; });
      if (where < 0) continue;
      if (place < last) isInOrder = false;
      last = place;
      covered.set(where, [...(covered.get(where) ?? []), { ...asked, best }]);
    }
    let askedFor = 0, found = 0;
    for (const [part, words] of covered) {
      const { length } = index.vocabulary[part];
      // Words that make up a compound are more than parts of it: funksjon tap, tapsfunksjon.
      const together = words.reduce((sum, { word }) => sum + word.length, 0);
      const isMadeUp = words.length > 1 && together > 0.7 * length && together <= length + 1;
      const worth = ({ best }) => (isMadeUp ? Math.max(best, 0.85) : best);
      for (const word of words) askedFor += word.weight * worth(word);
      found += length * Math.max(...words.map(worth));
    }
    const share = askedFor / total, cover = found / name.length;
    const score = share * (0.65 + 0.35 * cover) - (isInOrder ? 0 : 0.01);
    return cover > SAID ? Math.max(score, 0.32 + 0.2 * share) : score;
  };

  /* Texts: pieces of the inverted index, fetched when a word of theirs is asked for. */

  const pieceOf = (starts, wanted) => {
    let low = 0, high = starts.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= wanted) low = middle; else high = middle;
    }
    return low;
  };

  const findTexts = async (index, query) => {
    if (!index.words.length) return new Map();
    const asked = [...new Set(runs(query).flatMap((run) => (isUnspaced(run) ? pairs(run) : [run])))];
    const found = await Promise.all(asked.map((word) => pagesWith(index, word)));
    const best = Math.max(...found.map((pages) => Math.max(0, ...[...pages.values()].map(({ score }) => score))), 1e-9);
    const total = new Map();
    for (const pages of found) {
      for (const [page, { score, words }] of pages) {
        const sum = total.get(page) ?? { score: 0, count: 0, words: [] };
        total.set(page, { score: sum.score + score / best, count: sum.count + 1, words: [...sum.words, ...words] });
      }
    }
    const known = found.filter((pages) => pages.size).length;
    for (const hit of total.values()) hit.score = hit.score / known * (hit.count / known) ** 2;
    return total;
  };

  /* Pages that hold a word, or forms of it. */
  const pagesWith = async (index, asked) => {
    const stem = asked.slice(0, Math.max(2, Math.ceil(asked.length * 0.6)));
    const places = isUnspaced(asked) && asked.length > 1 ? [asked] : [stem, asked, `${stem}\uffff`];
    const numbers = new Set(places.map((place) => pieceOf(index.words, place)));
    const pages = new Map();
    for (const piece of await Promise.all([...numbers].map((number) => fetchFile(`words-${number}.json`)))) {
      for (const [word, [count, ...postings]] of Object.entries(piece)) {
        const likeness = word.startsWith(stem) || stem.startsWith(word) ? alike(asked, word) : 0;
        if (likeness < 0.6) continue;
        const rarity = Math.log(1 + index.count / count);
        for (let i = 0; i < postings.length; i += 2) {
          const hit = pages.get(postings[i]) ?? { score: 0, words: [] };
          hit.score = Math.max(hit.score, likeness * rarity * postings[i + 1]);
          hit.words.push(word);
          pages.set(postings[i], hit);
        }
      }
    }
    return pages;
  };

  /* Answers, as Material's list takes them: titles and texts are HTML. */

  const escape = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

  /* Words of a text that are like the query's, marked. */
  const mark = (text, asked) => text.split(new RegExp(`([${UNSPACED}]+|(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}])+)`, "gu"))
    .map((part, i) => (i % 2 ? markWord(part, asked) : escape(part))).join("");

  const markWord = (part, asked) => {
    const word = fold(part);
    if (!isUnspaced(word)) {
      const isHit = asked.some((other) => !isUnspaced(other) && (word.length > 2 || other === word) && alike(other, word) > 0.7);
      return isHit ? `<mark data-md-highlight>${escape(part)}</mark>` : escape(part);
    }
    const spans = asked.filter(isUnspaced).flatMap((run) => (word.includes(run) ? [run] : pairs(run)));
    return part.split(new RegExp(`(${[...new Set(spans)].sort((a, b) => b.length - a.length).join("|") || "$^"})`, "u"))
      .map((piece, i) => (i % 2 ? `<mark data-md-highlight>${piece}</mark>` : escape(piece))).join("");
  };

  /* The beginning of a text, or what stands around the first of the words. */
  const snippet = (text, words) => {
    const folded = text.toLowerCase();
    const first = Math.min(...words.map((word) => folded.indexOf(word)).filter((place) => place >= 0), text.length);
    if (first < SNIPPET || first === text.length) return text.length > SNIPPET ? `${text.slice(0, SNIPPET)}…` : text;
    const start = text.lastIndexOf(" ", first - SNIPPET / 3) + 1 || first - SNIPPET / 3;
    return `…${text.slice(start, start + SNIPPET)}${start + SNIPPET < text.length ? "…" : ""}`;
  };

  const answer = ({ hits }, texts) => {
    const scores = new Map([...hits].map(([page, { score }]) => [page, score]));
    for (const [page, { score }] of texts) {
      const named = scores.get(page) ?? 0;
      scores.set(page, Math.max(named, TEXT_SHARE * score) + 0.02 * Math.min(named, score));
    }
    const least = Math.max(0, ...scores.values()) > 0.9 ? 0.1 : 0.02;
    return [...scores].filter(([, score]) => score > least).sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MOST_HITS);
  };

  const items = (ranked, named, texts, sections, asked) => ranked.map(([page, score]) => {
    const names = named.hits;
    const [location, title] = named.index?.pages[page] ?? sections.get(page)[0];
    const { name } = names.get(page) ?? {};
    const words = [...new Set(texts.get(page)?.words ?? [])];
    // A name that is not the title says why the page is here.
    const other = name && name !== title ? `<p>${mark(name, asked)}</p>` : "";
    const terms = Object.fromEntries((words.length ? words : runs(name ?? "")).slice(0, 8).map((word) => [word, true]));
    const [, [, , text] = [, , ""], ...more] = sections?.get(page) ?? [];
    const hit = { location, title: mark(title, asked), text: other + mark(snippet(text, words), asked), score, terms };
    if (text === "" && !other) hit.text = "";
    const holds = (section) => words.some((word) => fold(`${section[1]} ${section[2]}`).includes(word));
    const below = names.has(page) ? [] : more.filter(holds).slice(0, 3);
    return [hit, ...below.map(([anchor, heading, body], i) => ({
      location: `${location}#${anchor}`, title: mark(heading, asked), text: mark(snippet(body, words), asked),
      score: i ? score / 2 : score, // the box folds away what has less than the page
      terms,
    }))];
  });

  const isPhrase = (query) => runs(query).length > 2 || runs(query).some((run) => isUnspaced(run) && run.length > 5);

  /* A text that says exactly what was typed goes before those that hold the same words apart. */
  const preferPhrases = ({ sections, texts }, query) => {
    const phrase = fold(query).trim().replace(/\s+/g, " ");
    const words = runs(phrase);
    if (words.length < 2 && !(isUnspaced(phrase) && phrase.length > 3)) return;
    for (const [page, [, ...parts]] of sections) {
      const hit = texts.get(page);
      if (hit && parts.some(([, title, text]) => fold(`${title} ${text}`).includes(phrase))) hit.score += PHRASE;
    }
  };

  const sectionsOf = async (index, ranked) => {
    const numbers = [...new Set(ranked.map(([page]) => pieceOf(index.texts, page)))];
    const pieces = new Map(await Promise.all(numbers.map(async (number) => [number, await fetchFile(`text-${number}.json`)])));
    return new Map(ranked.map(([page]) => {
      const number = pieceOf(index.texts, page);
      return [page, pieces.get(number)[page - index.texts[number]]];
    }));
  };

  /* Files: each is fetched once; one that failed is asked for again next time. */

  let config;
  const fetched = new Map();
  const fetchFile = (name) => {
    if (!fetched.has(name)) {
      const address = new URL(`${config.folder}${name}?${config.version}`, self.location.href);
      const file = fetch(address).then((response) => {
        if (!response.ok) throw new Error(`${address}: ${response.status}`);
        return response.json();
      });
      file.catch(() => fetched.delete(name));
      fetched.set(name, file);
    }
    return fetched.get(name);
  };
  let names; // the index of names, once it is here
  const readNames = async (pieces) => { names ??= read(await fetchFile("names.json"), pieces); };

  /* 神經網絡 is 神经网络, where names are written so. */
  const simplified = (query, { variants = "" }) => [...query].map((character) => {
    const place = variants.indexOf(character);
    return place >= 0 && place % 2 === 0 ? variants[place + 1] : character;
  }).join("");

  let newest = 0;
  const reply = (found) => self.postMessage({ type: 3, data: { items: found } });

  /* Names first, as they need nothing more; where the list of names is long and not here yet, texts first. */
  const search = async (typed) => {
    const number = ++newest;
    const isOld = () => number !== newest;
    const pieces = runs(typed).length && await fetchFile("pieces.json");
    if (!pieces || isOld()) return reply([]); // Material waits for an answer to each question
    const query = simplified(typed, pieces);
    const asked = runs(query);
    const known = { named: { hits: new Map() }, texts: new Map(), sections: null };
    const most = () => (known.named.index ? MOST_TEXTS : MOST_FIRST_TEXTS);
    let isAnswered = false;
    const show = (ranked) => {
      isAnswered ||= ranked.length > 0;
      if (ranked.length) reply(items(ranked, known.named, known.texts, known.sections, asked));
    };
    const steps = [
      async () => { await readNames(pieces); known.named = { index: names, hits: findNames(names, query) }; },
      async () => {
        known.texts = await findTexts(pieces, query);
        const ranked = answer(known.named, known.texts);
        // What may be said word for word is looked for in more texts, whatever their names.
        const isSaid = isPhrase(query);
        const said = isSaid ? answer({ hits: new Map() }, known.texts).slice(0, PHRASES) : [];
        const isWorth = ([, score], i) => isSaid || i < FEWEST_TEXTS || score > ranked[0][1] / 2;
        const wanted = ranked.filter(isWorth).slice(0, most());
        known.sections = await sectionsOf(pieces, [...new Map([...wanted, ...said])]);
        preferPhrases(known, query);
      },
    ];
    const isLong = pieces.names > LONG_LIST && !names;
    for (const step of isLong ? [steps[1], ...steps] : steps) {
      await step().catch((error) => console.warn(error)); // offline, say: what is there is shown
      if (isOld()) return isAnswered ? undefined : reply([]);
      const ranked = answer(known.named, known.texts);
      show(known.named.index ? ranked : ranked.slice(0, most()));
    }
    return isAnswered ? undefined : reply([]);
  };

  self.addEventListener("message", ({ data: { type, data } }) => {
    if (type === 0) {
      config = data.config;
      self.postMessage({ type: 1 });
    } else if (type === 2) {
      search(data).catch((error) => { console.warn(error); reply([]); });
    }
  });
})();
