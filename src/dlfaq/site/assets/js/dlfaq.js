/* Maths by KaTeX, and names for what Material leaves without one. */
(() => {
  const maths = body => {
    for (const element of body.querySelectorAll(".arithmatex")) {
      const text = element.textContent.trim();
      if (!/^\\[[(]/.test(text)) continue; // rendered already
      katex.render(text.slice(2, -2), element, { displayMode: text.startsWith("\\["), throwOnError: false });
    }
  };
  const names = () => {
    const set = (selector, name) => document.querySelector(selector)?.setAttribute("aria-label", name);
    set(".md-search", "Search");
    set("nav.md-path", "Breadcrumb");
  };
  const run = body => { maths(body); names(); };
  // from a file document$ never emits
  location.protocol === "file:" ? run(document.body) : document$.subscribe(({ body }) => run(body));
})();
