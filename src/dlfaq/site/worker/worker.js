/* Material's search protocol (0 setup, 1 ready, 2 query, 3 result). The index is loaded when someone goes to the box;
   the one that Material loads with every page, and hands over at setup, is empty. */

const [SETUP, READY, QUERY, RESULT] = [0, 1, 2, 3];
// opened from a folder there are no workers: this then runs in a frame whose only script it is
const inFrame = typeof document !== "undefined";
const here = inFrame ? document.querySelector("script[src]").src : self.location.href;
let index; // a promise of the ranker and the pages
let search;
let newest; // what was typed last

async function loaded() {
  try {
    for (const file of ["pages.js", "ask.js"]) await importScripts(new URL(file, here).href);
    return { ranker: rankerOf(self.dlfaqIndex), docs: self.dlfaqPages };
  } catch (error) {
    console.warn(`The search index could not be read: ${error}`);
    return undefined;
  } finally {
    self.dlfaqIndex = self.dlfaqPages = undefined;
  }
}

function answered(text) {
  try {
    return search(text);
  } catch (error) {
    console.warn(`This text could not be looked for: ${error}`);
    return { items: [] };
  }
}

async function asked(text) {
  newest = text;
  if (text.trim() && !search) {
    index ??= loaded();
    const found = await index;
    if (newest !== text) return; // the next message answers
    search ??= found ? searchOf(found.ranker, found.docs) : () => ({ items: [] });
  }
  postMessage({ type: RESULT, data: text.trim() ? answered(text) : { items: [] } });
}

addEventListener("message", ({ data: { type, data } }) => {
  if (type === SETUP) postMessage({ type: READY });
  else if (type === QUERY) asked(data);
});
// the page says when the box gets the focus
if (!inFrame && self.location.hash) new BroadcastChannel(self.location.hash.slice(1)).onmessage = () => { index ??= loaded(); };
