"""Fuzz the reader of packages: `python -m tests.hostile.fuzz --seconds 600` (or `make fuzz-intake`).

Whatever the bytes, a package is read to visits or refused with a coded error; a visit is prepared or carries findings; and no
input takes long. With atheris installed its engine, guided by coverage, drives; without it packages are changed by chance.
"""

import argparse
import io
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from random import Random

from hoso.core.errors import HosoError
from hoso.engines.intake.archives import read_package
from hoso.engines.intake.preparing import prepare
from tests.hostile.corpus import WHOLE, claim, corpus, part, zipped

MOST_BYTES = 200_000  # of a seed
MOST_SECONDS = 20.0  # for one input
UNFORESEEN = "HS9001"
TOKENS = (
    b"<", b">", b"</", b"/>", b"<!DOCTYPE x [", b"]>", b"<!ENTITY a 'b'>", b"&a;", b"&#0;", b"&#xD800;", b"<![CDATA[", b"]]>",
    b"<HOSO>", b"</HOSO>", b"<FILEHOSO>", b"<LOAIHOSO>XML1</LOAIHOSO>", b"<NOIDUNGFILE>", b"XML", b"\x00", b"\xff\xfe",
    b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc0\xaf", b"xmlns:a='b'", b"encoding='utf-16'", b"PK\x03\x04", b"PK\x01\x02", b"=", b"9" * 50,
)  # fmt: skip


class Unforeseen(Exception):
    """The reader met something nobody thought of."""


def read_whole(content: bytes) -> int:
    """What the intake does with bytes before the database. Raises Unforeseen; returns the number of visits."""
    visits = 0
    try:
        for raw in read_package(io.BytesIO(content), "fuzz"):
            visits += 1
            prepared = prepare(raw, None)
            if any(finding.code == UNFORESEEN for finding in prepared.findings):
                raise Unforeseen
    except HosoError as error:
        error.as_dict()
    return visits


def seeds() -> list[bytes]:
    """The hostile corpus, and the inner tables by themselves so that they are reached without base64."""
    small = [content for hostile in corpus() if len(content := hostile.make()) <= MOST_BYTES]
    return [WHOLE, part(claim().tables[1].xml().decode(), encode=False), zipped(("x.xml", WHOLE)), *small]


def mutate(random: Random, content: bytes, others: list[bytes]) -> bytes:
    """A few changes by chance: bytes, tokens, cuts, doubles, pieces of another seed."""
    changed = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 4, 16))):
        at = random.randrange(len(changed) + 1)
        size = random.choice((1, 2, 8, 64, 1024))
        way = random.randrange(6)
        if way == 0 and changed:
            changed[at % len(changed)] = random.randrange(256)
        elif way == 1:
            changed[at:at] = random.choice(TOKENS)
        elif way == 2:
            del changed[at : at + size]
        elif way == 3:
            changed[at:at] = changed[at : at + size] * random.choice((1, 2, 50))
        elif way == 4:
            other = random.choice(others)
            start = random.randrange(len(other) + 1)
            changed[at : at + size] = other[start : start + size]
        else:
            changed[at : at + 1] = random.randbytes(size)
    return bytes(changed[: 2 * MOST_BYTES])


def fuzz_by_chance(seconds: float, seed: int, tell: Callable[[str], None] = print, at_least: int = 0) -> int:
    """Read changed packages for so long, and on to `at_least`; returns how many. Raises Unforeseen, with the input
    kept beside."""
    known = seeds()
    random, started, count = Random(seed), time.monotonic(), 0
    while time.monotonic() - started < seconds or count < at_least:
        content = mutate(random, random.choice(known), known)
        began = time.monotonic()
        try:
            read_whole(content)
        except Exception as error:
            path = Path(f"fuzz-finding-{seed}-{count}.bin")
            path.write_bytes(content)
            tell(traceback.format_exc())
            raise Unforeseen(f"input kept in {path}") from error
        took = time.monotonic() - began
        if took > MOST_SECONDS:
            raise Unforeseen(f"{len(content)} bytes took {took:.0f} s")
        count += 1
    tell(f"{count} inputs in {time.monotonic() - started:.0f} s, seed {seed}: no finding")
    return count


def fuzz_guided(seconds: float, seed: int) -> None:
    """The same by atheris."""
    atheris = import_module("atheris")

    folder = Path("var") / "fuzz-intake"
    folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(seeds()):
        (folder / f"seed-{number:03}").write_bytes(content)
    atheris.instrument_all()

    def one_input(content: bytes) -> None:
        read_whole(content)

    options = [
        f"-max_total_time={int(seconds)}",
        f"-seed={seed}",
        "-rss_limit_mb=2000",
        f"-timeout={int(MOST_SECONDS)}",
    ]
    atheris.Setup([sys.argv[0], *options, f"-max_len={2 * MOST_BYTES}", str(folder)], one_input)
    atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--by-chance", action="store_true", help="leave atheris aside")
    given = parser.parse_args()
    if not given.by_chance:
        try:
            fuzz_guided(given.seconds, given.seed)
            return
        except ImportError:
            print("atheris is not installed: changes by chance")
    fuzz_by_chance(given.seconds, given.seed)


if __name__ == "__main__":
    main()
