"""What a site takes from a stranger's FAQ."""

import pytest
from tests.site.test_build import shown

from dlfaq.errors import Problems
from dlfaq.site.build import build_site
from dlfaq.site.trust import refuse_links, settings

HOSTILE = """\
site_name: "</title><script>alert(1)</script>"
INHERIT: ../other.yml
hooks: [hook.py]
plugins: [search, {macros: {module_name: hook}}]
extra_templates: [made.html]
extra_javascript: [https://evil.example/x.js]
markdown_extensions: [{pymdownx.snippets: {base_path: /etc}}]
site_url: !ENV [HOME, ""]
site_author: !!python/object/apply:os.system ["touch PROOF"]
copyright: !!python/name:os.system
repo_url: javascript:alert(2)
extra_css: [../../x.css, /etc/x.css, a.css]
nav: [{Home: index.md}, {Away: "javascript:alert(3)"}]
theme: {name: material, custom_dir: theme, font: {text: Roboto}, features: ['"><script>'],
  logo: /etc/passwd}
extra: {analytics: {provider: google}, generator: true}
nonsense: 1
"""


def hostile(root):
    """Settings that would run programs, each of which leaves a proof."""
    run = "open({!r}, 'w').close()\n".format(str(root / "PROOF"))
    (root / "mkdocs.yml").write_text(HOSTILE.replace("PROOF", str(root / "PROOF")))
    (root.parent / "other.yml").write_text(f"hooks: [{root}/hook.py]\n")
    (root / "hook.py").write_text(run)
    (root / "theme").mkdir()
    (root / "docs").mkdir(exist_ok=True)
    jinja = "{{ cycler.__init__.__globals__.os.system('touch %s') }}" % (root / "PROOF")
    for name in ("theme/main.html", "docs/made.html", "theme/404.html"):
        (root / name).write_text(jinja)


def test_nothing_of_a_strangers_settings_runs(copy, tmp_path):
    """Hooks, plugins, tags, templates, inherited files are named as ignored; the site is built."""
    hostile(copy)
    told = []
    build_site(copy, tmp_path / "out", notice=told.append)

    assert not (copy / "PROOF").exists()
    for name in (
        "INHERIT", "hooks", "plugins", "extra_templates", "extra_javascript", "markdown_extensions",
        "site_url", "site_author", "copyright", "repo_url", "extra_css", "nav", "theme.custom_dir",
        "theme.font", "theme.logo", "extra.analytics", "nonsense",
    ):  # fmt: skip
        assert sum(f"'{name}' is ignored" in line for line in told) == 1, name
    for page in (tmp_path / "out").rglob("*.html"):
        if page.name != "made.html":
            assert "<script>alert" not in page.read_text()
            assert "evil.example" not in page.read_text()
    assert shown(tmp_path / "out" / "index.html")


def test_what_counts_is_taken(tmp_path):
    """Names, addresses, the order of pages, the look; as HTML shows them."""
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: A & B\nsite_url: https://a.example/\n"
        "nav: [index.md, {More: [a.md, {B: b.md}]}]\n"
        "theme: {name: material, palette: [{scheme: slate}], icon: {logo: material/help}}\n"
    )
    own, ignored = settings(tmp_path)

    assert ignored == []
    assert own == {
        "site_name": "A &amp; B",
        "site_url": "https://a.example/",
        "nav": ["index.md", {"More": ["a.md", {"B": "b.md"}]}],
        "theme": {
            "name": "material",
            "palette": [{"scheme": "slate"}],
            "icon": {"logo": "material/help"},
        },
    }


def test_an_faq_has_its_own_name_and_colours(copy, tmp_path):
    """What it does not say of its look is ours: the tabs, the button that copies code."""
    (copy / "mkdocs.yml").write_text(
        "site_name: Vision & Lab\nsite_description: What we know.\n"
        "theme: {name: material, palette: {scheme: default, primary: teal, accent: teal}}\n"
    )
    build_site(copy, tmp_path / "out")
    home = (tmp_path / "out" / "index.html").read_text()

    assert ">Vision &amp; Lab<" in home
    assert "What we know." in home
    assert 'data-md-color-primary="teal"' in home
    assert 'class="md-tabs"' in home
    assert "content.code.copy" in home
    assert "neural networks, answered" not in shown(tmp_path / "out" / "index.html")


@pytest.mark.parametrize("text", ["[" * 5000, "a: &a [1]\nb: *a\n", "a: 1\na: 2\n", "\x00"])
def test_what_is_no_settings_is_refused(tmp_path, text):
    """One message, whatever it is."""
    (tmp_path / "mkdocs.yml").write_text(text)

    with pytest.raises(Problems, match=r"mkdocs\.yml"):
        settings(tmp_path)


def test_links_that_leave_the_faq_are_refused(copy, tmp_path):
    """Files and folders, also to what is hidden in it; a link within it is fine."""
    secret = tmp_path / "secret.md"
    secret.write_text("secret")
    (copy / "docs").mkdir()
    (copy / ".env").write_text("secret")
    (copy / "docs" / "fine.md").symlink_to(copy / "faq" / "topics.yml")
    refuse_links(copy)
    places = {
        "docs/a.md": secret, "docs/b.md": copy / ".env", "docs/c": tmp_path,
        "docs/d.md": tmp_path / "none", "evidence/x.json": secret, "faq/x.yaml": secret,
        "sims/x.py": secret,
    }  # fmt: skip
    for name, target in places.items():
        (copy / name).symlink_to(target)
    with pytest.raises(Problems) as found:
        build_site(copy, tmp_path / "out")

    assert {problem.file for problem in found.value.problems} == set(places)
    assert not (tmp_path / "out").exists()
