/* Knobs for plots that can be turned, the large search field, and names for what Material leaves without one. */
(() => {
  // a plot with a picture for each setting gets a slider for each number and a list for each name that can be set; all pictures
  // are in the page already, and the one that is shown describes the plot
  const knobs = plot => {
    const setting = plot.querySelector(".dl-setting");
    if (!setting || plot.querySelector(".dl-knobs")) return;
    const frames = [...plot.querySelectorAll(".dl-frame")].map(frame => [frame, JSON.parse(frame.dataset.at)]);
    const about = plot.querySelector("svg > desc");
    const values = name => {
      const all = [...new Set(frames.map(([, at]) => at[name]))];
      return all.every(value => typeof value === "number") ? all.sort((a, b) => a - b) : all;
    };
    const chosen = { ...frames[0][1] };
    const box = document.createElement("div");
    box.className = "dl-knobs";
    const show = () => {
      for (const [frame, at] of frames) {
        const off = Object.keys(chosen).some(name => at[name] !== chosen[name]);
        frame.classList.toggle("dl-off", off);
        if (!off) about.textContent = frame.querySelector("desc").textContent;
      }
    };
    for (const name of Object.keys(chosen)) {
      const all = values(name), named = all.some(value => typeof value === "string");
      const [label, input, output] = ["label", named ? "select" : "input", "output"].map(tag => document.createElement(tag));
      const say = () => { output.value = String(chosen[name]); input.setAttribute("aria-valuetext", String(chosen[name])); };
      label.append(name.replaceAll("_", " "), input);
      if (named) input.append(...all.map(value => new Option(String(value), all.indexOf(value))));
      else Object.assign(input, { type: "range", min: 0, max: all.length - 1, step: 1 });
      input.value = all.indexOf(chosen[name]);
      input.addEventListener("input", () => { chosen[name] = all[input.value]; named || say(); show(); });
      if (!named) { label.append(output); say(); }
      box.append(label);
    }
    setting.replaceWith(box);
  };
  // the link to all questions becomes a field: what is typed into it goes on in Material's own search
  const field = place => {
    const link = place.querySelector("a"), toggle = document.querySelector("[data-md-toggle=search]");
    const box = document.querySelector(".md-search__input");
    if (!link || !toggle || !box) return;
    const input = document.createElement("input");
    Object.assign(input, { type: "search", placeholder: link.textContent, autocomplete: "off", spellcheck: false });
    input.setAttribute("aria-label", "Search the questions");
    let composing = false;
    const hand = () => {
      if (composing) return;
      box.value = input.value;
      input.value = "";
      if (!toggle.checked) toggle.click();
      box.focus();
      box.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
    };
    input.addEventListener("compositionstart", () => { composing = true; });
    input.addEventListener("compositionend", () => { composing = false; hand(); });
    input.addEventListener("input", hand);
    input.addEventListener("keydown", event => { if (event.key === "Enter") hand(); });
    link.replaceWith(input);
  };
  const names = () => {
    const set = (selector, name) => document.querySelector(selector)?.setAttribute("aria-label", name);
    set(".md-search", "Search");
    set("nav.md-path", "Breadcrumb");
    for (const one of document.querySelectorAll("nav.md-nav[data-md-level][aria-labelledby]")) {
      const name = one.closest("li")?.querySelector(".md-nav__link .md-ellipsis")?.textContent.trim();
      if (!name) continue;
      one.removeAttribute("aria-labelledby");
      one.setAttribute("aria-label", name);
    }
    document.querySelectorAll(".md-code__nav").forEach((one, i) => one.setAttribute("aria-label", `Code ${i + 1}`));
  };
  // what scrolls sideways can be reached by the keyboard; Material adds some of it late, and what opens may be too wide
  const reach = () => {
    for (const one of document.querySelectorAll(".md-typeset__scrollwrap, .md-typeset__table, .arithmatex, .katex-display"))
      if (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "visible") one.tabIndex = 0;
    names();
  };
  let waiting;
  const later = () => { clearTimeout(waiting); waiting = setTimeout(reach, 50); };
  addEventListener("toggle", later, true);
  addEventListener("resize", later);
  addEventListener("load", () => {
    reach();
    new MutationObserver(later).observe(document.querySelector(".md-content") ?? document.body, { childList: true, subtree: true });
  });
  // what the search found in a list is shown as if its fragment had been asked for
  const at = new URLSearchParams(location.search).get("at");
  if (at && document.getElementById(at)) location.replace(`#${at}`);
  const run = body => { body.querySelectorAll(".dl-plot").forEach(knobs); body.querySelectorAll(".dl-ask").forEach(field); names(); };
  // from a file document$ never emits
  location.protocol === "file:" ? run(document.body) : document$.subscribe(({ body }) => run(body));
})();
