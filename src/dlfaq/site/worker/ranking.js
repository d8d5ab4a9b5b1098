/* The ranking of `dlfaq ask`: a port of ask/query.py, signals.py, passages.py, vectors.py and rank.py over the index that the build wrote. */

/* Directions of meaning: vectors of tokens, in whole numbers. */
function meaningOf(data, words) {
  const { size, unit: UNIT, longest } = data;
  const bytes = Uint8Array.from(atob(data.rows), char => char.charCodeAt(0));
  const flat = new Int8Array(bytes.buffer);
  const rows = new Map(data.tokens.split(" ").map((token, place) => [token, flat.subarray(place * size, (place + 1) * size)]));
  const others = new Set(data.others ? data.others.split(" ") : []); // tokens whose vectors stayed at home
  const PIECES = new RegExp(data.pieces, "gu");
  const cache = new Map();

  function pieces(word) {
    const found = [];
    let mark = "";
    let rest = word.length > longest ? [...word].slice(0, longest).join("") : word;
    while (rest) {
      let end = rest.length;
      while (end && !rows.has(mark + rest.slice(0, end)) && !others.has(mark + rest.slice(0, end))) end--;
      if (!end) break; // what no piece begins says nothing
      const row = rows.get(mark + rest.slice(0, end));
      if (row) found.push(row);
      mark = "##";
      rest = rest.slice(end);
    }
    return found;
  }

  function rowsOf(token) {
    if (!cache.has(token)) cache.set(token, (token.match(PIECES) ?? []).flatMap(pieces));
    return cache.get(token);
  }

  /* The sum of vectors, stretched to length UNIT and rounded. */
  function total(vectors) {
    const sum = new Int32Array(size);
    for (const vector of vectors) for (let i = 0; i < size; i++) sum[i] += vector[i];
    let square = 0;
    for (let i = 0; i < size; i++) square += sum[i] * sum[i];
    const factor = square ? UNIT / Math.sqrt(square) : 0;
    const result = new Int8Array(size);
    for (let i = 0; i < size; i++) result[i] = Math.round(factor * sum[i]);
    return result;
  }

  const embed = text => total(words.tokens(text).flatMap(rowsOf));

  function cosine(one, other) {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += one[i] * other[i];
    return sum / UNIT ** 2;
  }

  /* [cosine, place] of those that differ in the fewest signs, nearest first. */
  function alike(vector, others, exact) {
    const places = others.map((_, place) => place);
    if (!vector.some(Boolean)) return places.slice(0, exact).map(place => [0, place]);
    const differing = others.map(other => {
      let count = 0;
      for (let i = 0; i < size; i++) count += (vector[i] ^ other[i]) < 0;
      return count;
    });
    const likely = places.sort((one, other) => differing[one] - differing[other] || one - other).slice(0, exact);
    return likely.map(place => [cosine(vector, others[place]), place]).sort((a, b) => b[0] - a[0] || b[1] - a[1]);
  }

  return { embed, total, cosine, alike };
}

/* Pieces of words: a port of ask/grams.py. */
function gramsOver(data) {
  const { sizes, longest, most, damping, whole, rare, mostEntries, few, usual } = data;
  const table = new Map(); // gram: how often it is said here and elsewhere, and the entries that hold it
  let saidInAll = 0, awayInAll = 0, count = 0;

  function of(text, list) {
    const found = new Set();
    for (const word of list) if (word !== NOT) found.add(`=${word}`);
    for (let i = 1; i < list.length; i++) found.add(`${list[i - 1]} ${list[i]}`);
    for (const word of new Set(text.toLowerCase().match(/[a-z0-9]+/g) ?? [])) {
      const edged = `_${word.slice(0, longest)}_`;
      for (const size of sizes) for (let i = 0; i + size <= edged.length; i++) found.add(edged.slice(i, i + size));
    }
    return [...found].slice(0, most);
  }

  function at(gram) {
    if (!table.has(gram)) table.set(gram, { said: 0, away: 0, holding: [] });
    return table.get(gram);
  }

  /* An entry is asked as these: [text, its words]. */
  function add(num, phrasings) {
    const total = new Map();
    for (const [text, list] of phrasings) {
      const found = of(text, list);
      if (found.length) saidInAll++;
      for (const gram of found) {
        at(gram).said++;
        total.set(gram, (total.get(gram) ?? 0) + 1 / found.length);
      }
    }
    count++;
    let square = 0;
    for (const [gram, share] of total) {
      const value = Math.log1p(damping * share);
      total.set(gram, value);
      square += value * value;
    }
    for (const [gram, value] of total) at(gram).holding.push([num, Math.max(1, Math.round((whole * value) / Math.sqrt(square)))]);
  }

  function addElsewhere(text, list) {
    const found = of(text, list);
    if (found.length) awayInAll++;
    for (const gram of found) at(gram).away++;
  }

  /* How like each entry's phrasings, above the mean of all; and how much more usual here than elsewhere. */
  function ask(grams) {
    const near = new Map();
    let asked = 0, ratio = 0, known = 0;
    for (const gram of grams) {
      const found = table.get(gram);
      if (!found) continue;
      ratio += Math.log((found.said / (saidInAll || 1) + rare) / (found.away / (awayInAll || 1) + rare));
      known++;
      const holding = count <= mostEntries ? found.holding : [];
      const rarity = holding.length ? Math.log((count + 1) / (holding.length + 0.5)) : 0;
      if (rarity <= 0) continue;
      asked += rarity;
      for (const [num, weight] of holding) near.set(num, (near.get(num) ?? 0) + rarity * weight);
    }
    const scale = asked ? 1 / (whole * Math.sqrt(asked)) : 0;
    let sum = 0;
    for (const [num, value] of near) {
      near.set(num, value * scale);
      sum += value * scale;
    }
    const mean = sum / (count || 1);
    const likest = [...near].sort((one, other) => other[1] - one[1] || one[0] - other[0]).map(([num]) => num);
    const scope = ((saidInAll * ratio) / Math.sqrt(known + 1) + few * usual) / (saidInAll + few);
    return { scope, likest, of: num => (near.get(num) ?? 0) - mean };
  }

  return { of, add, addElsewhere, ask };
}

function rankerOf(data) {
  const words = wordsOf(data.lists);
  const pieces = gramsOver(data.grams);
  const meaning = meaningOf(data.vectors, words);
  const { query: Q, signals: S, tuned } = data;
  const vocab = new Map(data.vocab);
  const same = new Map(data.same);
  const columns = S.columns;
  const signs = new Map();
  for (const [anchor, place, needs, means] of data.signs) {
    if (!signs.has(anchor)) signs.set(anchor, []);
    signs.get(anchor).push({ place, needs, means });
  }
  const inTerms = ids => ids.map(id => data.vocab[id][0]);
  const entries = data.entries.map(entry => {
    const lines = [inTerms(entry.question), ...entry.also.map(inTerms)];
    const vectors = entry.said.map(text => meaning.embed(text));
    const counts = new Map(); // term: how often in each column
    let length = 0;
    columns.forEach((column, place) => {
      const found = column === "question" ? lines[0] : column === "also" ? lines.slice(1).flat() : inTerms(undelta(entry[column]));
      length += found.length;
      for (const term of found) {
        if (!counts.has(term)) counts.set(term, new Float64Array(columns.length));
        counts.get(term)[place]++;
      }
    });
    const phrasings = lines.map((line, place) => [entry.said[place] ?? "", line.filter(term => !term.startsWith(`${NOT}:`))]);
    pieces.add(entry.num, phrasings);
    const parts = entry.parts.map(part => partOf(part, inTerms, meaning));
    return { ...entry, parts, lines, vectors, centre: meaning.total(vectors), counts, length };
  });
  const average = entries.reduce((sum, entry) => sum + entry.length, 0) / (entries.length || 1);
  const outside = data.elsewhere.map(([line]) => line.split(" "));
  const away = data.elsewhere.map(([, text]) => meaning.embed(text));
  for (const [line, text] of data.elsewhere) pieces.addElsewhere(text, line.split(" ").filter(term => term && !term.startsWith(`${NOT}:`)));
  const byNumber = new Map(entries.map(entry => [entry.num, entry]));

  const PLAIN = new RegExp(Q.plainWord, "g");
  const uses = new Map(); // of each word as it is spelled, in so many entries
  for (const entry of data.entries) {
    const words_ = new Set(entry.said.flatMap(text => text.match(PLAIN) ?? []).map(word => word.toLowerCase()));
    for (const word of words_) uses.set(word, (uses.get(word) ?? 0) + 1);
  }
  for (const word of data.common) if (!uses.has(word)) uses.set(word, 0);
  const near = new Map(); // by first letter, what a typing error may have meant
  for (const [word, count] of uses) {
    if (!near.has(word[0])) near.set(word[0], []);
    near.get(word[0]).push([word, count]);
  }

  /* The text with typing errors mended. */
  function mended(text) {
    const mend = new Map();
    // how often a word is used, or one of its stem; zero for common English, undefined for what is not known
    const used = word => {
      if (uses.has(word)) return uses.get(word);
      const docs = vocab.get(words.stem(word));
      return docs === undefined ? undefined : Math.max(docs, 0);
    };
    const unknown = [...new Set((text.match(PLAIN) ?? []).map(word => word.toLowerCase()))].filter(word => {
      const count = used(word) ?? 1;
      return count > 0 && count <= Q.few;
    });
    for (const word of unknown.slice(0, Q.mostMended)) {
      const least = Q.far * (used(word) ?? 0);
      const known = (near.get(word[0]) ?? []).filter(([one, count]) => Math.abs(one.length - word.length) <= 2 && count >= least);
      const found = nearest(word, known);
      if (found && found !== word) mend.set(word, found);
    }
    return mend.size ? text.replace(PLAIN, word => mend.get(word.toLowerCase()) ?? word) : text;
  }

  function meant(list) {
    const runs = words.runs(list);
    const found = [...runs].flatMap(run => signs.get(run) ?? []).sort((one, other) => one.place - other.place);
    return found.filter(({ needs }) => !needs || needs.split("+").every(need => runs.has(need))).map(({ means }) => means);
  }

  const weightOf = word => (words.common.has(word) ? Q.shareOfCommon : 1);

  function tells(word, whole) {
    const inName = whole.has(word) || [...whole.values()].some(parts => parts.includes(word));
    return /^\p{L}/u.test(word) && !inName && !word.includes(":");
  }

  function understand(text) {
    const telling = mended(words.informative(words.clean(text)));
    const list = words.canonical(words.stems(telling).slice(0, Q.maxStems), same);
    const whole = words.names(telling);
    let own = new Map(list.filter(word => word !== NOT).map(word => [word, weightOf(word)]));
    for (const word of words.negated(list)) own.set(word, 0.5);
    for (const word of whole.keys()) own.set(word, 1);
    const added = new Map();
    for (const means of meant(list))
      for (const word of means.split(" "))
        if (!own.has(word) && word !== NOT) added.set(word, Math.min(1, (added.get(word) ?? 0) + weightOf(word) / 2));
    const docs = word => Math.max(vocab.get(word) ?? 0, 0);
    own = new Map([...own].filter(([word]) => docs(word) > 0 || tells(word, whole)));
    const rarity = new Map();
    for (const word of [...own.keys(), ...added.keys()]) {
      const background = Q.background * (words.common.has(word) ? Q.ofCommon : Q.ofOthers);
      rarity.set(word, Math.log((entries.length + Q.background + 1) / (docs(word) + background + 0.5)));
    }
    const pairs = new Set(list.slice(1).map((word, place) => `${list[place]} ${word}`));
    const known = [...own.keys()].some(word => docs(word) > 0);
    return { own, added, rarity, pairs, known, direction: meaning.embed(telling), grams: pieces.ask(pieces.of(telling, list)) };
  }

  function fullText(query) {
    const terms = [...query.own.keys(), ...query.added.keys()]
      .sort((one, other) => query.rarity.get(other) - query.rarity.get(one)).slice(0, S.maxTerms);
    const scores = new Map();
    for (const term of terms) {
      const holding = entries.filter(entry => entry.counts.has(term));
      const rare = Math.max(Math.log((entries.length - holding.length + 0.5) / (holding.length + 0.5)), 1e-6);
      for (const entry of holding) {
        const often = entry.counts.get(term).reduce((sum, count, place) => sum + count * S.columnWeights[place], 0);
        const part = (rare * often * 2.2) / (often + 1.2 * (0.25 + (0.75 * entry.length) / average));
        scores.set(entry, (scores.get(entry) ?? 0) + part);
      }
    }
    return [...scores].sort((one, other) => other[1] - one[1] || one[0].num - other[0].num).map(([entry]) => entry);
  }

  function candidates(query) {
    const found = new Set(fullText(query).slice(0, S.candidates));
    if (query.direction.some(Boolean) && entries.length <= S.compared)
      for (const [, place] of meaning.alike(query.direction, entries.map(entry => entry.centre), S.near)) found.add(entries[place]);
    for (const num of query.grams.likest.slice(0, S.near)) found.add(byNumber.get(num));
    return [...found];
  }

  function covered(weights, rarity, where) {
    let whole = 0, held = 0;
    for (const [word, weight] of weights) {
      const worth = weight * rarity.get(word);
      whole += worth;
      if (where.has(word)) held += worth * S.worth[where.get(word)];
    }
    return whole ? held / whole : 0;
  }

  const weightIn = word => (words.common.has(word) ? Q.shareOfCommon : word.startsWith(`${NOT}:`) ? 0.5 : 1);

  function likeness(query, lines) {
    let asked = 0;
    for (const [word, weight] of query.own) asked += query.rarity.get(word) ** 2 * weight;
    let best = 0;
    for (const line of lines) {
      let common = 0, size = 0, others = 0;
      for (const word of new Set(line)) {
        if (!query.rarity.has(word)) {
          others += words.common.has(word) ? Q.shareOfCommon * S.everyday ** 2 : S.telling ** 2;
          continue;
        }
        const square = query.rarity.get(word) ** 2;
        size += square * weightIn(word);
        common += square * (query.own.get(word) || S.shareOfSigns * (query.added.get(word) ?? 0));
      }
      if (common && asked) best = Math.max(best, common / Math.sqrt((size + others) * asked));
    }
    return Math.min(1, best);
  }

  function ordered(query, lines) {
    const found = new Set();
    for (const line of lines)
      for (let place = 1; place < line.length; place++) {
        const pair = `${line[place - 1]} ${line[place]}`;
        if (query.pairs.has(pair)) found.add(pair);
      }
    return Math.min(1, found.size / S.inOrder);
  }

  function ofEntry(query, entry, away) {
    const where = new Map();
    for (const word of query.rarity.keys()) {
      const place = entry.counts.get(word)?.findIndex(Boolean) ?? -1;
      if (place >= 0) where.set(word, columns[place]); // the best column comes first
    }
    const signals = {
      words: covered(query.own, query.rarity, where),
      signs: covered(query.added, query.rarity, where),
      phrasing: likeness(query, entry.lines),
      order: ordered(query, entry.lines),
      meaning: meaning.alike(query.direction, entry.vectors, S.exact)[0][0],
      centre: meaning.cosine(query.direction, entry.centre),
      grams: S.grams * query.grams.of(entry.num),
      scope: query.grams.scope / S.scope,
      ...away,
    };
    signals.same = Math.max(0, (signals.phrasing - S.alike) / (1 - S.alike));
    const odds = Object.entries(tuned.weights).reduce((sum, [name, weight]) => sum + weight * signals[name], tuned.base);
    return { entry, where, odds, score: 1 / (1 + Math.exp(-odds)) };
  }

  const probability = odds => 1 / (1 + Math.exp(-odds));
  const [ofOdds, ofLead, rest] = tuned.sure;

  /* How probable it is that the first entry is right, from its log-odds and the second's. */
  function rightOf(found) {
    if (!found.length) return 0;
    const lead = found.length > 1 ? found[0].odds - found[1].odds : tuned.alone;
    return probability(ofOdds * found[0].odds + ofLead * Math.min(lead, tuned.alone) + rest);
  }

  /* Is an entry that is not the best near enough to be named in its place? */
  const fitsBehind = (first, one) => probability(ofOdds * one.odds + ofLead * (one.odds - first.odds) + rest) >= tuned.behind;

  /* The part of an entry that answers the very words: a port of ask/passages.py. */
  function partFor(query, entry) {
    const P = data.passages;
    const score = (lines, held, vectors) => {
      const where = new Map([...held].map(word => [word, "question"]));
      const means = Math.max(0, ...vectors.map(vector => meaning.cosine(query.direction, vector)));
      return P.like * likeness(query, lines) + P.means * means + P.holds * covered(query.own, query.rarity, where);
    };
    if (!entry.parts.length || !query.own.size) return undefined;
    const question = entry.lines[0];
    const whole = score([question], new Set([...question, ...inTerms(undelta(entry.short))]), entry.vectors.slice(0, 1));
    const scored = entry.parts.map(part => ({ part, score: score(part.lines, part.held, part.vectors) }));
    scored.sort((one, other) => other.score - one.score);
    const others = scored.length > 1 ? scored[1].score : 0;
    const best = scored[0];
    return best.score < P.least * (P.like + P.means) || best.score < Math.max(whole, others) + P.ahead ? undefined : best.part;
  }

  /* What fits a text, best first; whether the first is an answer, a guess or none; and the part that the words lead to. */
  function ask(text) {
    const query = understand(text);
    const off = {
      elsewhere: meaning.alike(query.direction, away, 8 * S.exact)[0]?.[0] ?? 0,
      outside: likeness(query, outside),
    };
    const found = candidates(query).map(entry => ofEntry(query, entry, off));
    found.sort((one, other) => other.odds - one.odds || one.entry.num - other.entry.num);
    const fits = found.length > 0 && query.own.size > 0 && found[0].score >= tuned.fits;
    const confidence = fits ? (rightOf(found) >= tuned.probable ? "answer" : "guess") : "none";
    const behind = one => fitsBehind(found[0], one);
    return { found, known: query.known, confidence, behind, partFor: entry => partFor(query, entry) };
  }

  /* While the first words are being typed: the longer word that the last one most likely becomes. */
  function completed(text) {
    const start = /[\p{L}]{3,}$/u.exec(text)?.[0].toLowerCase();
    if (!start || words.stop.has(start)) return text;
    const longer = data.vocab.filter(([term, docs]) => docs > 0 && term.startsWith(start) && /^\p{L}+$/u.test(term));
    const best = longer.sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1))[0];
    return best ? text.slice(0, -start.length) + best[0] : text;
  }

  return { words, ask, completed };
}

/* A part of an entry, as questions are compared with it. */
function partOf(part, inTerms, meaning) {
  const lines = part.asked.map(inTerms);
  const held = new Set([...inTerms(undelta(part.words)), ...lines.flat()]);
  return { ...part, lines, held, vectors: part.said.map(text => meaning.embed(text)) };
}

/* Numbers from their differences. */
function undelta(steps) {
  let value = 0;
  return steps.map(step => (value += step));
}
