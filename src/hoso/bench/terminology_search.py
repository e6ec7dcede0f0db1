"""Finding a code while a doctor types: ICD-10 and services, by words without accents and by beginnings of codes.

Each question is asked as it grows, letter by letter, as the search box does. In this process, database included.
"""

import time
from datetime import date

from hoso.bench.bench_house import open_home, temporary_home
from hoso.bench.figure import Figure, Size
from hoso.bench.latencies import print_latencies, summary

DAY = date(2025, 1, 1)
SYSTEMS = ("icd10-vn", "dich-vu-ky-thuat")
QUESTIONS = (
    "tang huyet ap", "viem phoi", "dai thao duong", "sot xuat huyet", "gay xuong", "lao", "u ac", "I10", "e11", "dau bung",
    "hen", "thieu mau", "S72", "chan thuong so nao", "pneumonia", "fracture femur", "k29.1", "sieu am", "xet nghiem mau",
)  # fmt: skip
ROUNDS = {"small": 2, "full": 20}


def measure(size: Size) -> Figure:
    """p95 of a search, in milliseconds."""
    with temporary_home("terminology-search") as home:
        open_home(home)
        from hoso.core.terminology.queries import search

        times: dict[str, list[float]] = {system: [] for system in SYSTEMS}
        for _ in range(ROUNDS[size]):
            for system in SYSTEMS:
                for typed in _typed():
                    began = time.perf_counter()
                    search(system, typed, DAY)
                    times[system].append((time.perf_counter() - began) * 1000)
        print_latencies(times)
        told = summary([one for each in times.values() for one in each])
    return Figure("terminology-search", told["p95"], "ms", details=told)


def _typed() -> list[str]:
    return [question[:end] for question in QUESTIONS for end in range(2, len(question) + 1) if question[end - 1] != " "]
