"""Broken, odd and hostile packages: refused or quarantined by name, never half read, never fatal for their neighbours."""

import io
import os
import stat
import subprocess
import sys
import zipfile
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from hoso.core.errors import HosoError
from tests.claim_packages import Claim, Packaging, package, sample_3176, sample_4210
from tests.intaking import Intake, findings, one, rows, state

GOOD = sample_3176().with_(MA_LK="SYN.GOOD")


def refusal(intake: Intake, content: bytes) -> str:
    """The code by which a package is refused whole."""
    account = intake.send(content)
    assert (account.refused, account.received) == (1, 0)
    return str(one("SELECT refusal->>'code' FROM intake_package ORDER BY id DESC LIMIT 1"))


def quarantined_beside_a_good_one(intake: Intake, bad: Claim) -> list[str]:
    """Codes of the errors of `bad`; the visit after it is filed all the same."""
    account = intake.file(bad, GOOD)
    assert (account.received, account.quarantined, account.filed) == (2, 1, 1)
    assert one("SELECT state FROM intake_visit WHERE ordinal = 2") == "filed"
    assert (
        rows("SELECT 1 FROM records_resource r JOIN intake_visit v ON r.encounter = v.encounter WHERE v.ordinal = 1")
        == []
    )
    return [code for code, severity, _, _ in findings() if severity == "error"]


@pytest.mark.parametrize("packaging", ["base64", "urlsafe", "inline", "cdata"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_every_packaging_is_read(packaging: Packaging, encoding: str, intake: Intake) -> None:
    account = intake.send(package(sample_3176(), packaging=packaging, encoding=encoding, indent="  "))
    assert (account.filed, account.lines_filed) == (1, len(sample_3176().lines()))


@pytest.mark.parametrize("claims", [[sample_4210(), sample_3176()], [GOOD.with_(MA_LK=f"SYN.{n}") for n in range(60)]])
def test_many_visits_in_one_package(claims: list[Claim], intake: Intake) -> None:
    assert intake.file(*claims).filed == len(claims)


def test_the_same_visit_twice_in_one_package_is_filed_and_corrected(intake: Intake) -> None:
    account = intake.file(GOOD, GOOD.changed(4, 1, GIA_TRI="9"), GOOD.changed(4, 1, GIA_TRI="9"))
    assert (account.filed, account.corrected, account.unchanged) == (1, 1, 1)


def test_a_byte_order_mark_outside_and_inside_is_no_obstacle(intake: Intake) -> None:
    inner = b64encode(b"\xef\xbb\xbf" + sample_3176().tables[1].xml()).decode()
    claim = sample_3176().only(2)
    claim.raw.append(("XML1", inner))
    assert intake.send(b"\xef\xbb\xbf" + package(claim)).filed == 1


@pytest.mark.parametrize("declared", ["utf-16", "UTF-8", "utf-8"])
def test_an_inner_table_that_names_the_wrong_encoding_is_read_as_what_it_is(declared: str, intake: Intake) -> None:
    """Programmes on .NET write utf-16 at the head of what they send as UTF-8."""
    text = f'<?xml version="1.0" encoding="{declared}"?>' + sample_3176().tables[1].xml().decode()
    for content in (b64encode(text.encode()).decode(), text):
        claim = sample_3176().only(2)
        claim.raw.append(("XML1", content))
        intake.send(package(claim))
        assert state() in ("filed", "unchanged")
    assert one("SELECT name FROM people_person") == "TRẦN THỊ MẪU"


def test_an_inner_table_in_utf_16_is_read(intake: Intake) -> None:
    claim = sample_3176().only(2)
    claim.raw.append(("XML1", b64encode(sample_3176().tables[1].xml().decode().encode("utf-16")).decode()))
    assert intake.send(package(claim)).filed == 1
    assert one("SELECT name FROM people_person") == "TRẦN THỊ MẪU"


DOCTYPES = {
    "plain": "<!DOCTYPE GIAMDINHHS>",
    "outside entity": '<!DOCTYPE GIAMDINHHS [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    "outside address": '<!DOCTYPE GIAMDINHHS SYSTEM "http://127.0.0.1:9/evil.dtd">',
    "a billion laughs": "<!DOCTYPE GIAMDINHHS [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    + "]>",
}


@pytest.mark.parametrize("kind", sorted(DOCTYPES))
def test_any_doctype_outside_refuses_the_package(kind: str, intake: Intake) -> None:
    content = package(GOOD).replace(b"<GIAMDINHHS>", DOCTYPES[kind].encode() + b"<GIAMDINHHS>", 1)
    if "laughs" in kind:
        content = content.replace(b"<MACSKCB>01000", b"<MACSKCB>&a11;", 1)
    assert refusal(intake, content) in ("HS3001", "HS3002")
    assert rows("SELECT 1 FROM people_person") == []


@pytest.mark.parametrize("kind", sorted(DOCTYPES))
def test_any_doctype_inside_quarantines_that_visit_alone(kind: str, intake: Intake) -> None:
    bad = sample_3176().only(2, 3)
    xml = sample_3176().tables[1].xml().decode()
    bad.raw.append(("XML1", b64encode((DOCTYPES[kind].replace("GIAMDINHHS", "TONG_HOP") + xml).encode()).decode()))
    assert set(quarantined_beside_a_good_one(intake, bad)) & {"HS3001", "HS3007"}


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("XML2", "@@@ no base64 @@@", "HS3006"),
        ("XML2", b64encode(b"<CHITIEU_CHITIET_THUOC><DSACH").decode(), "HS3007"),
        ("XML2", b64encode(b"not xml at all").decode(), "HS3007"),
        ("XML2", b64encode(sample_3176().tables[3].xml()).decode(), "HS3007"),
        ("XML2", b64encode(b"\x00\xff\xfe").decode(), "HS3007"),
        ("XML16", b64encode(b"<A/>").decode(), "HS3009"),
        ("PHIEU", b64encode(b"<A/>").decode(), "HS3009"),
        ("", "", "HS3009"),
        ("XML1", b64encode(sample_3176().tables[1].xml()).decode(), "HS3017"),
        ("XML2", b64encode(("<a>" * 1000 + "</a>" * 1000).encode()).decode(), "HS3007"),
    ],
    ids=["no base64", "cut off", "no XML", "another table's root", "bytes", "XML16", "other name", "no name", "two XML1", "1000 deep"],
)  # fmt: skip
def test_a_broken_part_quarantines_that_visit_alone(name: str, text: str, code: str, intake: Intake) -> None:
    bad = sample_3176()
    bad.tables.pop(2)
    bad.raw.append((name, text))
    assert code in quarantined_beside_a_good_one(intake, bad)


def test_a_visit_without_xml1_is_quarantined(intake: Intake) -> None:
    assert "HS3109" in quarantined_beside_a_good_one(intake, sample_3176().only(2, 3))


def test_a_visit_without_any_file_is_quarantined(intake: Intake) -> None:
    assert "HS3109" in quarantined_beside_a_good_one(intake, Claim({}))


def test_a_line_of_another_visit_quarantines(intake: Intake) -> None:
    assert "HS3107" in quarantined_beside_a_good_one(intake, sample_3176().changed(3, 2, MA_LK="SYN.ELSE"))


def test_a_quarantined_visit_sent_again_put_right_is_filed(intake: Intake) -> None:
    bad = sample_3176().with_(NGAY_VAO="20259999")
    assert intake.file(bad).quarantined == 1
    assert intake.file(bad).quarantined == 1
    assert intake.file(sample_3176(), made_on="20250316").filed == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<GIAMDINHHS><THONGTINHOSO>", "HS3002"),
        (b"no xml", "HS3002"),
        (b"<OTHER/>", "HS3003"),
        (b"<GIAMDINHHS></GIAMDINHHS>", "HS3005"),
        (package(GOOD)[:-40], "HS3002"),
        (("<a>" * 1000 + "</a>" * 1000).encode(), "HS3003"),
        (package(GOOD).replace(b"<HOSO>", b"<x>" * 1000 + b"</x>" * 1000 + b"<HOSO>", 1), "HS3002"),
        (b"\x00" * 100, "HS3002"),
    ],
    ids=["cut off", "no XML", "other root", "no visit", "cut at the end", "deep other root", "1000 deep", "zeros"],
)
def test_a_package_that_cannot_be_read_is_refused(content: bytes, code: str, intake: Intake) -> None:
    if content == package(GOOD)[:-40]:
        account = intake.send(content)  # what stands before the end of a file that was cut is filed and counted
        assert (account.refused, account.filed) == (1, 1)
        return
    assert refusal(intake, content) == code


def test_an_empty_file_is_refused_and_stops_no_other(intake: Intake) -> None:
    assert refusal(intake, b"") == "HS3012"
    assert intake.send(package(GOOD)).filed == 1


def test_a_namespace_on_the_envelope_changes_nothing(intake: Intake) -> None:
    content = package(sample_3176()).replace(b"<GIAMDINHHS>", b'<GIAMDINHHS xmlns="http://example.org/x">', 1)
    assert intake.send(content).filed == 1


DIGITS = "".join(sha256(bytes([n])).hexdigest() for n in range(100))  # an index cannot pack them
HUGE = {
    "MA_LK": DIGITS, "MA_BN": DIGITS, "MA_THE": "GD" + DIGITS, "MA_CSKCB": "6" * 60, "HO_TEN": "A " + DIGITS,
    "MA_BENH": DIGITS, "MA_LOAI_KCB": "3" * 600, "DIA_CHI": "Đ" * 60_000, "NGAY_VAO": "999912312400",
    "NGAY_RA": "000101010000", "GIOI_TINH": "9", "T_TONGCHI": "9" * 400, "CAN_NANG": "१२", "MA_KHOA": "K" * 3000,
}  # fmt: skip


@pytest.mark.parametrize("field", sorted(HUGE))
def test_no_value_of_4210_stops_the_package(field: str, intake: Intake) -> None:
    """The sizes of QĐ 4210 are unverified and only warn, so the store must stand anything."""
    account = intake.file(sample_4210().with_(**{field: HUGE[field]}), GOOD)
    assert account.received == 2
    assert one("SELECT state FROM intake_visit WHERE ordinal = 2") == "filed"
    assert one("SELECT state FROM intake_package") == "done"


@pytest.mark.parametrize(
    "field", ["SO_LUONG", "DON_GIA", "THANH_TIEN", "STT", "MA_THUOC", "TEN_THUOC", "NGAY_YL", "MA_BAC_SI"]
)
@pytest.mark.parametrize("value", ["9" * 5000, "१२", "1e5", "-0", "00.10", "٣", "NaN", "{patient}", "\u2028"])
def test_no_value_of_a_drug_line_stops_the_package(field: str, value: str, intake: Intake) -> None:
    account = intake.file(sample_4210().changed(2, 1, **{field: value}))
    assert account.received == 1
    assert rows("SELECT count(convert_from(body, 'UTF8')::jsonb) FROM records_resource")[0][0] >= 0


def test_words_that_look_like_our_own_mark_stay_as_they_were_sent(intake: Intake) -> None:
    odd = 'Patient/{patient} "reference":"Patient/{patient}" :"Patient/{patient}'
    intake.file(sample_3176().with_(GHI_CHU=odd))
    (value,) = rows(
        "SELECT e->>'valueString' FROM records_resource, jsonb_array_elements(convert_from(body, 'UTF8')::jsonb->'extension') e"
        " WHERE e->>'url' LIKE '%%visit-note'"
    )
    assert value == (odd,)


def zipped(*members: tuple[str, bytes], mode: int = 0) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def test_a_zip_and_a_folder_are_taken_in_whole(intake: Intake, tmp_path: Path) -> None:
    members = [(f"a/{n}.xml", package(GOOD.with_(MA_LK=f"SYN.{n}"))) for n in range(3)]
    account = intake.send(zipped(*members, ("note.txt", b"no package")), "three.zip")
    assert (account.packages, account.filed) == (1, 3)
    folder = tmp_path / "folder" / "deeper"
    folder.mkdir(parents=True)
    for number, (_, content) in enumerate(members):
        (folder / f"{number}.XML").write_bytes(content)
    assert intake.take(folder.parent).unchanged == 3


@pytest.mark.parametrize(
    "content",
    [
        zipped(("../evil.xml", package(GOOD))),
        zipped(("/etc/evil.xml", package(GOOD))),
        zipped(("..\\evil.xml", package(GOOD))),
        zipped(("link.xml", b"/etc/hostname"), mode=stat.S_IFLNK | 0o777),
        zipped(("good.xml", package(GOOD)), ("bomb.xml", b" " * 300_000_000)),
    ],
    ids=["up", "absolute", "up with a backslash", "link", "bomb"],
)
def test_an_unsafe_zip_is_refused_before_anything_of_it_is_filed(content: bytes, intake: Intake) -> None:
    assert refusal(intake, content) == "HS3010"
    assert rows("SELECT 1 FROM intake_visit") == []


def test_a_bad_member_of_a_zip_is_one_quarantined_entry_and_the_others_go_in(intake: Intake) -> None:
    members = [
        ("1.xml", package(GOOD.with_(MA_LK="SYN.1"))),
        ("2.xml", b"<!DOCTYPE a><GIAMDINHHS/>"),
        ("3.xml", package(GOOD.with_(MA_LK="SYN.3"))),
    ]
    account = intake.send(zipped(*members), "mixed.zip")
    assert (account.received, account.filed, account.quarantined, account.balances) == (3, 2, 1, True)
    assert rows("SELECT ordinal, code FROM intake_finding WHERE severity = 'error'") == [(2, "HS3001")]


def test_a_zip_that_is_damaged_is_refused_by_name(intake: Intake) -> None:
    content = bytearray(zipped(("good.xml", package(GOOD))))
    content[60] ^= 0xFF
    assert refusal(intake, bytes(content)) == "HS3011"
    assert refusal(intake, b"PK\x03\x04 and nothing more") == "HS3011"


def test_a_file_of_another_kind_is_refused(intake: Intake) -> None:
    with pytest.raises(HosoError, match="HS3011"):
        intake.send(b"MZ", "programme.exe")


MEASURE = """
import resource, sys
from hoso.engines.intake.envelope import read_visits
from hoso.engines.intake.preparing import prepare
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
lines = visits = 0
for raw in read_visits(open(sys.argv[1], "rb")):
    if visits % 50 == 0:
        lines += prepare(raw, None).lines_in
    visits += 1
print(visits, lines, before // 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
BOUND_MB = 60  # beyond what the interpreter and the definitions need, whatever the size of the package


def test_memory_stays_flat_on_a_package_of_more_than_100_mb(tmp_path: Path) -> None:
    whole = package(GOOD)
    start, end = whole.index(b"<HOSO>"), whole.index(b"</HOSO>") + len(b"</HOSO>")
    path, count = tmp_path / "large.xml", 5000
    with path.open("wb") as stream:
        stream.write(whole[:start])
        for _ in range(count):
            stream.write(whole[start:end])
        stream.write(whole[end:])
    assert path.stat().st_size > 100_000_000
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    visits, lines, before, peak = map(int, done.stdout.split())
    assert (visits, lines) == (count, count // 50 * len(GOOD.lines()))
    assert peak - before < BOUND_MB
