"""Log lines: our own facts, and nothing of what a person asked for or what an exception says."""

import json
import logging
import sys
from typing import Any

import pytest

from hoso.core.messages.logs import JsonFormatter


def line(name: str, message: str, *arguments: object, **extra: Any) -> dict[str, Any]:
    record = logging.LogRecord(name, logging.WARNING, "x.py", 1, message, arguments, extra.pop("exc_info", None))
    record.__dict__.update(extra)
    told: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return told


def test_our_own_facts_are_told() -> None:
    assert line("hoso.engines.intake", "package %s was left open", 7)["event"] == "package 7 was left open"


@pytest.mark.parametrize("name", ["django.request", "hosoever", "procrastinate.worker"])
def test_what_others_fill_in_is_not(name: str) -> None:
    told = line(name, "%s: %s", "Not Found", "/people/079099123457", status_code=404)
    assert "0790" not in json.dumps(told)
    assert told["status"] == 404


def test_of_an_exception_only_its_kind_and_the_places_it_passed() -> None:
    try:
        raise ValueError("079099123457")
    except ValueError:
        told = line("hoso.web", "failed for %s", "079099123457", exc_info=sys.exc_info())
    assert "0790" not in json.dumps(told)
    assert told["exception"] == "ValueError"
    assert told["passed"][0].startswith("test_logs.py:")
