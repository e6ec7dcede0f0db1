"""The database a module fills once, as for the conformance tests."""

from tests.conformance import conftest as conformance

filled = conformance.filled
