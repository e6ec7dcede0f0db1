from __future__ import annotations

import hashlib
from pathlib import Path

from hoso.demo.province import ProvinceSettings, generate_packages, generate_province


def _digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_settings_give_the_same_bytes(tmp_path: Path) -> None:
    settings = ProvinceSettings(persons=220, years=2, seed=7)
    generate_province(settings, tmp_path / "one")
    generate_province(settings, tmp_path / "two")
    first = _digest(tmp_path / "one")
    assert first == _digest(tmp_path / "two")
    assert len(first) > 100


def test_another_seed_gives_other_people() -> None:
    one, two = (next(generate_packages(ProvinceSettings(persons=40, years=1, seed=seed))).content for seed in (1, 2))
    assert one != two


def test_streaming_gives_what_is_written(tmp_path: Path) -> None:
    settings = ProvinceSettings(persons=60, years=1)
    generate_province(settings, tmp_path)
    for package in generate_packages(settings):
        assert (tmp_path / "packages" / package.version / package.file_name).read_bytes() == package.content
