"""Which files are whole: at rest, named as finished, and ending as a package does."""

import os
import time
from pathlib import Path

import pytest

from hoso.engines.intake.folders.drop import WAIT_FOR_THE_END, Dropped, digest_of, numbered, whole_files

XML = b"<GIAMDINHHS></GIAMDINHHS>\n"


def put(folder: Path, name: str, content: bytes = XML, age: float = 60) -> Path:
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def names(folder: Path, settle: float = 30) -> list[str]:
    return [one.path.name for one in whole_files(folder, settle)]


def test_oldest_first_and_only_what_rests(tmp_path: Path) -> None:
    put(tmp_path, "b.xml", age=100)
    put(tmp_path, "a.xml", age=50)
    put(tmp_path, "fresh.xml", age=5)
    assert names(tmp_path) == ["b.xml", "a.xml"]
    assert names(tmp_path, settle=0) == ["b.xml", "a.xml", "fresh.xml"]


@pytest.mark.parametrize("name", ["a.xml.part", "a.tmp", "a.xml.filepart", ".a.xml", "A.XML.PART"])
def test_unfinished_names_wait(name: str, tmp_path: Path) -> None:
    put(tmp_path, name)
    assert names(tmp_path) == []


def test_a_cut_package_waits_for_its_end_but_not_for_ever(tmp_path: Path) -> None:
    put(tmp_path, "cut.xml", XML[:10])
    put(tmp_path, "cut.zip", b"PK\x03\x04 half")
    assert names(tmp_path) == []
    put(tmp_path, "cut.xml", XML[:10], age=WAIT_FOR_THE_END + 1)
    assert names(tmp_path) == ["cut.xml"]


def test_links_and_folders_stay(tmp_path: Path) -> None:
    put(tmp_path, "real.xml")
    (tmp_path / "link.xml").symlink_to("/etc/passwd")
    (tmp_path / "folder.xml").mkdir()
    assert names(tmp_path) == ["real.xml"]


def test_a_file_that_changes_has_no_digest(tmp_path: Path) -> None:
    path = put(tmp_path, "a.xml")
    (dropped,) = whole_files(tmp_path, 0)
    assert digest_of(dropped)
    path.write_bytes(XML + b" ")
    assert digest_of(dropped) is None
    assert digest_of(Dropped(tmp_path / "gone.xml", 1, 1)) is None


def test_numbers_stand_before_the_ending() -> None:
    assert numbered("goi.2026.XML", 12) == "goi.2026.12.XML"
