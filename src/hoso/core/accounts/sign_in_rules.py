"""The rules of signing in as they ship: `definitions/access/sign_in.yaml`."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from hoso.core.definitions import definitions_folder, read_definition


@dataclass(frozen=True)
class SignInRules:
    """Every number that decides about a sign-in; durations with their unit."""

    password_least_with_second_factor: int
    password_least_alone: int
    password_classes_alone: int
    passwords_remembered: int
    administrator_password_age: timedelta
    wrong_tries: int
    lock: timedelta
    address_tries: int
    address_span: timedelta
    idle: dict[str, timedelta]  # by kind of account
    longest_session: timedelta
    unused: timedelta
    review_months: int
    invitation: timedelta


@cache
def sign_in_rules() -> SignInRules:
    """Raises DefinitionError where the file is missing or breaks its schema."""
    folder = definitions_folder() / "access"
    content = read_definition(folder / "sign_in.yaml", folder / "schema" / "sign_in.json")
    password, tries, session = content["password"], content["wrong_tries"], content["session"]
    return SignInRules(
        password_least_with_second_factor=password["least_with_second_factor"],
        password_least_alone=password["least_alone"],
        password_classes_alone=password["classes_alone"],
        passwords_remembered=password["remembered"],
        administrator_password_age=timedelta(days=password["administrator_days"]),
        wrong_tries=tries["most"],
        lock=timedelta(minutes=tries["lock_minutes"]),
        address_tries=tries["address_most"],
        address_span=timedelta(minutes=tries["address_minutes"]),
        idle={kind: timedelta(minutes=minutes) for kind, minutes in session["idle_minutes"].items()},
        longest_session=timedelta(hours=session["longest_hours"]),
        unused=timedelta(days=content["unused_days"]),
        review_months=content["review_months"],
        invitation=timedelta(days=content["invitation_days"]),
    )
