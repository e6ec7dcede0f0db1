"""A small CDA document about a person with a Vietnamese number, made up."""

SID = "https://hoso.vn/fhir/sid/"
URI_ROOT = "2.16.840.1.113883.4.873"


def small_document(personal_number: str, version: int = 1, sections: str = "", facility: str = "") -> bytes:
    """A document of one series for each number."""
    keeper = f'<id root="{URI_ROOT}" extension="{SID}ma-cskcb|{facility}"/>' if facility else '<id root="1.2.3.4"/>'
    return f"""<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<id root="1.2.3.4.5" extension="d{version}"/>
<code code="18842-5" codeSystem="2.16.840.1.113883.6.1" displayName="Discharge summary"/>
<title>Giấy ra viện</title><effectiveTime value="2025030{version}"/>
<setId root="1.2.3.4.5" extension="set"/><versionNumber value="{version}"/>
<recordTarget><patientRole><id root="{URI_ROOT}" extension="{SID}so-dinh-danh-ca-nhan|{personal_number}"/>
<patient><name>Trần Thị Mẫu</name><administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/></patient></patientRole></recordTarget>
<author><time value="20250301"/><assignedAuthor><id root="1.2.3.4" extension="bs"/><assignedPerson><name>Bác sĩ Thử</name></assignedPerson></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization>{keeper}<name>Bệnh viện Thử</name></representedCustodianOrganization></assignedCustodian></custodian>
<component><structuredBody>{sections}</structuredBody></component>
</ClinicalDocument>""".encode()


def problem(code: str, display: str, id_: str = "p1") -> str:
    """A section with one problem, coded by ICD-10."""
    return (
        '<component><section><code code="11450-4" codeSystem="2.16.840.1.113883.6.1"/><title>Chẩn đoán</title>'
        f"<text><paragraph>{display}</paragraph></text>"
        '<entry><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.4"/>'
        f'<id root="1.2.3.4.6" extension="{id_}"/><code code="55607006" codeSystem="2.16.840.1.113883.6.96"/>'
        f'<statusCode code="completed"/><value xsi:type="CD" code="{code}" codeSystem="2.16.840.1.113883.6.3" displayName="{display}"/>'
        "</observation></entry></section></component>"
    )
