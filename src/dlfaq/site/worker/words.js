/* The words of `dlfaq ask`: a port of ask/words.py. Its lists and patterns come with the index; tests hold both to one answer. */
"use strict";

const NOT = "not";

function wordsOf(lists) {
  const [stop, negations, common, loss, score, short, units] =
    ["stop", "negations", "common", "loss", "score", "short", "units"].map(name => new Set(lists[name]));
  const keep = new Map(Object.entries(lists.keep));
  const pattern = (name, flags) => new RegExp(lists.patterns[name], flags);
  const [TOKEN, PARTS, TELLING] = [pattern("token", "gu"), pattern("parts", "gu"), pattern("telling", "u")];
  const DIGITS = /^\p{Nd}+$/u;
  const cut = (text, length) => (text.length <= length ? text : [...text].slice(0, length).join(""));
  const isLower = word => word === word.toLowerCase() && word !== word.toUpperCase();

  const clean = text => text.slice(0, 400_000).replace(/\p{Cs}/gu, "?").normalize("NFKC").replace(/[^\P{C}\n]/gu, " ");

  function informative(text) {
    if (text.length <= lists.longText || [...text].length <= lists.longText) return text;
    const lines = [];
    const seen = new Set();
    for (const line of text.split(/[\n\u2028\u2029]/)) {
      const shape = cut(line, 4 * lists.maxLine).replace(/\p{Nd}+/gu, "0").trim();
      if (shape && !seen.has(shape)) {
        seen.add(shape);
        lines.push(line.trim());
      }
    }
    const telling = lines.filter(line => TELLING.test(cut(line, 4 * lists.maxLine).toLowerCase()));
    const chosen = [...lines.slice(0, 2), ...telling.slice(0, 3), ...telling.slice(7 - lists.maxLines), ...lines.slice(-2)];
    return [...new Set(chosen)].map(line => cut(line, lists.maxLine)).join("\n");
  }

  const standsAlone = part => [...part].length > 2 || short.has(part.toLowerCase());

  function parted(word) {
    if (isLower(word) && /^\p{L}+$/u.test(word)) return [word];
    const plain = word.replaceAll("’", "'").toLowerCase();
    const quote = plain.indexOf("'");
    if (quote >= 0) return plain.slice(quote + 1) === "t" ? [NOT] : [plain.slice(0, quote)];
    const parts = units.has(plain) ? [] : word.match(PARTS) ?? [];
    const whole = plain.replace(/^_+|_+$/g, "");
    if (parts.length < 2 || (!whole.includes("_") && !parts.every(standsAlone))) {
      const letters = whole.replace(/[0-9]+$/, "");
      return letters !== whole && letters.length > 3 ? [whole, letters] : [whole];
    }
    return parts.filter(part => !DIGITS.test(part)).map(part => part.toLowerCase());
  }

  function tokens(text) {
    const found = [];
    for (const match of text.matchAll(TOKEN)) {
      const { log, of, number, sign } = match.groups;
      if (log !== undefined) found.push(...(DIGITS.test(of) ? [`ln${of.toLowerCase()}`, "lnk"] : ["lnk"]));
      else if (number !== undefined) found.push(match[0].toLowerCase().replace(/^[+-]+/, "").replace(/\.+$/, ""));
      else if (sign !== undefined) found.push(sign);
      else found.push(...parted(cut(match[0], lists.maxWord)));
    }
    return found;
  }

  /* The names that `tokens` takes apart, whole and in lower case, with the stems of their parts. */
  function names(text) {
    const found = new Map();
    for (const match of text.matchAll(TOKEN)) {
      if (match.groups.word === undefined) continue;
      const word = cut(match.groups.word, lists.maxWord);
      if (!word.includes("_") && isLower(word)) continue;
      const parts = parted(word);
      if (parts.length > 1 && !/['’]/.test(word)) found.set(word.toLowerCase().replace(/^_+|_+$/g, ""), parts.map(stem));
    }
    return found;
  }

  const stemmed = new Map();
  function stem(word) {
    if (!stemmed.has(word)) {
      if (stemmed.size > 20000) stemmed.clear();
      stemmed.set(word, stemOf(word));
    }
    return stemmed.get(word);
  }

  function stemOf(word) {
    if (keep.has(word)) return keep.get(word);
    if (word.length < 4 || !/^[A-Za-z]+$/.test(word)) return word;
    word = american(word);
    for (const [suffix, stays, before] of lists.suffixes) {
      if (!word.endsWith(suffix) || word.length - suffix.length < before) continue;
      if (suffix === "s" && "sui".includes(word.at(-2))) continue;
      let head = word.slice(0, word.length - suffix.length) + stays;
      if (["ing", "ings", "ed"].includes(suffix)) head = single(head);
      if (suffix === "s") return stem(head);
      word = head;
      break;
    }
    if (word.length > 3 && word.endsWith("e")) word = word.slice(0, -1);
    return word.length > 3 && word.endsWith("y") ? `${word.slice(0, -1)}i` : word;
  }

  function american(word) {
    word = word.replaceAll("isation", "ization").replaceAll("ysis", "yz");
    for (const [british, other] of [["ising", "izing"], ["ised", "ized"], ["ises", "izes"], ["ise", "ize"], ["iser", "izer"]]) {
      if (word.endsWith(british) && word.length - british.length > 3) {
        word = word.slice(0, -british.length) + other;
        break;
      }
    }
    for (const [british, other] of [["aviour", "avior"], ["colour", "color"], ["eighbour", "eighbor"], ["elling", "eling"]])
      word = word.replaceAll(british, other);
    return word;
  }

  function single(head) {
    const last = head.at(-1);
    return head.length > 3 && last === head.at(-2) && !"lsz".includes(last) ? head.slice(0, -1) : head;
  }

  function stems(text) {
    const found = [];
    const words = tokens(text);
    const present = new Set(words);
    for (const word of words) {
      if (negations.has(word)) {
        if (found.at(-1) !== NOT) found.push(NOT);
      } else if (/^[\p{Nd}.]/u.test(word)) found.push(...numberWords(word, present));
      else if (!stop.has(word) && (word.length > 1 || word === "<" || word === ">")) found.push(stem(word));
    }
    return found;
  }

  function numberWords(number, present) {
    const percent = number.endsWith("%");
    const bare = number.replace(/%+$/, "");
    const value = Number(bare.replaceAll(",", ""));
    if (Number.isNaN(value)) return [number];
    const has = words => [...words].some(word => present.has(word));
    const digits = bare.replaceAll(".", "").replace(/^0+/, "").length;
    if (digits >= 2 && !percent && number.includes(".") && (digits >= 3 || has(loss)))
      for (const classes of lists.classes)
        if (Math.abs(value / Math.log(classes) - 1) < (digits === 2 ? 0.004 : 0.0025)) return [number, `ln${classes}`, "lnk"];
    const share = value > 1 ? value / 100 : value;
    if (has(score) && [2, 3, 4, 5, 10, 100].some(k => Math.abs(share * k - 1) < 0.025)) return [number, "chanc"];
    return [number];
  }

  function negated(words) {
    const found = [];
    words.forEach((word, place) => {
      if (word !== NOT) return;
      const first = words.slice(place + 1, place + 4).find(after => after !== NOT && !common.has(after));
      if (first !== undefined) found.push(`${NOT}:${first}`);
    });
    return found;
  }

  /* Every run of up to four words. */
  function runs(words) {
    const found = new Set();
    for (let size = 4; size > 0; size--)
      for (let start = 0; start + size <= words.length; start++) found.add(words.slice(start, start + size).join(" "));
    return found;
  }

  function canonical(words, same) {
    const result = [];
    for (let place = 0; place < words.length; ) {
      let size = Math.min(4, words.length - place);
      while (size && !same.has(words.slice(place, place + size).join(" "))) size--;
      if (size) result.push(...same.get(words.slice(place, place + size).join(" ")).split(" "));
      else result.push(words[place]);
      place += size || 1;
    }
    return result;
  }

  return { clean, informative, tokens, names, stem, stems, negated, runs, canonical, common, stop };
}

/* Edits between two words: insert, delete, replace, swap neighbours; `most + 1` if there are more. */
function distance(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before = [];
  let row = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= one.length; i++) {
    const last = before;
    before = row;
    row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      let cost = Math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) cost = Math.min(cost, last[j - 2] + 1);
      row.push(cost);
    }
    if (Math.min(...row) > most) return most + 1;
  }
  return Math.min(row.at(-1), most + 1);
}

/* The known word that a typing error most likely meant: fewest edits, then the most frequent, then the first by letters. */
function nearest(word, known) {
  const most = word.length < 8 ? 1 : 2;
  let best;
  for (const [candidate, count] of known) {
    const edits = distance(word, candidate, most);
    if (edits > most) continue;
    if (!best || edits < best[0] || (edits === best[0] && (count > best[1] || (count === best[1] && candidate < best[2]))))
      best = [edits, count, candidate];
  }
  return best?.[2];
}
