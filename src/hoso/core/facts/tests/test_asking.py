"""Questions over the socket: answered, failed, nobody there, many at once, a path that is too long."""

import threading
from pathlib import Path
from typing import Any

import pytest

from hoso.core.facts.asking import ask_holder
from hoso.core.facts.messages import socket_path
from hoso.core.facts.serving import Serving


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    return {"half": [10 // question["by"]] * question.get("times", 1)}


@pytest.mark.parametrize("depth", [0, 3])
def test_questions_and_answers(tmp_path: Path, depth: int) -> None:
    folder = tmp_path.joinpath(*["a-folder-of-a-rather-long-name"] * depth)
    folder.mkdir(parents=True, exist_ok=True)
    assert len(str(socket_path(folder))) < 107
    assert ask_holder(folder, {"by": 2}) is None  # nobody there
    serving = Serving(folder, _answer)
    serving.start()
    try:
        assert ask_holder(folder, {"by": 2}) == {"half": [5]}
        assert ask_holder(folder, {"by": 0}) is None  # it failed there
        assert ask_holder(folder, {"by": 2, "times": 500_000}) == {"half": [5] * 500_000}
        found: list[Any] = []
        threads = [threading.Thread(target=lambda: found.append(ask_holder(folder, {"by": 2}))) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [{"half": [5]}] * 40
        assert socket_path(folder).stat().st_mode & 0o077 == 0
    finally:
        serving.stop()
    assert ask_holder(folder, {"by": 2}) is None
    socket_path(folder).touch()  # what a holder that was killed left
    assert ask_holder(folder, {"by": 2}) is None
