"""The code systems of the house: short name and canonical address, in one place.

ICD has the addresses HL7 gives it. Lists of the Ministry of Health have no published address: ours stand under
`https://hoso.vn/fhir/CodeSystem/`, and change here alone once the ministry publishes its own. The decision a code
comes from is the version, never part of the address.
"""

from dataclasses import dataclass

from hoso.core.errors import HosoError

OWN = "https://hoso.vn/fhir/CodeSystem/"


@dataclass(frozen=True, slots=True)
class CodeSystem:
    name: str
    url: str
    title_vi: str
    title_en: str


ICD10_VN = CodeSystem(
    "icd10-vn", "http://hl7.org/fhir/sid/icd-10", "ICD-10 (danh mục tiếng Việt)", "ICD-10, Vietnamese list"
)
ICD10_VN_BLOCKS = CodeSystem(
    "icd10-vn-blocks", OWN + "icd10-vn-blocks", "Chương và nhóm bệnh ICD-10", "Chapters and blocks of ICD-10"
)
SERVICES = CodeSystem(
    "dich-vu-ky-thuat", OWN + "dich-vu-ky-thuat", "Dịch vụ kỹ thuật khám bệnh, chữa bệnh", "Technical services"
)
ICD9_CM = CodeSystem(
    "icd9-cm", "http://hl7.org/fhir/sid/icd-9-cm", "ICD-9-CM tập 3 (phẫu thuật, thủ thuật)", "ICD-9-CM volume 3"
)
LABORATORY = CodeSystem("xet-nghiem", OWN + "xet-nghiem", "Mã chỉ số xét nghiệm", "Laboratory codes")
LOINC = CodeSystem("loinc", "http://loinc.org", "LOINC", "LOINC")  # referred to; its codes are not here

# The system whose codes the parents of another one's top codes are.
GROUPED_BY = {ICD10_VN.name: ICD10_VN_BLOCKS.name}


def code_list(name: str, title_vi: str = "", title_en: str = "") -> CodeSystem:
    """A list shared by the exchange tables; `MA_LOAI_KCB` and `ma-loai-kcb` are the same."""
    short = name.lower().replace("_", "-")
    return CodeSystem(short, OWN + short, title_vi, title_en)


def short_name(system: str) -> str:
    """The short name of a system given by short name or address. Raises HosoError HS6006 for a foreign address."""
    if not system.startswith(("http:", "https:", "urn:")):
        return system
    for known in (ICD10_VN, ICD10_VN_BLOCKS, SERVICES, ICD9_CM):
        if system == known.url:
            return known.name
    if system.startswith(OWN):
        return system.removeprefix(OWN)
    raise HosoError("HS6006", system=system)
