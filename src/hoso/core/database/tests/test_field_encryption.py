"""Encrypted fields: read back, bound to their use, rotated without loss; nothing in clear."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.core.database.field_encryption import FieldKeys, is_encrypted, key_of
from hoso.core.errors import HosoError

SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def keys(tmp_path: Path) -> FieldKeys:
    return FieldKeys(tmp_path / "field-keys")


def test_what_was_kept_is_read_and_stands_nowhere_in_clear(keys: FieldKeys) -> None:
    kept = keys.encrypt(SECRET, "account.second_factor")
    assert keys.decrypt(kept, "account.second_factor") == SECRET
    assert is_encrypted(kept)
    assert SECRET not in kept
    assert kept != keys.encrypt(SECRET, "account.second_factor")


def test_another_use_another_key_id_or_a_changed_byte_is_refused(keys: FieldKeys) -> None:
    kept = keys.encrypt(SECRET, "one")
    keys.add()
    flipped = kept[:-8] + ("A" if kept[-8] != "A" else "B") + kept[-7:]
    for value, use in ((kept, "two"), (kept.replace(":0001:", ":0002:"), "one"), (flipped, "one"), (SECRET, "one")):
        with pytest.raises(HosoError) as refusal:
            keys.decrypt(value, use)
        assert refusal.value.code == "HS2241"


def test_rotation_keeps_old_values_readable_until_they_are_renewed(keys: FieldKeys) -> None:
    old = keys.encrypt(SECRET, "one")
    assert keys.renew(old, "one") == old
    assert keys.add() == keys.current_id() == "0002"
    renewed = keys.renew(old, "one")
    assert (key_of(old), key_of(renewed)) == ("0001", "0002")
    keys.remove("0001")
    assert keys.decrypt(renewed, "one") == SECRET
    with pytest.raises(HosoError) as refusal:
        keys.decrypt(old, "one")
    assert refusal.value.code == "HS2240"


def test_the_key_in_use_is_not_removed_and_no_name_leads_out_of_the_folder(keys: FieldKeys) -> None:
    current = keys.current_id()
    for key_id in (current, "../database-application"):
        with pytest.raises(HosoError):
            keys.remove(key_id)
    assert keys.ids() == [current]


def test_only_the_owner_reads_the_keys(keys: FieldKeys) -> None:
    path = keys.folder / keys.current_id()
    assert path.stat().st_mode & 0o077 == 0
    assert keys.folder.stat().st_mode & 0o077 == 0
    assert len(path.read_bytes()) == 32


@given(text=st.text(max_size=200))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    keys = FieldKeys(tmp_path_factory.getbasetemp() / "any" / "field-keys")
    assert keys.decrypt(keys.encrypt(text, "any"), "any") == text
