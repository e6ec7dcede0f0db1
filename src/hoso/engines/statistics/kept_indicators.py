"""Indicators that this house keeps beside the shipped ones, as they stand now; keeping_indicators.py keeps one."""

from collections.abc import Mapping

from django.db import connection

from hoso.engines.statistics.indicator_catalogue import Indicator, Keeping


def kept_indicators() -> Mapping[str, Indicator]:
    """By their id, in the order of the codes; those that are retired are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM (SELECT DISTINCT ON (i.code) i.code, i.title_vi, i.title_en, i.numerator, i.denominator, i.factor,"
            " i.version, coalesce(a.username, ''), i.at, i.retired FROM statistics_indicator i"
            " LEFT JOIN accounts_account a ON a.id = i.account_id ORDER BY i.code, i.version DESC) newest WHERE NOT retired"
        )
        rows = cursor.fetchall()
    found = [
        Indicator(
            code=code, group="local", title_vi=title_vi, title_en=title_en or title_vi, numerator_vi="", denominator_vi=None,
            factor=factor, evidence="local", targets=(), numerator=numerator, denominator=denominator,
            kept=Keeping(version, who, at),
        )
        for code, title_vi, title_en, numerator, denominator, factor, version, who, at, _ in rows
    ]  # fmt: skip
    return {one.uid: one for one in found}
