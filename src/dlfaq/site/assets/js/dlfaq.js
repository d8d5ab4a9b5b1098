/* Maths by KaTeX, knobs for plots that can be turned, and names for what Material leaves without one. */
(() => {
  const maths = body => {
    for (const element of body.querySelectorAll(".arithmatex")) {
      const text = element.textContent.trim();
      if (!/^\\[[(]/.test(text)) continue; // rendered already
      katex.render(text.slice(2, -2), element, { displayMode: text.startsWith("\\["), throwOnError: false });
    }
  };
  // a plot with a picture for each setting gets a slider for each parameter; all pictures are in the page already
  const knobs = plot => {
    const setting = plot.querySelector(".dl-setting");
    if (!setting || plot.querySelector(".dl-knobs")) return;
    const frames = [...plot.querySelectorAll(".dl-frame")].map(frame => [frame, JSON.parse(frame.dataset.at)]);
    const values = name => [...new Set(frames.map(([, at]) => at[name]))];
    const chosen = { ...frames[0][1] };
    const box = document.createElement("div");
    box.className = "dl-knobs";
    const show = () => {
      for (const [frame, at] of frames)
        frame.classList.toggle("dl-off", Object.keys(chosen).some(name => at[name] !== chosen[name]));
    };
    for (const name of Object.keys(chosen)) {
      const all = values(name);
      const [label, input, output] = ["label", "input", "output"].map(tag => document.createElement(tag));
      const say = () => { output.value = String(chosen[name]); input.setAttribute("aria-valuetext", String(chosen[name])); };
      Object.assign(input, { type: "range", min: 0, max: all.length - 1, step: 1, value: all.indexOf(chosen[name]) });
      input.addEventListener("input", () => { chosen[name] = all[input.value]; say(); show(); });
      label.append(name, input, output);
      box.append(label);
      say();
    }
    setting.replaceWith(box);
  };
  const names = () => {
    const set = (selector, name) => document.querySelector(selector)?.setAttribute("aria-label", name);
    set(".md-search", "Search");
    set("nav.md-path", "Breadcrumb");
  };
  const run = body => { maths(body); body.querySelectorAll(".dl-plot").forEach(knobs); names(); };
  // from a file document$ never emits
  location.protocol === "file:" ? run(document.body) : document$.subscribe(({ body }) => run(body));
})();
