"""Whom the simulated VNeID knows. Nobody real: no province has the code 000, so no personal number begins with it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SimulatedPerson:
    """`subject` is what the provider calls them; `level` the level of their electronic identity, 1 or 2."""

    subject: str
    name: str
    personal_number: str
    level: int = 2


DOCTOR = SimulatedPerson("mo-phong-1", "Nguyễn Minh Anh (mô phỏng)", "000190000011")
WITHOUT_ACCOUNT = SimulatedPerson("mo-phong-2", "Lý Thị Không Có (mô phỏng)", "000190000022")
ADMINISTRATOR = SimulatedPerson("mo-phong-3", "Võ Văn Hùng (mô phỏng)", "000080000033")
LEVEL_ONE = SimulatedPerson("mo-phong-4", "Trần Thu Hà (mô phỏng)", "000190000044", level=1)
PEOPLE = (DOCTOR, WITHOUT_ACCOUNT, ADMINISTRATOR, LEVEL_ONE)
