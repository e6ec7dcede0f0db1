from hoso.engines.oversight.outside.tests.outside_system import outside

__all__ = ["outside"]
