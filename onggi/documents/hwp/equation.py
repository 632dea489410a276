"""The equation script of Hancom Office → a line of text."""

import re

_SIGNS = {
    "over": "/", "atop": "/", "times": "×", "div": "÷", "cdot": "·", "bullet": "•", "circ": "∘", "ast": "∗",
    "plusminus": "±", "+-": "±", "-+": "∓", "minusplus": "∓", "leq": "≤", "le": "≤", "<=": "≤", "geq": "≥", "ge": "≥",
    ">=": "≥", "neq": "≠", "!=": "≠", "ne": "≠", "approx": "≈", "sim": "∼", "simeq": "≃", "cong": "≅", "equiv": "≡",
    "==": "≡", "prop": "∝", "propto": "∝", "inf": "∞", "infty": "∞", "sum": "Σ", "smallsum": "Σ", "prod": "Π",
    "int": "∫", "dint": "∬", "tint": "∭", "oint": "∮", "sqrt": "√", "root": "√", "partial": "∂", "nabla": "∇",
    "in": "∈", "notin": "∉", "subset": "⊂", "supset": "⊃", "cup": "∪", "cap": "∩", "smallunion": "∪", "union": "∪",
    "smallinter": "∩", "inter": "∩", "forall": "∀", "exist": "∃", "therefore": "∴", "because": "∵", "angle": "∠",
    "triangle": "△", "rarrow": "→", "larrow": "←", "lrarrow": "↔", "->": "→", "uparrow": "↑", "downarrow": "↓",
    "cdots": "⋯", "ldots": "…", "vdots": "⋮", "prime": "′", "deg": "°", "emptyset": "∅", "bot": "⊥", "sup": "^",
    "sub": "_", "lbrace": "{", "rbrace": "}", "lim": "lim", "wedge": "∧", "vee": "∨", "oplus": "⊕", "otimes": "⊗",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "omicron": "ο", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "#": ",", "##": ";",
    "&": "", "~": " ", "`": "",
}  # fmt: skip
_UNSEEN = {
    "left", "right", "rm", "it", "bold", "rmbold", "matrix", "pmatrix", "bmatrix", "dmatrix", "cases", "pile", "lpile",
    "rpile", "eqalign", "bar", "vec", "hat", "tilde", "dot", "ddot", "acute", "grave", "check", "arch", "under",
    "overline", "underline", "box", "bigg", "size", "color", "font", "of",
}  # fmt: skip
_LONGEST = 10_000
"""Characters. The time for braces in braces grows with the square of their number."""
_TOKEN = re.compile(r'"[^"]*"|##|[<>=!+-][=+>-]|[A-Za-z]+|[0-9.]+|\s+|.', re.DOTALL)


def text(script: str) -> str:
    """Return an equation as text: fractions with a bar, signs for their names, braces for parentheses.

    Words that only shape what they stand before (``rm``, ``bold``, ``left``) are left out; unknown ones stay.

    Examples
    --------
    >>> text("x = {-b +- sqrt {b^2 -4ac}} over {2a}")
    'x = (-b ± √(b^2 -4ac))/2a'
    """
    if len(script) > _LONGEST:
        return " ".join(script.split())
    said: list[str] = []
    opened: list[int] = []  # places of the braces that are open
    for token in _TOKEN.findall(script):
        if token == "{":
            opened.append(len(said))
            said.append("")
        elif token == "}":
            if opened:
                _close(said, opened.pop())
        elif token.isspace():
            said.append(" ")
        elif token.startswith('"'):
            said.append(token.strip('"'))
        elif token.lower() not in _UNSEEN:
            said.append(_sign(token))
    line = " ".join("".join(said).split())
    return re.sub(r"√ ", "√", re.sub(r" ?([_/^]) ?", r"\1", line))


def _sign(token: str) -> str:
    sign = _SIGNS.get(token.lower(), token)
    greek = len(sign) == 1 and "α" <= sign <= "ω"
    return sign.upper() if greek and token[0].isupper() else sign


def _close(said: list[str], start: int) -> None:
    """Fold what stands in braces; it needs parentheses where it is more than one word."""
    inner = "".join(said[start:]).strip()
    plain = re.fullmatch(r"[\w.]*|\(.*\)", inner) is not None
    said[start:] = [inner if plain else f"({inner})"]
