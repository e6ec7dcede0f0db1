"""The questions of experts reach ids and times, and nothing else."""

from pathlib import Path

import duckdb
import pytest

from hoso.engines.oversight.memory import TABLES, Memory


@pytest.fixture
def memory() -> Memory:
    memory = Memory()
    memory.load_rows(
        {"account": [{"id": 1, "role": "nurse"}], "event": [{"moment": "2026-03-02", "account": 1, "person": 2}]}
    )
    return memory


@pytest.mark.parametrize(
    "question",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY event TO '/tmp/out.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL postgres",
        "SET enable_external_access = true",
    ],
)
def test_no_question_leaves_the_memory(memory: Memory, question: str) -> None:
    with pytest.raises(duckdb.Error):
        memory.ask(question)


def test_it_holds_no_text_that_somebody_wrote_and_no_name() -> None:
    words = {column.split()[0] for columns in TABLES.values() for column in columns.split(", ")}
    assert not words & {"name", "full_name", "reason", "address_line", "phone", "note", "content"}


def test_the_files_of_a_working_life_fit(memory: Memory, tmp_path: Path) -> None:
    for name in TABLES:
        (tmp_path / f"{name}s.csv").write_text("account\n1\n" if name in ("fact", "shift", "event") else "id\n1\n")
    loaded = Memory()
    loaded.load_folder(tmp_path)
    assert loaded.ask("SELECT count(*) FROM event") == [(1,)]
