"""Settings that come out of a file: NAME_FILE holds the value of NAME, unless it is a setting of its own."""

from pathlib import Path

from hoso.config.environment import read_environment


def test_a_secret_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("bí mật\n")
    assert read_environment({"HOSO_SMS_TOKEN_FILE": str(tmp_path / "token")})["HOSO_SMS_TOKEN"] == "bí mật"


def test_the_key_file_is_not_the_setting_that_it_begins_with(tmp_path: Path) -> None:
    (tmp_path / "key.p12").write_bytes(b"\x30\x82")
    given = {"HOSO_CA": "live", "HOSO_CA_FILE": str(tmp_path / "key.p12")}
    found = read_environment(given)
    assert (found["HOSO_CA"], found["HOSO_CA_FILE"]) == ("live", str(tmp_path / "key.p12"))
