"""Plain ways of alerting that sensors are compared with, at the same number of alerts: each shows a day of an account."""

from datetime import date
from random import Random

from hoso.bench.oversight_judging import Alert
from hoso.engines.oversight.memory import Memory

# What an account did on a day, in numbers that need no explanation.
_FEATURES = """
    CREATE OR REPLACE TEMP TABLE unusual AS
    WITH days AS (
        SELECT e.account, e.moment::DATE AS day, count(*)::DOUBLE AS acts, count(DISTINCT e.person)::DOUBLE AS persons,
               count(DISTINCT e.address)::DOUBLE AS addresses, sum(e.found)::DOUBLE AS rows_shown,
               (count(*) FILTER (e.outcome <> 'done'))::DOUBLE AS refused, (count(*) FILTER (e.sensitive))::DOUBLE AS sensitive,
               (count(*) FILTER (e.break_glass))::DOUBLE AS glass, (count(*) FILTER (hour(e.moment) NOT BETWEEN 6 AND 21))::DOUBLE AS nights,
               (count(*) FILTER (e.action IN ('export', 'print')))::DOUBLE AS taken, (count(*) FILTER (e.action = 'search'))::DOUBLE AS searches,
               (count(*) FILTER (p.commune <> c.commune))::DOUBLE AS far, (count(*) FILTER (p.died < e.moment))::DOUBLE AS dead
        FROM event e JOIN account c ON c.id = e.account LEFT JOIN person p ON p.id = e.person GROUP BY ALL),
    values_of AS (UNPIVOT days ON COLUMNS(* EXCLUDE (account, day)) INTO NAME feature VALUE amount),
    tails AS (
        SELECT account, day, feature, -ln(cume_dist() OVER (PARTITION BY feature ORDER BY amount)) AS low,
               -ln(cume_dist() OVER (PARTITION BY feature ORDER BY amount DESC)) AS high FROM values_of),
    skewed AS (SELECT feature, skewness(amount) < 0 AS to_the_left FROM values_of GROUP BY feature)
    SELECT account, day, greatest(sum(low), sum(high), sum(CASE WHEN to_the_left THEN low ELSE high END)) AS score
    FROM tails JOIN skewed USING (feature) GROUP BY account, day
"""


def volume_alone(memory: Memory, count: int) -> list[Alert]:
    """The days on which an account opened the most persons against its own usual day."""
    rows = memory.ask(
        """
        WITH days AS (SELECT account, moment::DATE AS day, count(DISTINCT person) AS persons, list(id) AS ids
                      FROM access GROUP BY ALL),
        usual AS (SELECT account, median(persons) AS persons FROM days GROUP BY account)
        SELECT day, account, ids FROM days JOIN usual USING (account)
        ORDER BY days.persons / greatest(usual.persons, 1) DESC, day, account LIMIT $count
        """,
        {"count": count},
    )
    return [Alert(day, account, frozenset(ids)) for day, account, ids in rows]


def random_days(memory: Memory, seed: int, count: int) -> list[Alert]:
    rows = memory.ask("SELECT moment::DATE AS day, account, list(id) FROM event GROUP BY ALL ORDER BY day, account")
    return [Alert(day, account, frozenset(ids)) for day, account, ids in Random(seed).sample(rows, count)]


def ecod(memory: Memory, count: int) -> list[Alert]:
    """The days that are most unusual by ECOD (Li et al. 2022): of each feature how far out in its tail a day is, all tails added
    up as if features were independent; no training and no parameter."""
    memory.ask(_FEATURES)
    rows = memory.ask(
        """
        SELECT u.day, u.account, list(e.id) FROM (FROM unusual ORDER BY score DESC, day, account LIMIT $count) u
        JOIN event e ON e.account = u.account AND e.moment::DATE = u.day GROUP BY ALL ORDER BY any_value(u.score) DESC
        """,
        {"count": count},
    )
    return [Alert(day, account, frozenset(ids)) for day, account, ids in rows]


def unusual_days(memory: Memory, share: float) -> set[tuple[int, date]]:
    """Account and day of the most unusual share of all days by ECOD."""
    memory.ask(_FEATURES)
    rows = memory.ask(
        "FROM (SELECT account, day, percent_rank() OVER (ORDER BY score DESC) AS rank FROM unusual) WHERE rank <= $share",
        {"share": share},
    )
    return {(account, day) for account, day, _ in rows}
