"""TEMPORARY placeholder: the real catalogue replaces this file."""


class HosoError(Exception):
    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params

    def as_dict(self) -> dict[str, object]:
        return {"code": self.code, **self.params}
