"""XML5, the course of illness, to ClinicalImpression."""

from hoso.engines.intake.mapping.elements import EXTENSION, Element, first, practitioner, time
from hoso.engines.intake.mapping.visit import MappingVisit


def map_course(visit: MappingVisit) -> None:
    """File every entry of the course; all of it is free text, so nothing where that is withheld."""
    for line, key, values in visit.lines(5):
        when = first(values, "THOI_DIEM_DBLS", "NGAY_YL")
        parts = {
            "course-stage": values.get("GIAI_DOAN_BENH", ""),
            "course-consultation": values.get("HOI_CHAN", ""),
            "course-surgery": values.get("PHAU_THUAT", ""),
        }
        content: Element = {
            "status": "completed",
            "description": first(values, "DIEN_BIEN_LS", "DIEN_BIEN"),
            "subject": visit.subject(),
            "encounter": visit.encounter_reference(),
            "date": time(when),
            "assessor": practitioner(values.get("NGUOI_THUC_HIEN", "")),
            "extension": [{"url": EXTENSION + name, "valueString": text} for name, text in parts.items() if text],
        }
        visit.add("ClinicalImpression", 5, line, key, content, when)
