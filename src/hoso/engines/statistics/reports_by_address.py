"""A report by the address it has on screen: form, unit, period."""

from typing import NamedTuple

from hoso.core.errors import HosoError
from hoso.core.periods.periods import Period, parse_period
from hoso.engines.statistics.forms import Form, forms
from hoso.engines.statistics.units import Unit, find_units, reach_for


class Address(NamedTuple):
    """Key of a form, uid of a unit, id of a period."""

    form: str
    unit: str
    period: str


def find_address(address: Address, permission: str) -> tuple[Form, Unit, Period]:
    """What it names, within the running transaction of the actor, as far as the permission reaches.

    Raises HosoError: HS7003 for a form or unit that is not there, HS7011 for a unit out of reach, HS7018 where the form
    does not take the period, HS1101.
    """
    form, unit, period = name_address(address)
    if not reach_for(permission).holds(unit.place_on(period.end), unit.facility_id):
        raise HosoError("HS7011", object=address.unit[:60])
    return form, unit, period


def name_address(address: Address) -> tuple[Form, Unit, Period]:
    """The same, whoever asks: what a report is about is no secret."""
    form, period = forms().get(address.form), parse_period(address.period)
    if form is None or not form.rows:
        raise HosoError("HS7003", thing="form", name=address.form[:60])
    if not form.takes(period):
        raise HosoError("HS7018", object=address.period)
    found = find_units("uid", [address.unit]).get(address.unit, [])
    unit = next((one for one in found if one.tier in form.tiers), None)
    if unit is None:
        raise HosoError("HS7003", thing="unit", name=address.unit[:60])
    return form, unit, period
