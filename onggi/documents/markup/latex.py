"""LaTeX source: its text and its mathematics, without the commands around them.

Nothing is expanded and no file is opened: a macro of its own gives its arguments, a file that is included is counted.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from onggi.documents.blocks import Block, Content, Place, one_line, row_blocks
from onggi.documents.encoding import decode

_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*(?:\n[ \t]*(?!\s*\n))?")
_LEVELS = {
    "part": 1,
    "chapter": 1,
    "section": 2,
    "subsection": 3,
    "subsubsection": 4,
    "paragraph": 5,
    "subparagraph": 6,
}
_VERBATIM = {"verbatim", "lstlisting", "minted", "Verbatim", "alltt"}
_VERBATIM_BEGINS = re.compile(rf"\\begin\s*\{{({'|'.join(sorted(_VERBATIM))})\}}")
_MATH = {"equation", "align", "gather", "multline", "eqnarray", "displaymath", "math", "flalign"}
_TABLES = {"tabular", "tabularx", "longtable", "tabulary", "array"}
_PARTING = re.compile(
    rf"\\(?P<section>{'|'.join(_LEVELS)})\*?\s*(?:\[[^\]]*\]\s*)?(?=\{{)|\\begin\s*\{{(?P<begin>[^}}]*)\}}"
    r"|\\end\s*\{(?P<end>[^}]*)\}|\\item\b[ \t]*(?:\[(?P<label>[^\]]*)\])?|\n[ \t]*\n"
)
_DROPPED = {
    "label",
    "cite",
    "citep",
    "citet",
    "includegraphics",
    "usepackage",
    "documentclass",
    "bibliography",
    "input",
}
_DROPPED |= {
    "bibliographystyle",
    "vspace",
    "hspace",
    "newcommand",
    "renewcommand",
    "setlength",
    "include",
    "index",
    "rule",
}
_DROPPED |= {
    "addcontentsline",
    "setcounter",
    "thispagestyle",
    "pagestyle",
    "color",
    "hypersetup",
    "date",
    "author",
    "title",
}
_DROPPED |= {"cmidrule", "cline", "providecommand", "newtheorem", "DeclareMathOperator", "geometry", "selectlanguage"}
_LAST_KEPT = {"href", "textcolor", "colorbox", "parbox", "resizebox", "multirow", "multicolumn", "raisebox"}
_SIGNS = {"\\": "\n", "newline": "\n", "par": "\n", "ldots": "…", "dots": "…", "textbackslash": "\\", "quad": " "}
_SIGNS |= {
    "qquad": " ",
    " ": " ",
    ",": " ",
    "-": "",
    "LaTeX": "LaTeX",
    "TeX": "TeX",
    "textasciitilde": "~",
    "textbar": "|",
}
_QUOTES = {"``": "“", "''": "”"}
_COMMAND = re.compile(r"\\(?:(?P<word>[A-Za-z]+)\*?[ \t]*|(?P<sign>.))", re.DOTALL)
_NEXT = re.compile(r"\\|[{}~$]|``|''")


def read(data: bytes, where: str) -> Content:
    """Read a document: sections, lists, tables, footnotes after their paragraph, mathematics as it is written.

    Raises
    ------
    DocumentError
        The bytes are not text (see `decode`).
    """
    text, encoding = decode(data, where)
    source = text.replace("\r\n", "\n").removeprefix("\ufeff")
    body = _uncommented(source)
    reader = _Reader(Counter({"included files": len(re.findall(r"\\(?:input|include)\s*\{", body))}))
    title = re.search(r"\\title\s*(?:\[[^\]]*\]\s*)?(?=\{)", body)
    heading = one_line(reader.plain(_group(body, title.end())[0])) if title else ""
    if begin := re.search(r"\\begin\s*\{document\}", body):
        body = body[begin.end() :].partition(r"\end{document}")[0]
    return Content(list(reader.blocks(body)), heading, {"encoding": encoding}, reader.removed)


def _uncommented(source: str) -> str:
    """Return a source without comments; in what is verbatim there are none."""
    parts = []
    at = 0
    for begin in _VERBATIM_BEGINS.finditer(source):
        if begin.start() < at:
            continue
        end = source.find(f"\\end{{{begin[1]}}}", begin.end())
        end = len(source) if end < 0 else end
        parts += [_COMMENT.sub(r"\1", source[at : begin.start()]), source[begin.start() : end]]
        at = end
    return "".join([*parts, _COMMENT.sub(r"\1", source[at:])])


def _group(text: str, at: int, opening: str = "{", closing: str = "}") -> tuple[str, int]:
    """Return what stands between the bracket at a place and the one that closes it, and where that ends."""
    if not text.startswith(opening, at):
        return "", at
    depth = 0
    for mark in re.compile(rf"\\.|[{re.escape(opening + closing)}]", re.DOTALL).finditer(text, at):
        depth += (mark[0] == opening) - (mark[0] == closing)
        if depth == 0:
            return text[at + 1 : mark.start()], mark.end()
    return text[at + 1 :], len(text)


@dataclass
class _Reader:
    removed: Counter[str]
    number: int = 0
    notes: list[str] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)  # items so far; None: bullets
    marker: str = ""
    tight: bool = False

    def blocks(self, body: str) -> Iterator[Block]:
        at = 0
        pending = ""
        while mark := _PARTING.search(body, at):
            pending += body[at : mark.start()]
            at = mark.end()
            name = (mark["begin"] or "").rstrip("*")
            if name in _MATH:
                inside, at = _until(body, at, mark["begin"])
                pending += f"$${inside.strip()}$$"
                continue
            yield from self._paragraph(pending)
            pending = ""
            if mark["section"]:
                title, at = _group(body, at)
                yield self._block(one_line(self.plain(title)), _LEVELS[mark["section"]])
            elif name in _VERBATIM:
                inside, at = _until(body, at, mark["begin"])
                yield self._block(inside.strip("\n"))
            elif name in _TABLES:
                inside, at = _until(body, at, mark["begin"])
                yield from self._table(inside)
            elif mark["begin"] is not None:
                at = self._opened(body, at, name)
            elif mark["end"] is not None:
                if mark["end"] in ("enumerate", "itemize", "description") and self.lists:
                    self.lists.pop()
                    self.tight = bool(self.lists)
            elif mark[0].startswith("\\item"):
                self._item(mark["label"])
        yield from self._paragraph(pending + body[at:])

    def _opened(self, body: str, at: int, name: str) -> int:
        if name in ("enumerate", "itemize", "description"):
            self.lists.append(0 if name == "enumerate" else None)
            self.tight = len(self.lists) > 1
        return _group(body, at, "[", "]")[1]

    def _item(self, label: str | None) -> None:
        if self.lists and self.lists[-1] is not None:
            self.lists[-1] += 1
            self.marker = f"{self.lists[-1]}. "
        self.marker = f"{self.plain(label)} " if label else self.marker

    def _paragraph(self, text: str) -> Iterator[Block]:
        said = "\n".join(one_line(line) for line in re.sub(r"(?<!\\)\n", " ", self.plain(text)).split("\x1e"))
        notes, self.notes = self.notes, []
        if said.strip():
            marker, self.marker = self.marker, ""
            yield self._block(marker + said.strip(), tight=self.tight)
            self.tight = bool(self.lists)
        for note in notes:
            yield self._block(one_line(note))

    def _block(self, text: str, level: int | None = None, tight: bool = False) -> Block:
        self.number += 1
        return Block(text, level, tight, places=((0, Place("paragraph", self.number)),))

    def _table(self, inside: str) -> Iterator[Block]:
        at = len(inside) - len(inside.lstrip())
        while inside.startswith(("{", "["), at):
            at = _group(inside, at, *("{}" if inside[at] == "{" else "[]"))[1]
        rows = re.split(r"\\\\(?:\[[^\]]*\])?|\\tabularnewline", inside[at:])
        cells = [[one_line(self.plain(cell)) for cell in re.split(r"(?<!\\)&", row)] for row in rows]
        self.number += 1
        yield from row_blocks(cells, places=[Place("paragraph", self.number)])

    def plain(self, text: str) -> str:
        """Return a text without its commands; a line break that is meant is U+001E."""
        parts: list[str] = []
        at = 0
        while mark := _NEXT.search(text, at):
            parts.append(text[at : mark.start()])
            at = mark.end()
            if mark[0] == "$":
                sign = "$$" if text.startswith("$", at) else "$"
                end = text.find(sign, at + len(sign) - 1)
                end = len(text) if end < 0 else end + len(sign)
                parts.append(text[mark.start() : end])
                at = end
            elif mark[0] == "\\":
                said, at = self._command(text, mark.start())
                parts.append(said)
            else:
                parts.append({"~": " ", **_QUOTES}.get(mark[0], ""))
        return "".join([*parts, text[at:]])

    def _command(self, text: str, at: int) -> tuple[str, int]:
        command = _COMMAND.match(text, at)
        if command is None:  # a backslash at the end
            return "", at + 1
        name, at = command["word"] or command["sign"], command.end()
        if name in ("(", "["):
            end = text.find("\\)" if name == "(" else "\\]", at)
            end = len(text) if end < 0 else end
            return text[command.start() : end + 2], end + 2
        if name in _SIGNS:
            return _SIGNS[name].replace("\n", "\x1e"), at
        groups: list[str] = []
        while text.startswith(("[", "{"), at) and (
            name in _DROPPED or name in _LAST_KEPT or name in ("footnote", "url")
        ):
            square = text[at] == "["
            group, at = _group(text, at, *("[]" if square else "{}"))
            if not square:
                groups.append(group)
        if name == "footnote":
            self.notes.append(self.plain(groups[-1]) if groups else "")
        if name in _LAST_KEPT:
            return self.plain(groups[-1]) if groups else "", at
        if name == "url":
            return groups[-1] if groups else "", at
        if not name.isalpha():
            return name, at
        return "", _group(text, at, "[", "]")[1] if name not in _DROPPED else at


def _until(body: str, at: int, environment: str) -> tuple[str, int]:
    """Return what an environment holds, and where what follows it starts."""
    end = re.compile(rf"\\end\s*\{{{re.escape(environment)}\}}").search(body, at)
    return (body[at : end.start()], end.end()) if end else (body[at:], len(body))
