"""The parts of an office file (ECMA-376, part 2), opened one at a time: pictures never are."""

import io
import posixpath
import zipfile

from lxml import etree

from onggi.documents import xml

_STRICT = (b"http://purl.oclc.org/ooxml/", b"http://schemas.openxmlformats.org/")
_YEARS = (
    (b"openxmlformats.org/wordprocessingml/main", b"openxmlformats.org/wordprocessingml/2006/main"),
    (b"openxmlformats.org/spreadsheetml/main", b"openxmlformats.org/spreadsheetml/2006/main"),
    (b"openxmlformats.org/presentationml/main", b"openxmlformats.org/presentationml/2006/main"),
    (b"openxmlformats.org/drawingml/main", b"openxmlformats.org/drawingml/2006/main"),
    (b"openxmlformats.org/officeDocument/relationships", b"openxmlformats.org/officeDocument/2006/relationships"),
)
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"


class Package:
    """An office file."""

    def __init__(self, data: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(data))
        self.names = set(self.archive.namelist())

    def xml(self, part: str) -> etree._Element:
        """Return the root of a part, in the namespaces of transitional documents; raises KeyError without it."""
        data = self.archive.read(part)
        if _STRICT[0] in data:
            data = data.replace(*_STRICT)
            for strict, transitional in _YEARS:
                data = data.replace(strict, transitional)
        return xml.parse(data)

    def related(self, part: str = "") -> dict[str, tuple[str, str]]:
        """Return the parts that one names: its id of each → the last word of its kind, and its path."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self.names:
            return {}
        return {
            entry.get("Id", ""): (
                entry.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, entry.get("Target", "")))[1:],
            )
            for entry in self.xml(path).iter(_RELATIONSHIP)
            if entry.get("TargetMode") != "External"
        }

    def parts(self, kind: str, part: str = "") -> list[str]:
        """Return the paths of the parts of a kind that one names, those that are there."""
        return [path for found, path in self.related(part).values() if found == kind and path in self.names]

    def main(self) -> str:
        """Return the path of the document itself.

        Raises
        ------
        KeyError
            There is none.
        """
        found = self.parts("officeDocument")
        if not found:
            raise KeyError("officeDocument")
        return found[0]

    def title(self) -> str:
        """Return the title that its properties give."""
        for part in self.parts("core-properties"):
            return self.xml(part).findtext(_TITLE) or ""
        return ""
