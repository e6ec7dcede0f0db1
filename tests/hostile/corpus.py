"""Hostile files, made by a script: `python -m tests.hostile.corpus FOLDER` writes every one of them.

Each stands beside the codes it may get: a refusal of the whole package, an error on its visit, or `filed` where it is odd but
sound. Nothing is kept in the repository but this file.
"""

import bz2
import gzip
import io
import lzma
import stat
import struct
import sys
import tarfile
import unicodedata
import zipfile
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hoso.core.vietnamese import legacy
from tests.claim_packages import Claim, package, sample_3176

FILED = "filed"
NAME = "NGUYỄN VĂN HỮU ĐƯỜNG"


@dataclass(frozen=True)
class Hostile:
    """One file; `codes` are those it may end with, the first being what is meant."""

    name: str
    make: Callable[[], bytes]
    codes: tuple[str, ...]


def claim() -> Claim:
    return sample_3176().with_(MA_LK="HOSTILE", HO_TEN=NAME)


WHOLE = package(claim())
HEAD, TAIL = WHOLE[: WHOLE.index(b"<HOSO>")], WHOLE[WHOLE.index(b"</HOSO>") + 7 :]
HOSO = WHOLE[WHOLE.index(b"<HOSO>") : WHOLE.index(b"</HOSO>") + 7]
XML1 = claim().tables[1].xml()
_DECLARED = b'<?xml version="1.0" encoding="%s"?>'


def part(content: bytes | str, name: str = "XML1", *, encode: bool = True) -> bytes:
    """A package whose XML1 is this; the other tables are left away."""
    only = claim().only(2)
    text = b64encode(content if isinstance(content, bytes) else content.encode()).decode() if encode else str(content)
    only.raw.append((name, text))
    return package(only)


def outer(before: bytes = b"", inside: bytes = b"", instead: bytes = HOSO) -> bytes:
    """The package with something before its root, and something before its HOSO."""
    start = HEAD.index(b"<GIAMDINHHS>")
    return HEAD[:start] + before + HEAD[start:] + inside + instead + TAIL


def doctype(root: str, inside: str) -> bytes:
    return f"<!DOCTYPE {root} [{inside}]>".encode()


LAUGHS = "<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
QUADRATIC = f"<!ENTITY a '{'a' * 100_000}'>"
DOCTYPES: dict[str, str] = {
    "plain": "",
    "file": '<!ENTITY x SYSTEM "file:///etc/passwd">',
    "http": '<!ENTITY x SYSTEM "http://127.0.0.1:9/x">',
    "parameter": '<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;',
    "laughs": LAUGHS,
    "quadratic": QUADRATIC,
    "notation": '<!NOTATION n SYSTEM "file:///etc/passwd">',
    "attribute defaults": '<!ATTLIST GIAMDINHHS a CDATA "x">',
}
_REFUSED_DOCTYPE = ("HS3001", "HS3002")
_TABLE_DOCTYPE = ("HS3001", "HS3007")


def _xml() -> Iterator[Hostile]:
    for name, inside in DOCTYPES.items():
        used = b"&a11;" if name == "laughs" else b"&a;" * 2000 if name == "quadratic" else b"&x;"
        uses = name in ("laughs", "quadratic", "file", "http")
        yield Hostile(
            f"doctype {name} outside",
            lambda i=inside, u=used if uses else b"": outer(doctype("GIAMDINHHS", i)).replace(  # type: ignore[misc]
                b"<MACSKCB>01000", b"<MACSKCB>" + (u or b"01000"), 1
            ),
            _REFUSED_DOCTYPE,
        )
        yield Hostile(
            f"doctype {name} inside",
            lambda i=inside, u=used if uses else b"": part(  # type: ignore[misc]
                doctype("TONG_HOP", i.replace("GIAMDINHHS", "TONG_HOP"))
                + XML1.replace(NAME.encode(), u or NAME.encode())
            ),
            _TABLE_DOCTYPE,
        )
    xinclude = b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    yield Hostile("xinclude outside", lambda: outer(inside=xinclude), (FILED,))
    yield Hostile("xinclude inside", lambda: part(XML1.replace(NAME.encode(), xinclude)), ("HS3101",))
    yield Hostile("external stylesheet", lambda: outer(b'<?xml-stylesheet href="file:///etc/passwd"?>'), (FILED,))
    for depth in (300, 10_000, 100_000):
        deep = b"<x>" * depth + b"</x>" * depth
        yield Hostile(f"{depth} deep outside", lambda d=deep: outer(inside=d), ("HS3002",))  # type: ignore[misc]
        yield Hostile(f"{depth} deep inside", lambda d=deep: part(b"<TONG_HOP>" + d + b"</TONG_HOP>"), ("HS3007",))  # type: ignore[misc]
    yield Hostile("attribute of 20 MB", lambda: outer(inside=b'<x a="' + b"a" * 20_000_000 + b'"/>'), ("HS3002",))
    yield Hostile(
        "attribute of 9 MB inside",
        lambda: part(b'<TONG_HOP a="' + b"a" * 9_000_000 + b'"/>'),
        ("HS3002", "HS3101", "HS3007"),
    )
    yield Hostile(
        "30 attributes of 5 MB", lambda: outer(inside=(b'<x a="' + b"a" * 5_000_000 + b'"/>') * 30), ("HS3320",)
    )
    many = b"".join(b' a%d="1"' % n for n in range(200_000))
    yield Hostile("200,000 attributes", lambda: outer(inside=b"<x" + many + b"/>"), ("HS3320",))
    yield Hostile("200,000 attributes inside", lambda: part(b"<TONG_HOP" + many + b"/>"), ("HS3101", "HS3007"))
    spaces = b"".join(b' xmlns:a%d="http://x/%d"' % (n, n) for n in range(20_000))
    yield Hostile("20,000 namespaces", lambda: outer(inside=b"<x" + spaces + b"/>"), (FILED, "HS3002"))
    yield Hostile("20,000 namespaces inside", lambda: part(b"<TONG_HOP" + spaces + b"/>"), ("HS3101", "HS3007"))
    nested = b"".join(b'<x xmlns:a%d="http://x/%d">' % (n, n) for n in range(250)) + b"</x>" * 250
    yield Hostile("250 nested namespaces", lambda: outer(inside=nested), (FILED, "HS3002"))
    yield Hostile("same attribute twice", lambda: outer(inside=b'<x a="1" a="2"/>'), ("HS3002",))
    yield Hostile("unknown prefix", lambda: outer(inside=b"<a:x/>"), (FILED, "HS3002"))
    yield Hostile(
        "other namespace on everything",
        lambda: WHOLE.replace(b"<GIAMDINHHS>", b'<GIAMDINHHS xmlns="urn:x">', 1),
        (FILED,),
    )
    yield Hostile(
        "namespace on the table", lambda: part(XML1.replace(b"<TONG_HOP>", b'<TONG_HOP xmlns="urn:x">', 1)), ("HS3007",)
    )
    yield Hostile("name of 1 MB", lambda: outer(inside=b"<" + b"x" * 1_000_000 + b"/>"), ("HS3002", FILED))
    yield Hostile("text of 20 MB", lambda: outer(inside=b"<x>" + b"a" * 20_000_000 + b"</x>"), ("HS3002",))
    yield Hostile("a million tags before", lambda: outer(inside=b"<x/>" * 1_000_000), (FILED,))
    yield Hostile(
        "two million tags in a HOSO", lambda: outer(instead=b"<HOSO>" + b"<x/>" * 2_000_000 + b"</HOSO>"), ("HS3320",)
    )
    yield Hostile(
        "two million tags in a table", lambda: part(b"<TONG_HOP>" + b"<x/>" * 1_800_000 + b"</TONG_HOP>"), ("HS3321",)
    )
    yield Hostile("8 MB texts, 12 of them", lambda: package(_parts_of_8_mb()), ("HS3320",))
    yield Hostile("CDATA that does not end", lambda: outer(inside=b"<![CDATA[ " * 3), ("HS3002",))
    yield Hostile("comment that does not end", lambda: outer(inside=b"<!-- "), ("HS3002",))
    yield Hostile("comments between everything", lambda: WHOLE.replace(b"><", b"><!-- x --><"), (FILED,))
    yield Hostile("processing instructions", lambda: outer(inside=b"<?php system('x') ?>" * 100), (FILED,))
    yield Hostile(
        "SOLUONGHOSO of 100,000 digits",
        lambda: WHOLE.replace(b"<SOLUONGHOSO>1", b"<SOLUONGHOSO>" + b"9" * 100_000, 1),
        (FILED,),
    )
    yield Hostile(
        "MACSKCB of 1 MB", lambda: WHOLE.replace(b"<MACSKCB>01000", b"<MACSKCB>" + b"9" * 1_000_000, 1), (FILED,)
    )
    yield Hostile("NGAYLAP of 1 MB", lambda: WHOLE.replace(b"<NGAYLAP>", b"<NGAYLAP>" + b"9" * 1_000_000, 1), (FILED,))
    yield Hostile("HOSO in HOSO", lambda: outer(instead=b"<HOSO>" * 20 + HOSO + b"</HOSO>" * 20), ("HS3109",))
    yield Hostile("HOSO without an end", lambda: HEAD + HOSO[:-7], ("HS3002",))
    yield Hostile("two roots", lambda: WHOLE + WHOLE, ("HS3002",))
    yield Hostile("text after the root", lambda: WHOLE + b"x", ("HS3002",))
    yield Hostile("XML 1.1", lambda: WHOLE.replace(b"version='1.0'", b"version='1.1'"), (FILED, "HS3002"))
    yield Hostile("XML 9.9", lambda: WHOLE.replace(b"version='1.0'", b"version='9.9'"), (FILED, "HS3002"))


def _parts_of_8_mb() -> Claim:
    bulky = claim()
    bulky.raw = [("XML2", "A" * 8_000_000)] * 12
    return bulky


def _base64() -> Iterator[Hostile]:
    good = b64encode(XML1).decode()
    lines = "\r\n".join(good[at : at + 76] for at in range(0, len(good), 76))
    texts: dict[str, tuple[str, tuple[str, ...]]] = {
        "URL-safe": (urlsafe_b64encode(XML1).decode(), (FILED,)),
        "without padding": (good.rstrip("="), (FILED,)),
        "too much padding": (good + "====", (FILED, "HS3006")),
        "in lines": (lines, (FILED,)),
        "tabs and spaces": (" \t ".join(good[at : at + 5] for at in range(0, len(good), 5)), (FILED,)),
        "no-break spaces": (good[:40] + "\u00a0" + good[40:], ("HS3006",)),
        "cut in a quantum": (good[:-41], ("HS3007", "HS3006")),
        "a letter outside": (good[:40] + "@" + good[40:], ("HS3006",)),
        "letters of Vietnamese": ("ế" * 400, ("HS3006",)),
        "padding in the middle": (good[:40] + "==" + good[40:], ("HS3006", "HS3007")),
        "twice": (b64encode(good.encode()).decode(), ("HS3007",)),
        "data address": ("data:text/xml;base64," + good, ("HS3006",)),
        "hex": (XML1.hex(), ("HS3006", "HS3007")),
        "empty": ("", ("HS3007",)),
        "gzip in it": (b64encode(gzip.compress(XML1)).decode(), ("HS3007",)),
        "zip in it": (b64encode(zipped(("x.xml", XML1))).decode(), ("HS3007",)),
        "PDF in it": (b64encode(b"%PDF-1.7\n1 0 obj<</JS(app.alert(1))>>").decode(), ("HS3007",)),
        "HTML in it": (b64encode(b"<html><script>alert(1)</script></html>").decode(), ("HS3007",)),
        "JSON in it": (b64encode(b'{"a": NaN}').decode(), ("HS3007",)),
        "the package in itself": (b64encode(WHOLE).decode(), ("HS3007",)),
    }
    for name, (text, codes) in texts.items():
        yield Hostile(f"base64 {name}", lambda t=text: part(t, encode=False), codes)  # type: ignore[misc]
    other = claim().tables
    for name in ("XML0", "XML2", "XML12", "XML15", "XML16", "XML99", "XML-1", "xml1;drop", "", "XML" + "1" * 5000):
        yield Hostile(f"named {name[:12]!r}", lambda n=name: part(XML1, n), ("HS3007", "HS3009", "HS3109"))  # type: ignore[misc]
    yield Hostile("another table's content", lambda: part(other[3].xml()), ("HS3007",))


def _encodings() -> Iterator[Hostile]:
    text = XML1.decode()
    bodies: dict[str, tuple[bytes, tuple[str, ...]]] = {
        "BOM": (b"\xef\xbb\xbf" + XML1, (FILED,)),
        "two BOMs": (b"\xef\xbb\xbf" * 2 + XML1, (FILED, "HS3007")),
        "UTF-16": (text.encode("utf-16"), (FILED,)),
        "UTF-16BE without BOM": (text.encode("utf-16-be"), (FILED, "HS3007")),
        "UTF-32": (text.encode("utf-32"), (FILED, "HS3007")),
        "UTF-7": (_DECLARED % b"utf-7" + text.encode("utf-7"), ("HS3007", FILED, "HS3101")),
        "says UTF-16, is UTF-8": (_DECLARED % b"utf-16" + XML1, (FILED,)),
        "says EBCDIC": (_DECLARED % b"ebcdic-cp-us" + XML1, ("HS3007", FILED)),
        "says an unknown one": (_DECLARED % b"x-evil" + XML1, ("HS3007", FILED)),
        "overlong UTF-8": (XML1.replace(NAME.encode(), b"A\xc0\xafB"), ("HS3007",)),
        "surrogates in UTF-8": (XML1.replace(NAME.encode(), b"A \xed\xa0\x80\xed\xb0\x80"), ("HS3007",)),
        "a lone surrogate by number": (XML1.replace(NAME.encode(), b"A &#xD800;"), ("HS3007",)),
        "NUL": (XML1.replace(NAME.encode(), b"A \x00 B"), ("HS3007",)),
        "NUL by number": (XML1.replace(NAME.encode(), b"A &#0; B"), ("HS3007",)),
        "control letters": (XML1.replace(NAME.encode(), b"A \x01\x1f B"), ("HS3007",)),
        "U+FFFF": (XML1.replace(NAME.encode(), "A \uffff B".encode()), ("HS3007",)),
        "written right to left": (XML1.replace(NAME.encode(), "A \u202e\u2066B".encode()), (FILED,)),
        "zero width": (XML1.replace(NAME.encode(), "A\u200b\u200d B".encode()), (FILED,)),
        "10,000 marks on a letter": (
            XML1.replace(NAME.encode(), ("A" + "\u0301" * 10_000).encode()),
            ("HS3102", FILED),
        ),
        "NFD": (unicodedata.normalize("NFD", text).encode(), (FILED,)),
        "Latin-1 bytes": (XML1.replace(NAME.encode(), b"\xe9\xe8\xff B"), ("HS3007", "HS3330")),
        "says windows-1258 and is": (_DECLARED % b"windows-1258" + in_bytes("cp1258"), (FILED,)),
    }
    for encoding in legacy.ENCODINGS:
        bodies[f"{encoding} bytes"] = in_bytes(encoding), ("HS3330", "HS3007")
        letters = in_bytes(encoding).decode("latin-1").replace("\x19", "").encode()
        bodies[f"{encoding} letters"] = letters, ("HS3331", "HS3007")
    for name, (content, codes) in bodies.items():
        yield Hostile(f"table in {name}", lambda c=content: part(c), codes)  # type: ignore[misc]
    yield Hostile("package in UTF-16", lambda: package(claim(), encoding="utf-16"), (FILED,))
    yield Hostile(
        "package in UTF-32", lambda: WHOLE.decode().replace("UTF-8", "UTF-32").encode("utf-32"), ("HS3002", FILED)
    )
    yield Hostile("package with NUL", lambda: outer(inside=b"<x>\x00</x>"), ("HS3002",))
    yield Hostile("package with overlong UTF-8", lambda: outer(inside=b"<x>\xc0\xaf</x>"), ("HS3002",))
    yield Hostile("package that says UTF-7", lambda: WHOLE.replace(b"UTF-8", b"UTF-7"), ("HS3002", FILED))
    yield Hostile("package cut in a letter", lambda: outer(inside="<x>ế".encode()[:-1]), ("HS3002",))


def in_bytes(encoding: str) -> bytes:
    """XML1 in an old encoding, without saying so; texts in it that the encoding lacks are left away."""
    text = XML1.decode()
    kept = "".join(letter if letter.isascii() or letter in legacy.table(encoding).values() else "" for letter in text)
    if encoding in ("tcvn3", "viscii"):  # capitals of theirs are control letters, which XML does not take
        kept = kept.replace(NAME, NAME.title())
        letters = [c if c.isascii() or legacy.encode(c, encoding)[0] >= 0xA0 else c.lower() for c in kept]
        kept = "".join(letters)
    return legacy.encode(kept, encoding)


def zipped(*members: tuple[str, bytes], mode: int = 0, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, content, how)
    return stream.getvalue()


def _archives() -> Iterator[Hostile]:
    bad_names = {
        "up": "../x.xml", "far up": "a/../../../etc/x.xml", "absolute": "/etc/x.xml", "backslash up": "..\\x.xml",
        "backslash absolute": "\\windows\\x.xml", "up at the end": "a/..", "only up": "..",
    }  # fmt: skip
    for name, member in bad_names.items():
        yield Hostile(f"zip slip {name}", lambda m=member: zipped((m, WHOLE)), ("HS3010",))  # type: ignore[misc]
    yield Hostile("zip drive letter", lambda: zipped(("C:\\x.xml", WHOLE)), (FILED, "HS3010"))
    yield Hostile("zip link", lambda: zipped(("x.xml", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777), ("HS3010",))
    yield Hostile(
        "zip link beside", lambda: zipped(("x.xml", WHOLE), ("l", b"/etc"), mode=stat.S_IFLNK | 0o777), ("HS3010",)
    )
    yield Hostile("zip device", lambda: zipped(("x.xml", WHOLE), mode=stat.S_IFCHR | 0o666), (FILED, "HS3010"))
    yield Hostile("zip bomb", lambda: zipped(("x.xml", b" " * 200_000_000)), ("HS3010",))
    yield Hostile("zip bomb of tags", lambda: zipped(("x.xml", HEAD + b"<x/>" * 20_000_000 + TAIL)), ("HS3010",))
    yield Hostile(
        "zip in zip in zip", lambda: zipped(("a.zip", zipped(("b.zip", zipped(("x.xml", WHOLE)))))), ("HS3005",)
    )
    yield Hostile("zip of 101,000 members", _many_members, ("HS3010", "HS3011"))
    yield Hostile("zip overlapping", _overlapping, ("HS3010",))
    yield Hostile("zip lying of its size", lambda: _patched_size(zipped(("x.xml", WHOLE)), 10), ("HS3011", "HS3002"))
    yield Hostile("zip lying of 3 GB", lambda: _patched_size(zipped(("x.xml", WHOLE)), 3 * 1024**3), ("HS3010",))
    yield Hostile("zip with a password", _with_password, ("HS3010",))
    yield Hostile("zip the same name twice", lambda: zipped(("x.xml", WHOLE), ("x.xml", WHOLE)), (FILED,))
    yield Hostile("zip name with a line", lambda: zipped(("a\n\x1b[31mb.xml", WHOLE)), (FILED,))
    yield Hostile("zip name of 60,000", lambda: zipped(("a" * 60_000 + ".xml", WHOLE)), (FILED,))
    yield Hostile("zip without members", lambda: zipped(), ("HS3002", "HS3005"))
    yield Hostile("zip of folders alone", lambda: zipped(("a/", b"")), ("HS3005",))
    yield Hostile("zip of other files", lambda: zipped(("a.exe", b"MZ")), ("HS3005",))
    yield Hostile("zip cut", lambda: zipped(("x.xml", WHOLE))[:-30], ("HS3011",))
    yield Hostile("zip damaged", lambda: _flipped(zipped(("x.xml", WHOLE)), 60), ("HS3011",))
    yield Hostile("zip by bz2", lambda: zipped(("x.xml", WHOLE), how=zipfile.ZIP_BZIP2), (FILED,))
    yield Hostile("zip by lzma", lambda: zipped(("x.xml", WHOLE), how=zipfile.ZIP_LZMA), (FILED,))
    yield Hostile(
        "zip by bz2 damaged", lambda: _flipped(zipped(("x.xml", WHOLE), how=zipfile.ZIP_BZIP2), 80), ("HS3011",)
    )
    yield Hostile(
        "zip by lzma damaged",
        lambda: _flipped(zipped(("x.xml", WHOLE), how=zipfile.ZIP_LZMA), 90),
        ("HS3011", "HS3002"),
    )
    yield Hostile("zip by an unknown way", lambda: _patched_method(zipped(("x.xml", WHOLE)), 99), ("HS3011",))
    yield Hostile(
        "zip of broken packages", lambda: zipped(("1.xml", b"<x"), ("2.xml", b""), ("3.xml", WHOLE)), ("HS3003",)
    )
    yield Hostile("zip and PDF at once", lambda: b"%PDF-1.7\n" + zipped(("x.xml", WHOLE)), ("HS3002",))
    yield Hostile(
        "spreadsheet",
        lambda: zipped(("xl/workbook.xml", b"<workbook/>"), ("[Content_Types].xml", b"<Types/>")),
        ("HS3003",),
    )


def _other_files() -> Iterator[Hostile]:
    files: dict[str, bytes] = {
        "nothing": b"", "a blank": b" ", "zeros": b"\0" * 5000, "gzip": gzip.compress(WHOLE), "bz2": bz2.compress(WHOLE),
        "xz": lzma.compress(WHOLE), "tar": _tar(), "ELF": b"\x7fELF" + b"\0" * 200, "EXE": b"MZ" + b"\0" * 200,
        "PNG": b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "PDF": b"%PDF-1.7\n", "HTML": b"<html><body>x</body></html>",
        "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "JSON": b'{"GIAMDINHHS": 1}',
        "CSV": b"=cmd|' /C calc'!A0,1\n", "DICOM": b"\0" * 128 + b"DICM", "SQL": b"'; DROP TABLE intake_package; --",
        "all bytes": bytes(range(256)) * 40, "one bracket": b"<", "FHIR": b'<Bundle xmlns="http://hl7.org/fhir"/>',
    }  # fmt: skip
    for name, content in files.items():
        yield Hostile(f"file {name}", lambda c=content: c, ("HS3002", "HS3003", "HS3012"))  # type: ignore[misc]


def _values() -> Iterator[Hostile]:
    odd = {
        "30 February": "20250230", "year 0": "000001010000", "year 9999": "999912312359", "Buddhist year": "256803150800",
        "25 o'clock": "202503152500", "words": "hôm qua", "arabic digits": "٢٠٢٥٠٣١٥٠٨٠٠", "negative": "-20250315",
    }  # fmt: skip
    for name, value in odd.items():
        yield Hostile(f"day of {name}", lambda v=value: package(claim().with_(NGAY_VAO=v)), ("HS3104",))  # type: ignore[misc]
    long = {
        "HO_TEN": "A" * 5000,
        "MA_LK": "L" * 5000,
        "MA_BN": "B" * 5000,
        "SO_CCCD": "9" * 5000,
        "MA_THE_BHYT": "G" * 5000,
    }
    for field, value in long.items():
        yield Hostile(f"{field} of 5,000", lambda f=field, v=value: package(claim().with_(**{f: v})), ("HS3102", FILED))  # type: ignore[misc]
    for value in ("1e400", "NaN", "-0", "9" * 100_000, "१२", "0x10", "1,5"):
        codes = ("HS3102", "HS3103", FILED)
        yield Hostile(f"money {value[:8]}", lambda v=value: package(claim().with_(T_THUOC=v)), codes)  # type: ignore[misc]
    words = {
        "SQL": "'; DROP TABLE people_person; --",
        "format": "{0.__class__} %s %n ${jndi:ldap://x}",
        "script": "<script>1</script>",
    }
    for name, value in words.items():
        yield Hostile(f"name of {name}", lambda v=value: package(claim().with_(HO_TEN=v)), (FILED,))  # type: ignore[misc]


def corpus() -> list[Hostile]:
    """Every hostile file, in order of its name."""
    made = [*_xml(), *_base64(), *_encodings(), *_archives(), *_other_files(), *_values()]
    assert len({one.name for one in made}) == len(made)
    return made


def _many_members() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(101_000):
            archive.writestr(f"{number}.xml", b"")
    return stream.getvalue()


def _overlapping() -> bytes:
    """A directory whose thousand entries all point at one member."""
    content = zipped(("x.xml", WHOLE))
    directory, count = content.rindex(b"PK\x01\x02"), 1000
    end = content.rindex(b"PK\x05\x06")
    entry = content[directory:end]
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entry) * count, directory, 0)
    return content[:directory] + entry * count + tail


def _patched_size(content: bytes, size: int) -> bytes:
    changed = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", changed, content.index(mark) + place, size)
    return bytes(changed)


def _patched_method(content: bytes, method: int) -> bytes:
    changed = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", changed, content.index(mark) + place, method)
    return bytes(changed)


def _with_password() -> bytes:
    changed = bytearray(zipped(("x.xml", WHOLE)))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[changed.index(mark) + place] |= 1
    return bytes(changed)


def _flipped(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 0xFF
    return bytes(changed)


def _tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("../x.xml")
        info.size = len(WHOLE)
        archive.addfile(info, io.BytesIO(WHOLE))
    return stream.getvalue()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for number, hostile in enumerate(corpus()):
        (target / f"{number:03}.{'zip' if hostile.name.startswith('zip') else 'xml'}").write_bytes(hostile.make())
        print(f"{number:03}  {hostile.name}  {' or '.join(hostile.codes)}")
