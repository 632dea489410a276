"""EML (RFC 5322, MIME): the text of a message, and what is attached to it."""

import email
from collections import Counter
from collections.abc import Iterator
from email.message import Message, MIMEPart
from email.policy import EmailPolicy

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Block, Content, one_line
from onggi.documents.containers.member import Member, inner, plain_name, refused
from onggi.documents.encoding import decode
from onggi.documents.markup import html
from onggi.documents.parsed import Limits

_MOST_PARTS = 1000
_UNREAD = {"image", "audio", "video", "font"}
_SIGNATURES = {"application/pkcs7-signature", "application/pgp-signature", "application/ms-tnef"}
_HEADERS = ("From", "To", "Date")


class _RawHeaders(EmailPolicy):
    """Reads headers that hold letters as bare bytes, in UTF-8 or CP949, against RFC 5322 and as many programs do."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        if value.isascii():
            return name, value
        data = value.encode("utf-8", "surrogateescape")
        try:
            return name, data.decode("utf-8")
        except UnicodeDecodeError:
            return name, data.decode("cp949", "replace")


_POLICY = _RawHeaders()


def members(data: bytes, where: str, limits: Limits) -> Iterator[Member | DocumentError]:
    """Yield a message, whose subject is its title, and then what is attached to it.

    Of a text in several forms the plain one is read. Pictures, sounds and signatures are counted and passed over.

    Raises
    ------
    DocumentError
        It has more parts than a message of people has, or its text is in no known encoding.
    """
    message = email.message_from_bytes(data, policy=_POLICY)
    parts = list(_parts(message))
    if len(parts) > _MOST_PARTS:
        what = f"has {len(parts)} parts, more than {_MOST_PARTS}"
        raise DocumentError(where, what, "save its attachments by themselves")
    attached = [part for part in parts if part.is_attachment() or part.get_filename() or not _is_text(part)]
    unread = [
        part for part in attached if part.get_content_maintype() in _UNREAD or part.get_content_type() in _SIGNATURES
    ]
    said = [part for part in parts if part not in attached]
    title = one_line(str(message["Subject"] or ""))
    meta = {name.lower(): one_line(str(message[name])) for name in _HEADERS if message[name]}
    blocks = [block for part in said for block in _blocks(part, where)]
    heading = [Block(title, level=1)] if title else []
    removed = Counter({"attachments without text": len(unread)})
    yield Member("", Content([*heading, *blocks], title, meta, removed))
    seen: Counter[str] = Counter()
    for part in attached:
        if part in unread:
            continue
        path = plain_name(part.get_filename() or _unnamed(part))
        seen[path] += 1
        path = path if seen[path] == 1 else f"{seen[path]}-{path}"
        yield refused(path, where) or Member(path, _bytes(part))


def _parts(message: Message) -> Iterator[MIMEPart]:
    """Yield the parts that hold no others; of alternatives the plainest that is text."""
    waiting: list[Message] = [message]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, MIMEPart):
            continue
        if part.get_content_maintype() != "multipart":
            yield part
            continue
        inside = list(part.iter_parts())
        if part.get_content_subtype() == "alternative":
            plain = [one for one in inside if one.get_content_type() == "text/plain" and _bytes(one).strip()]
            inside = plain[:1] or inside[-1:]
        waiting += reversed(inside)


def _is_text(part: MIMEPart) -> bool:
    return part.get_content_type() in ("text/plain", "text/html")


def _unnamed(part: MIMEPart) -> str:
    return "message.eml" if part.get_content_type() == "message/rfc822" else f"attachment.{part.get_content_subtype()}"


def _bytes(part: MIMEPart) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inside = part.get_payload()
        return inside[0].as_bytes() if isinstance(inside, list) and isinstance(inside[0], Message) else b""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _blocks(part: MIMEPart, where: str) -> Iterator[Block]:
    text, _ = decode(_bytes(part), inner(where, ""), part.get_content_charset() or "")
    if part.get_content_type() == "text/html":
        yield from html.blocks(text, where)
    else:
        yield Block(text)
