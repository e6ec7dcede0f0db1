"""Resources that are views of something else in the house: they are read like any other, and nobody writes them by FHIR."""

from hoso.core.errors import HosoError

REGISTER = "register-"  # of practitioners (engines/intake/practitioners): what follows is the row
_VIEWS = {"Practitioner": ("account-", REGISTER), "PractitionerRole": (REGISTER,)}


def refuse_view(type_name: str, id_: str) -> None:
    """Raises HosoError HS6216 for an id that a view has or could have."""
    if any(id_.startswith(one) and id_.removeprefix(one).isdigit() for one in _VIEWS.get(type_name, ())):
        raise HosoError("HS6216", resource=f"{type_name}/{id_}")
