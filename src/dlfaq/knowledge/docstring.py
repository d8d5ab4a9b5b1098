"""What the docstring of a simulation says: its sections, and the sentence of its setting."""

import re

_ITEM = re.compile(r"(?P<name>\w+)(?:\[(?P<axis>\w+)\])?\s*(?:\([^)]*\))?:(?:\s+(?P<doc>.*))?")
_SECTION = re.compile(r"[A-Z]\w*:")
_SETTING = re.compile(r"^Setting:(?P<text>.*?)(?=^\s*$|^[A-Z]\w*:|\Z)", re.DOTALL | re.MULTILINE)
_BRACES = re.compile(r"\{([^{}]*)\}")

Items = dict[str, tuple[str | None, str]]  # item of a docstring's section: its axis, its text


def sections(doc: str) -> dict[str, Items]:
    """The `Name:` sections of a docstring, each with its items."""
    found_sections: dict[str, Items] = {}
    items: Items | None = None
    last, margin = "", 0
    for line in doc.splitlines():
        stripped, indent = line.strip(), len(line) - len(line.lstrip())
        if not stripped:
            continue
        if indent == 0:
            items = (
                found_sections.setdefault(stripped[:-1], {})
                if _SECTION.fullmatch(stripped)
                else None
            )
            margin = 0
        elif items is not None:
            margin = margin or indent
            found = (
                _ITEM.fullmatch(stripped) if indent == margin else None
            )  # deeper lines go on with an item
            if found:
                last = found["name"]
                items[last] = (found["axis"], found["doc"] or "")
            elif last in items:
                items[last] = (items[last][0], f"{items[last][1]} {stripped}".strip())
    return found_sections


def setting_of(doc: str) -> str:
    r"""The sentence after `Setting:`, up to an empty line or the next section; may be empty.

    >>> setting_of("Train.\n\nSetting: a {hidden}-unit\n    network\n\nArgs:")
    'a {hidden}-unit network'
    """
    found = _SETTING.search(doc)
    return " ".join(found["text"].split()) if found else ""


def without_setting(doc: str) -> str:
    """The docstring without that sentence."""
    return _SETTING.sub("", doc)


def named_in(setting: str) -> list[str]:
    """What stands in braces in a setting: names of parameters."""
    return _BRACES.findall(setting)


def filled(setting: str, words: dict[str, str]) -> str:
    """The setting with words in place of its parameters; a name without words stays as it is."""
    return _BRACES.sub(lambda match: words.get(match[1], match[0]), setting)
