"""The figures that `hoso bench analytics` asks: synthetic facilities, months and elements of different density.

The facts go straight into segments, made by DuckDB: nobody types a hundred million values. One element is put into the store
of values too, so that the cube's answers of it are compared with the database's, and their times.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

FACILITIES, FIRST, MONTHS = 11_000, (2021, 11), 60
FACTS = {"small": 5_000_000, "full": 100_000_000}
ELEMENTS = {"small": 40, "full": 400}
COMPARED = 0  # the element that lies in both: the sparsest


@dataclass(frozen=True)
class Data:
    """Numbers of what may be asked."""

    elements: list[int]
    months: list[str]
    default: int


def seed(size: str) -> Data:
    """Facilities, elements and months into the opened house, facts into its cube."""
    import psycopg

    from hoso.bench.bench_house import administrator_url

    months = [f"{year}{month:02}" for year, month in _months()]
    with psycopg.connect(administrator_url(), autocommit=True) as admin:
        _facilities(admin)
        elements = [_element(admin, number, size) for number in range(ELEMENTS[size])]
        periods = [_period(admin, iso) for iso in months]
        default = _one(admin, "SELECT id FROM statistics_split WHERE code = 'default'")
    data = Data(elements, months, default)
    _facts(data, periods, size)
    return data


def _months() -> list[tuple[int, int]]:
    year, month = FIRST
    return [(year + (month - 1 + number) // 12, (month - 1 + number) % 12 + 1) for number in range(MONTHS)]


def _one(admin: Any, query: str, *values: Any) -> int:
    return int(admin.execute(query, values).fetchone()[0])


def _facilities(admin: Any) -> None:
    """Spread over the communes of today."""
    admin.execute(
        """
        INSERT INTO places_facility (code, name, folded_name, kind, confirmed, origin)
        SELECT 'B' || n, 'Cơ sở thử ' || n, 'co so thu ' || n, 'station', true, 'local' FROM generate_series(1, %s) n
        """,
        [FACILITIES],
    )
    admin.execute(
        """
        WITH place AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS total FROM places_place
                       WHERE level = 3 AND valid_to IS NULL)
        INSERT INTO places_facility_link (facility_id, place_id)
        SELECT f.id, p.id FROM places_facility f JOIN place p ON p.n = substr(f.code, 2)::int % p.total
        WHERE f.code LIKE 'B%'
        """
    )


def _element(admin: Any, number: int, size: str) -> int:
    way = ("sum", "sum", "sum", "last", "average")[number % 5]
    return _one(
        admin,
        "INSERT INTO statistics_element (uid, code, name, value_type, aggregation, combo_id, origin)"
        " SELECT statistics_uid(%s), %s, %s, 'NUMBER', %s, id, 'local' FROM statistics_combo WHERE code = 'default' RETURNING id",
        f"bench:{number}", f"BENCH_{number}", f"Chỉ tiêu thử {number}", way,
    )  # fmt: skip


def _period(admin: Any, iso: str) -> int:
    from hoso.core.periods.periods import parse_period

    one = parse_period(iso)
    admin.execute(
        "INSERT INTO statistics_period (iso, kind, start_day, end_day) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [one.id, one.type.value, one.start, one.end],
    )
    return _one(admin, "SELECT id FROM statistics_period WHERE iso = %s", iso)


def density(number: int, size: str) -> float:
    """Which share of facilities and months reports an element: most are sparse, the mean gives the stated facts."""
    mean = FACTS[size] / (ELEMENTS[size] * FACILITIES * MONTHS)
    return min(1.0, mean * (0.1 + 1.8 * number / (ELEMENTS[size] - 1)))


def _facts(data: Data, periods: list[int], size: str) -> None:
    import duckdb
    from django.conf import settings
    from django.db import connection

    from hoso.core.facts.building import Building
    from hoso.core.facts.store import Store
    from hoso.engines.statistics.cube.facts import SHAPE, facts_folder

    with connection.cursor() as cursor:
        # Until the reform of 2025-07-01 each reported from a commune of before, where today's came from some.
        cursor.execute(
            "SELECT -f.id, l.place_id, coalesce((SELECT min(s.old_id) FROM places_succession s WHERE s.new_id = l.place_id),"
            " l.place_id) FROM places_facility f JOIN places_facility_link l ON l.facility_id = f.id WHERE f.code LIKE 'B%'"
        )
        lay = cursor.fetchall()
    store = Store(facts_folder(Path(settings.HOSO_HOME)), SHAPE)
    building = Building(store)
    building.begin((0, 0), "")
    path = building.folder / "coming.csv"
    with duckdb.connect(":memory:", config={"threads": 2}) as made:
        made.execute("SELECT setseed(0.25)")
        made.execute(
            "CREATE TABLE unit AS SELECT unnest($u::BIGINT[]) AS unit, unnest($p::BIGINT[]) AS place,"
            " unnest($b::BIGINT[]) AS before",
            {"u": [row[0] for row in lay], "p": [row[1] for row in lay], "b": [row[2] for row in lay]},
        )
        made.execute(
            "CREATE TABLE month AS SELECT unnest($m::INTEGER[]) AS period, unnest($r::BOOLEAN[]) AS reformed",
            {"m": periods, "r": [iso >= "202507" for iso in data.months]},
        )
        for number, element in enumerate(data.elements):
            scale = 2 if number % 10 == 9 else 0
            made.execute(
                f"COPY (SELECT {element}, period, CASE WHEN reformed THEN place ELSE before END, unit, {data.default}, {data.default},"
                f" (random() * {50 * 10**scale})::BIGINT * 10 + 1, {scale} FROM unit CROSS JOIN month"
                f" WHERE random() < {density(number, size)}) TO '{path}' (FORMAT csv, HEADER false)"
            )
            building.add([element], path, {})
    building.finish()
    store.close()


def copy_compared(data: Data) -> int:
    """The compared element's facts into the store of values as well; gives how many."""
    import duckdb
    import psycopg
    from django.conf import settings

    from hoso.bench.bench_house import administrator_url
    from hoso.engines.statistics.cube.facts import facts_folder

    folder, path = facts_folder(Path(settings.HOSO_HOME)), Path(settings.HOSO_HOME) / "compared.csv"
    with duckdb.connect(":memory:") as read:
        read.execute(
            f"COPY (SELECT unit, period, element, split, attribute, place, -unit, mantissa FROM"
            f" read_parquet('{folder}/*.parquet') WHERE element = {data.elements[COMPARED]}) TO '{path}' (HEADER false)"
        )
    with psycopg.connect(administrator_url()) as admin:
        account = _one(admin, "SELECT min(id) FROM accounts_account")
        act = _one(
            admin,
            "INSERT INTO statistics_act (account_id, actor, kind) VALUES (%s, 'bench', 'import') RETURNING id",
            account,
        )
        admin.execute(
            "CREATE TEMPORARY TABLE coming (u bigint, p int, e int, s int, a int, l bigint, f bigint, n numeric)"
        )
        with path.open("rb") as rows, admin.cursor().copy("COPY coming FROM STDIN (FORMAT csv)") as copy:
            copy.write(rows.read())
        done = admin.execute(
            "INSERT INTO statistics_value (unit_id, period_id, element_id, split_id, attribute_id, place_id, facility_id,"
            " number, act_id, first_act_id) SELECT u, p, e, s, a, l, f, n, %s, %s FROM coming",
            [act, act],
        )
    path.unlink()
    return done.rowcount
