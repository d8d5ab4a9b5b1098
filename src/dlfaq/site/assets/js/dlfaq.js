/* Knobs for plots that can be turned, the large search field, a filter for rulings, and names for what Material leaves
   without one. */
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
  // the link to all answers becomes a field: what is typed into it is answered right below, by Material's own search
  const field = place => {
    const link = place.querySelector("a"), box = document.querySelector(".md-search__input"), results = document.querySelector(".md-search-result");
    if (!link || !box || !results) return;
    const home = results.parentElement, list = results.querySelector("ol"), panel = document.createElement("div");
    const input = document.createElement("input");
    Object.assign(input, { type: "search", placeholder: link.textContent, autocomplete: "off", spellcheck: false });
    input.setAttribute("aria-label", "Search the answers");
    Object.assign(panel, { className: "dl-found", hidden: true, tabIndex: 0 });
    panel.setAttribute("role", "region");
    panel.setAttribute("aria-label", "Found");
    // opened from a folder, Material starts its search only when its own box was open once
    const toggle = document.querySelector("[data-md-toggle=search]");
    let composing = false, started = location.protocol !== "file:";
    const hand = () => {
      if (composing) return;
      if (!started) for (const _ of "12") toggle?.click();
      started = true;
      if (!panel.contains(results)) panel.append(results);
      Object.assign(list, { hidden: false, role: "list" }); // Material hides it while its own box is closed
      panel.hidden = !input.value.trim();
      box.value = input.value;
      box.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
    };
    const move = (event, by) => {
      const stops = [input, ...panel.querySelectorAll("a")].filter(one => one.checkVisibility());
      stops[(stops.indexOf(document.activeElement) + by + stops.length) % stops.length].focus();
      event.preventDefault();
    };
    box.addEventListener("focus", () => { home.append(results); panel.hidden = true; });
    input.addEventListener("compositionstart", () => { composing = true; });
    input.addEventListener("compositionend", () => { composing = false; hand(); });
    input.addEventListener("input", hand);
    place.addEventListener("keydown", event => {
      if (event.key === "ArrowDown") move(event, 1);
      if (event.key === "ArrowUp") move(event, -1);
      if (event.key === "Enter" && event.target === input) panel.querySelector("a")?.click();
      if (event.key === "Escape") { input.value = ""; hand(); input.focus(); }
    });
    link.replaceWith(input);
    place.append(panel);
  };
  // the rulings of a document: of each word above them a button, which shows its statements alone
  const filter = bar => {
    const rows = [...bar.nextElementSibling.querySelectorAll(":scope > details")];
    const kindOf = row => row.querySelector(".verdict")?.textContent.trim() ?? "";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Show by ruling");
    const choose = (kind, chosen) => {
      for (const row of rows) row.hidden = kind !== "" && kindOf(row) !== kind;
      for (const one of bar.children) one.setAttribute("aria-pressed", String(one === chosen));
    };
    [...bar.children].forEach((word, place) => {
      const button = document.createElement("button"), kind = place ? word.textContent : "";
      Object.assign(button, { type: "button", textContent: word.textContent });
      button.addEventListener("click", () => choose(kind, button));
      word.replaceWith(button);
    });
    choose("", bar.firstElementChild);
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
    for (const one of document.querySelectorAll(".md-typeset__scrollwrap, .md-typeset__table, .katex-display")) {
      const seen = one.checkVisibility({ contentVisibilityAuto: true }); // else measuring it would lay it out
      if (!seen || (one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "visible")) one.tabIndex = 0;
      else one.removeAttribute("tabindex");
    }
    names();
  };
  let waiting;
  const later = () => { clearTimeout(waiting); waiting = setTimeout(reach, 50); };
  addEventListener("toggle", later, true);
  addEventListener("contentvisibilityautostatechange", later, true); // what was too far away to be laid out
  addEventListener("resize", later);
  addEventListener("load", () => {
    reach();
    new MutationObserver(later).observe(document.querySelector(".md-content") ?? document.body, { childList: true, subtree: true });
  });
  const run = body => { body.querySelectorAll(".dl-plot").forEach(knobs); body.querySelectorAll(".dl-ask").forEach(field); body.querySelectorAll("div.dl-filter:not([role])").forEach(filter); names(); };
  // from a file document$ never emits
  location.protocol === "file:" ? run(document.body) : document$.subscribe(({ body }) => run(body));
})();
