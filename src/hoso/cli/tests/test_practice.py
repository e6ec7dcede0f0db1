"""The house for training: apart from the real one, marked on each page, put back as it was made."""

import os
from pathlib import Path

import pytest
from django.test import Client, override_settings

from hoso.cli.practice import FRESH, PRACTICE, TRAINING, environment_of, keep_as_fresh, put_back
from hoso.core.errors import HosoError


@pytest.fixture
def above(tmp_path: Path) -> Path:
    """A data folder with a real file in it, and a practice house of which a copy was kept."""
    (tmp_path / "originals").mkdir()
    (tmp_path / "originals" / "real").write_text("real")
    home = tmp_path / PRACTICE
    (home / "database").mkdir(parents=True, mode=0o700)
    (home / "database" / "figures").write_text("as made")
    (home / TRAINING).touch()
    keep_as_fresh(tmp_path)
    return tmp_path


def test_what_trainees_did_is_gone_and_the_real_data_untouched(above: Path) -> None:
    for _ in range(2):
        (above / PRACTICE / "database" / "figures").write_text("changed by a trainee")
        (above / PRACTICE / "new").write_text("x")
        put_back(above)
        assert (above / PRACTICE / "database" / "figures").read_text() == "as made"
        assert (above / PRACTICE / "database").stat().st_mode & 0o777 == 0o700
        assert (above / PRACTICE / TRAINING).exists() and not (above / PRACTICE / "new").exists()
    assert sorted(path.name for path in above.iterdir()) == ["originals", PRACTICE, FRESH]
    assert (above / "originals" / "real").read_text() == "real"


def test_it_is_not_put_back_while_it_runs_or_before_it_was_made(
    above: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    users = above / PRACTICE / "database-users"
    users.mkdir()
    (users / str(os.getpid())).touch()
    (above / PRACTICE / "database" / "figures").write_text("in use")
    for folder in (above, tmp_path_factory.mktemp("empty")):
        with pytest.raises(HosoError) as error:
            put_back(folder)
        assert error.value.code == "HS5547"
    assert (above / PRACTICE / "database" / "figures").read_text() == "in use"
    (users / str(os.getpid())).unlink()
    put_back(above)


def test_a_process_within_knows_nothing_of_the_real_house(above: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("DATABASE_URL", "postgresql://of-the-ministry"),
        ("HOSO_SECRET_KEY_FILE", "/of-the-ministry"),
        ("HOSO_LANGUAGE", "en"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOSO_HOME", "/of-the-ministry")
    told = environment_of(above / PRACTICE)
    assert not [name for name, value in told.items() if "of-the-ministry" in value]
    assert (told["HOSO_HOME"], told["HOSO_LANGUAGE"]) == (str(above / PRACTICE), "en")


@pytest.mark.django_db
def test_every_page_of_it_says_so(client: Client) -> None:
    assert "TẬP HUẤN / TRAINING" not in client.get("/sign-in/").content.decode()
    with override_settings(HOSO_IS_TRAINING=True):
        assert "TẬP HUẤN / TRAINING" in client.get("/sign-in/").content.decode()
        assert "TẬP HUẤN / TRAINING" in client.get("/no-such-page/").content.decode()
