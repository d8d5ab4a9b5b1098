"""LaTeX's maths as one line of readable Unicode.

A command that is not known becomes its own name; nothing is refused. Two marks help with spaces
until the line is whole: EDGE is a space only between two words, CLOSE takes the space before it.
"""

import re

from dlfaq.ask.build.symbols import ACCENTS, FUNCTIONS, LAYOUT, RELATIONS, SUB, SUPER, SYMBOLS

# ruff: noqa: S105 - tokens of LaTeX, no secrets

_TOKEN = r"\\[A-Za-z]+\*?|\\.|\\$|[{}^_&~'\[\]]|\s+|[^\\{}^_&~'\[\]\s]"
EDGE, CLOSE = "\x00", "\x01"
_LONGEST = 1_000  # characters of a formula that is read; a longer one is shown as it is
_DEEPEST = 40  # braces within braces; deeper ones are read as text
_SPACES = frozenset(
    {
        "\\,",
        "\\;",
        "\\:",
        "\\ ",
        "\\!",
        "\\>",
        "\\quad",
        "\\qquad",
        "~",
        "&",
        "\\\\",
        "\\hspace",
        "\\vspace",
    }
)
_FRACTIONS = frozenset({"\\frac", "\\dfrac", "\\tfrac", "\\cfrac"})
_OPENING = frozenset(
    {"partial", "nabla", "neg", "lvert", "lVert", "langle", "lfloor", "lceil", "Delta"}
)
_CLOSING = frozenset({"rvert", "rVert", "rangle", "rfloor", "rceil"})
_LONGEST_WORD = 3  # letters in a script that small letters keep readable
_DOUBLE = {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "C": "ℂ", "E": "𝔼", "P": "ℙ", "1": "𝟙"}


def readable(latex: str) -> str:
    r"""Maths as people write it in a mail.

    >>> readable(r"\mathbb{E}[\ell] \approx \ln k + \frac{s^2}{2}\left(1 - \frac{1}{k}\right)")
    '𝔼[ℓ] ≈ ln k + s²/2 (1 - 1/k)'
    """
    if len(latex) > _LONGEST:
        return latex
    tokens = re.findall(_TOKEN, latex.replace(EDGE, "").replace(CLOSE, ""), re.DOTALL)
    tokens.reverse()  # popped from the end
    pieces = []
    while tokens:
        pieces.append(_until_brace(tokens, 0))
    return _tidy("".join(pieces))


def _tidy(text: str) -> str:
    text = re.sub(rf"\s*{CLOSE}", "", text)
    text = re.sub(rf"(?<=[^\W_]|[)\]}}′]){EDGE}+(?=[\w√(])", " ", text).replace(EDGE, "")
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"([(\[⟨⌊⌈]) ", r"\1", text)
    return re.sub(r" ([)\]⟩⌋⌉,;.])", r"\1", text)


def _until_brace(tokens: list[str], depth: int) -> str:
    """Read to the closing brace, and take it; or to the end."""
    pieces: list[str] = []
    while tokens:
        if tokens[-1] == "}":
            tokens.pop()
            break
        _piece(tokens, pieces, depth)
    return "".join(pieces)


def _piece(tokens: list[str], pieces: list[str], depth: int) -> None:
    """Read one token and what belongs to it."""
    token = tokens.pop()
    if token in {"^", "_"}:
        pieces.append(_script(_group(tokens, depth), token))
    elif token == "{":
        pieces.append(_until_brace(tokens, depth + 1) if depth < _DEEPEST else "")
    elif token == "'":
        pieces.append("′")
    elif token in _SPACES or token.isspace():
        pieces.append("" if token == "\\!" else "; " if token == "\\\\" else " ")
        if token in {"\\hspace", "\\vspace"}:
            _group(tokens, depth)
    elif token.startswith("\\") and len(token) > 1:
        pieces.append(_command(token.rstrip("*"), tokens, depth))
    elif token != "\\":
        pieces.append(f" {token} " if token in "=<>" else token)


def _group(tokens: list[str], depth: int) -> str:
    """The next argument: a group in braces, or one token."""
    while tokens and tokens[-1].isspace():
        tokens.pop()
    if not tokens or tokens[-1] == "}":
        return ""
    if depth >= _DEEPEST:
        return tokens.pop().strip("\\{}^_")
    if tokens[-1] == "{":
        tokens.pop()
        return _until_brace(tokens, depth + 1).strip()
    pieces: list[str] = []
    _piece(tokens, pieces, depth + 1)
    return "".join(pieces).strip()


def _command(token: str, tokens: list[str], depth: int) -> str:
    name = token[1:]
    if name in LAYOUT and tokens and tokens[-1] == ".":  # \right. closes nothing
        tokens.pop()
    if name in RELATIONS:
        return f" {RELATIONS[name]} "
    if name in SYMBOLS:
        return _symbol(name, tokens)
    if name in FUNCTIONS:
        return f"{EDGE}{name}" + ("" if _closes(tokens) else EDGE)
    if token in _FRACTIONS:
        return f"{EDGE}{_fraction(_group(tokens, depth))}/{_fraction(_group(tokens, depth))}{EDGE}"
    if name in {"sqrt", "binom"} or name in ACCENTS:
        return _special(name, tokens, depth)
    return "" if name in LAYOUT else _wrapper(name, tokens, depth)


def _symbol(name: str, tokens: list[str]) -> str:
    if name in _OPENING:
        while tokens and tokens[-1].isspace():
            tokens.pop()
    return f"{CLOSE if name in _CLOSING else ''}{SYMBOLS[name]}"


def _special(name: str, tokens: list[str], depth: int) -> str:
    if name == "binom":
        return f"C({_group(tokens, depth)}, {_group(tokens, depth)})"
    if name in ACCENTS:
        inner = _group(tokens, depth)
        return f"{inner}{ACCENTS[name]}" if inner else ""
    root = _index(tokens, depth)
    return f"{_script(root, '^') if root else ''}√{_fraction(_group(tokens, depth))}"


def _index(tokens: list[str], depth: int) -> str:
    """The root's index in brackets, which is maths too; empty if there is none."""
    if not tokens or tokens[-1] != "[":
        return ""
    tokens.pop()
    inner: list[str] = []
    while tokens and (token := tokens.pop()) != "]":
        inner.append(token)
    return "" if depth >= _DEEPEST else _until_brace(inner[::-1], depth + 1)


def _wrapper(name: str, tokens: list[str], depth: int) -> str:
    if name in {"begin", "end"}:
        _group(tokens, depth)
        return " "
    if name == "operatorname":
        return f"{EDGE}{_group(tokens, depth)}{'' if _closes(tokens) else EDGE}"
    if name in {"text", "textrm", "textit", "textbf", "mbox"}:
        return _text(tokens)
    if len(name) == 1 and not name.isalpha():
        return name  # \{ \% \$
    if not tokens or tokens[-1] != "{":
        return f" {name} "
    inner = _group(
        tokens, depth
    )  # of \mathrm, \mathbf, \boxed, and whatever else dresses its argument
    return _DOUBLE.get(inner, inner) if name == "mathbb" else inner


def _text(tokens: list[str]) -> str:
    """An argument that is words: its spaces stay."""
    if not tokens or tokens[-1] != "{":
        return ""
    tokens.pop()
    open_braces, pieces = 1, []
    while tokens and open_braces:
        token = tokens.pop()
        open_braces += (token == "{") - (token == "}")
        pieces.append(token.strip("{}\\"))
    return "".join(pieces)


def _closes(tokens: list[str]) -> bool:
    """A function's name stands close to its scripts and brackets."""
    return not tokens or tokens[-1] in {
        "^",
        "_",
        "(",
        "[",
        "\\left",
        "\\bigl",
        "\\big",
        "}",
        ")",
        "]",
        ",",
        ".",
    }


def _fraction(text: str) -> str:
    """Brackets around what is more than one thing."""
    text = _tidy(text)
    alone = re.fullmatch(r"[^\s+\-/·×=<>≤≥≈]+", text) or re.fullmatch(r"\([^()]*\)", text)
    return text if alone else f"({text})"


def _script(text: str, mark: str) -> str:
    text = _tidy(text).replace(" = ", "=")
    table = SUPER if mark == "^" else SUB
    if (
        text
        and all(char in table for char in text)
        and not (text.isalpha() and len(text) > _LONGEST_WORD)
    ):
        return "".join(table[char] for char in text)
    if not text:
        return ""
    return (
        f"{mark}{text}"
        if len(text) == 1 or (text.isascii() and text.isalnum())
        else f"{mark}({text})"
    )
