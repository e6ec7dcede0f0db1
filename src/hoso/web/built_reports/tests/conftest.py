"""The communes that reported, and a browser of whoever looks: as in the tests of the Explorer."""

from hoso.web.explorer.tests.conftest import enter, places

__all__ = ["enter", "places"]
