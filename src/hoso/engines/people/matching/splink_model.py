"""The one file that knows Splink (https://moj-analytical-services.github.io/splink/): estimating the model, and comparing all.

Splink works on a DuckDB connection of its own; the Spark back end takes the same settings.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from hoso.engines.people.matching.comparisons import COMPARISONS, Comparison
from hoso.engines.people.matching.model import Model

logging.getLogger("splink").setLevel(logging.ERROR)
COLUMNS = {
    "unique_id": "BIGINT", "name": "VARCHAR", "birth_year": "INTEGER", "birth_month": "INTEGER", "birth_day": "INTEGER",
    "sex": "INTEGER", "phone": "VARCHAR", "commune": "BIGINT", "household": "VARCHAR", "insurance_number": "VARCHAR",
    "personal_number": "VARCHAR",
}  # fmt: skip
# Who is worth comparing; the online candidates follow the same.
BLOCKS = (
    ("personal_number",), ("insurance_number",), ("words", "birth_year"), ("phone", "birth_year"), ("household", "birth_year"),
    ("birth_year", "birth_month", "birth_day", "commune"),
)  # fmt: skip
Pair = tuple[int, int, float]  # persons and the probability that they are one


@contextmanager
def everybody(path: Path, memory: str = "4GB") -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory with the table `person`, read from lines of tab-separated values in the order of COLUMNS; what does
    not fit into `memory` goes to the folder of the file."""
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
    with duckdb.connect(config={"memory_limit": memory, "temp_directory": str(path.parent / "duckdb")}) as connection:
        connection.execute(
            f"""
            CREATE TABLE person AS
            SELECT * REPLACE (nullif(phone, '') AS phone, nullif(household, '') AS household,
                              nullif(insurance_number, '') AS insurance_number, nullif(personal_number, '') AS personal_number),
                   array_to_string(list_sort(string_split(name, ' ')), ' ') AS words
            FROM read_csv('{path}', delim='\t', header=false, quote='', escape='', columns={{{columns}}})
            """
        )
        yield connection


def estimate(connection: duckdb.DuckDBPyConnection, seed: int) -> dict[str, Any]:
    """The probabilities of each level among pairs of one human (m) and of two (u), from the table `person` alone.

    Splink is told who anybody is by nobody: u from random pairs, m by expectation maximisation within two blocks.
    """
    linker = _linker(connection, None)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=seed)
    for block in (("words", "birth_year"), ("insurance_number",), ("personal_number",)):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*block))
    settings: dict[str, Any] = linker.misc.save_model_to_json()
    return {
        one["output_column_name"]: {
            level["label_for_charts"]: [level.get("m_probability"), level.get("u_probability")]
            for level in one["comparison_levels"]
            if not level.get("is_null_level")
        }
        for one in settings["comparisons"]
    }


def likely_pairs(connection: duckdb.DuckDBPyConnection, model: Model) -> Iterator[Pair]:
    """Every pair of the table `person` whose probability reaches the lower threshold."""
    predicted = _linker(connection, model).inference.predict(threshold_match_probability=model.lower)
    found = connection.execute(
        f"SELECT unique_id_l, unique_id_r, match_probability FROM {predicted.physical_name} ORDER BY 3 DESC, 1, 2"
    )
    while rows := found.fetchmany(10_000):
        yield from rows


def _linker(connection: duckdb.DuckDBPyConnection, model: Model | None) -> Linker:
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_comparison(one, model) for one in COMPARISONS],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in BLOCKS],
        probability_two_random_records_match=model.prior if model else 1e-6,
        retain_matching_columns=False,
    )
    return Linker(DuckDBAPI(connection).register("person"), settings, log_level=logging.ERROR)


def _comparison(one: Comparison, model: Model | None) -> Any:
    steps: list[Any] = [levels.CustomLevel(one.unknown.sql, "unknown").configure(is_null_level=True)]
    steps += [_weighted(levels.CustomLevel(level.sql, level.key), one.field, level.key, model) for level in one.levels]
    steps.append(_weighted(levels.CustomLevel("ELSE", "different"), one.field, "different", model))
    return comparisons.CustomComparison(output_column_name=one.field, comparison_levels=steps)


def _weighted(level: Any, field: str, key: str, model: Model | None) -> Any:
    if model is None:
        return level
    m, u = model.weights[field][key]
    return level.configure(m_probability=m, u_probability=u)
