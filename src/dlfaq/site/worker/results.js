/* What Material's box shows: answers in the order of `dlfaq ask`, then planned questions, then the site's other pages.
   Every text is escaped here. */

const MOST_ENTRIES = 8, FEWEST_ENTRIES = 3, LEAST_SCORE = 0.02, MOST_PAGES = 10, TEASER = 240, MOST_TERMS = 12;

const PLANNED = "Planned: asked, and not answered here yet.";
const NOTES = {
  guess: "No entry fits exactly. The closest guess:",
  none: "Nothing here fits this well enough to answer it. The nearest:",
  waiting: "This is planned, and not answered yet. The nearest answers:",
};

const escaped = text => text.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);

function plainOf(markup) {
  const named = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", nbsp: " " };
  const text = markup.replace(/<[^>]+>/g, " ").replace(/&(?:(\w+)|#(\d+)|#x([0-9a-f]+));/gi, (all, name, code, hex) => {
    if (name) return named[name] ?? all;
    const point = code ? Number(code) : parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : all;
  });
  return text.replace(/\s+/g, " ").trim();
}

/* A text with the words marked that were asked for. */
function marked(text, isAsked) {
  let result = "";
  let end = 0;
  for (const match of text.matchAll(/[\p{L}\p{N}]+/gu)) {
    const word = escaped(match[0]);
    result += escaped(text.slice(end, match.index)) + (isAsked(match[0].toLowerCase()) ? `<mark>${word}</mark>` : word);
    end = match.index + match[0].length;
  }
  return result + escaped(text.slice(end));
}

/* The part of a text around the first word that was asked for. */
function excerpt(text, isAsked) {
  const first = [...text.matchAll(/[\p{L}\p{N}]+/gu)].find(match => isAsked(match[0].toLowerCase()))?.index ?? 0;
  const start = first > TEASER / 2 ? text.lastIndexOf(" ", first - TEASER / 4) + 1 : 0;
  const rest = text.slice(start);
  const part = rest.length > TEASER ? `${rest.slice(0, rest.lastIndexOf(" ", TEASER) + 1 || TEASER)}…` : rest;
  return `${start ? "… " : ""}${part}`;
}

/* The site's other pages, ranked by BM25 over their sections. */
function pagesOf(docs, words) {
  const stemsOf = text => (text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []).filter(word => !words.stop.has(word)).map(words.stem);
  const sections = docs.filter(doc => !/(^|\/)questions\//.test(doc.location)).map(doc => {
    const title = plainOf(doc.title), text = plainOf(doc.text);
    const counts = new Map();
    const add = (stem, weight) => counts.set(stem, (counts.get(stem) ?? 0) + weight);
    // the parts of a name such as layer_norm can be looked for too
    for (const stem of stemsOf(`${title} ${title.replaceAll("_", " ")}`)) add(stem, 4);
    const body = stemsOf(text);
    for (const stem of body) add(stem, 1);
    return { doc, title, text, counts, length: body.length + 8, page: doc.location.split("#")[0] };
  });
  const average = sections.reduce((sum, one) => sum + one.length, 0) / (sections.length || 1);
  const first = new Map(sections.filter(one => !one.doc.location.includes("#")).map(one => [one.page, one]));

  return text => {
    const asked = [...new Set(stemsOf(text))].slice(0, 60);
    const scores = new Map();
    const begun = /[\p{L}\p{N}_]$/u.test(text) ? asked.at(-1) : undefined;
    asked.forEach(stem => {
      const often = one => {
        let count = one.counts.get(stem) ?? 0;
        if (stem === begun && stem.length > 2)
          for (const [other, more] of one.counts) if (other !== stem && other.startsWith(stem)) count += more / 2;
        return count;
      };
      const holding = sections.map(one => [one, often(one)]).filter(([, count]) => count);
      const rare = Math.log(1 + (sections.length - holding.length + 0.5) / (holding.length + 0.5));
      for (const [one, count] of holding) {
        const part = (rare * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * one.length) / average));
        scores.set(one, (scores.get(one) ?? 0) + part);
      }
    });
    const best = new Map(); // of each page, its best section
    for (const [one, score] of scores)
      if (first.has(one.page) && score > (best.get(one.page)?.score ?? 0)) best.set(one.page, { one, score });
    const most = Math.max(0, ...[...best.values()].map(({ score }) => score));
    return [...best.values()].filter(({ score }) => score > most / 4).sort((one, other) => other.score - one.score)
      .slice(0, MOST_PAGES).map(({ one }) => (one === first.get(one.page) ? [one] : [first.get(one.page), one]));
  };
}

/* Where an entry's page is, whatever form the site's addresses have. */
function placesOf(docs) {
  const found = new Map();
  for (const { location } of docs) {
    const match = /(?:^|\/)questions\/([a-z0-9-]+?)(?:\.html|\/)$/.exec(location);
    if (match) found.set(match[1], location);
  }
  return entry => found.get(entry.id);
}

function searchOf(ranker, docs) {
  const { words } = ranker;
  const find = pagesOf(docs, words);
  const place = placesOf(docs);

  function item(doc, title, text, score, isAsked, typed, before = "") {
    const held = new Set((`${title} ${text}`.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map(words.stem));
    const terms = Object.fromEntries(typed.filter(word => held.has(words.stem(word))).map(word => [word, true]));
    const teaser = text ? `<p>${marked(excerpt(text, isAsked), isAsked)}</p>` : "";
    return { location: doc, title: marked(title, isAsked), text: before + teaser, score, terms };
  }

  function ofEntry({ entry, score }, note, isAsked, typed, part) {
    const said = entry.planned ? `${note}<p><em>${PLANNED}</em></p>` : note;
    const made = { ...item(place(entry), entry.title, entry.answer, score, isAsked, typed, said), id: entry.id, planned: entry.planned };
    if (!part) return [made];
    return [made, item(`${place(entry)}#${part.id}`, part.title, "", score, isAsked, typed)];
  }

  /* Answers first, then what is planned, each in the order of `ask`. */
  function shownOf({ found, known, confidence, behind }) {
    const near = known || confidence !== "none" ? found : []; // without a known word what is nearest is near by chance
    const some = near.filter(({ entry, score }, rank) => place(entry) && (rank < FEWEST_ENTRIES || score >= LEAST_SCORE));
    const most = confidence === "none" ? FEWEST_ENTRIES : MOST_ENTRIES;
    const planned = some.filter(({ entry }) => entry.planned);
    const written = some.filter(({ entry }) => !entry.planned);
    if (confidence === "none" || !found[0].entry.planned) return { written: written.slice(0, most), planned: planned.slice(0, most) };
    // what fits best has no answer yet: the nearest that have one, and few others that have none
    const fitting = written.filter(behind);
    const nearest = (fitting.length ? fitting : written).slice(0, FEWEST_ENTRIES);
    return { written: nearest, planned: planned.slice(0, FEWEST_ENTRIES), isWaiting: true };
  }

  return text => {
    if (!text.trim()) return { items: [] };
    let asked = ranker.ask(text);
    if (!asked.known) {
      const longer = ranker.completed(text);
      if (longer !== text) asked = ranker.ask(longer);
    }
    const typed = [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])]
      .filter(word => word.length > 1 && !words.stop.has(word)).slice(0, MOST_TERMS);
    const stems = new Set(typed.map(words.stem));
    const isAsked = word => !words.stop.has(word) && stems.has(words.stem(word));
    const { written, planned, isWaiting } = shownOf(asked);
    const said = asked.confidence !== "answer" ? NOTES[asked.confidence] : isWaiting && written.length ? NOTES.waiting : "";
    const note = said ? `<p><em>${said}</em></p>` : "";
    const first = asked.found[0];
    const part = asked.confidence !== "none" ? asked.partFor(first.entry) : undefined;
    const items = [...written, ...planned].map((one, rank) =>
      ofEntry(one, rank ? "" : note, isAsked, typed, one === first ? part : undefined));
    for (const sections of find(text))
      items.push(sections.map(one => item(one.doc.location, one.title, one.text, 0, isAsked, typed)));
    const ranked = asked.found.slice(0, FEWEST_ENTRIES).map(({ entry, score }) => [entry.id, score]);
    return { items, ranked, confidence: asked.confidence, part: part?.id };
  };
}
