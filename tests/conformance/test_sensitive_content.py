"""What must stay out of the record stays out, is counted, and leaves no trace in any table but the sealed original."""

import json
from typing import Any

import pytest

from hoso.core.access.labels import mask_of
from hoso.core.files.originals import open_original
from tests.claim_packages import Claim, package, sample_3176, sample_4210
from tests.intaking import Asker, Intake, as_service, asker, one, person_of, resources, rows

HIV_TABLE = (
    "CHI_TIEU_HO_SO_BENH_AN_CHAM_SOC_VA_DIEU_TRI_HIV_AIDS", "DSACH_HO_SO_BENH_AN_CHAM_SOC_VA_DIEU_TRI_HIV_AIDS",
    "HO_SO_BENH_AN_CHAM_SOC_VA_DIEU_TRI_HIV_AIDS",
)  # fmt: skip
# Words of the withheld content; none of them is a tag or a word of our own.
SECRETS = ("B20", "ARV", "nhiễm HIV", "Dolutegravir", "SECRET", "1.500.777", "1500777")


def _main() -> Claim:
    """A stay whose main diagnosis is HIV disease, with texts that name it."""
    return _worded(sample_3176()).with_(MA_BENH_CHINH="B20", MA_BENH_KT="J18.9", T_TONGCHI_BV="1500777.00")


def _secondary() -> Claim:
    """A stay for pneumonia with HIV beside it; the second drug is an antiretroviral."""
    claim = _worded(sample_3176()).with_(MA_BENH_KT="I10;B20")
    return claim.changed(2, 2, TEN_THUOC="Dolutegravir 50mg", MA_THUOC="40.SECRET", CACH_DUNG="Uống ARV mỗi tối")


def _worded(claim: Claim) -> Claim:
    other = claim.with_(CHAN_DOAN_RV="Bệnh SECRET: nhiễm HIV", LY_DO_VV="Khám ARV", PP_DIEU_TRI="ARV bậc một")
    for table in (5, 7, 8, 14):
        for row in other.tables[table].rows:
            for name in ("DIEN_BIEN_LS", "CHAN_DOAN_RV", "PP_DIEUTRI", "QT_BENHLY", "GHI_CHU"):
                if name in row:
                    row[name] = "nhiễm HIV SECRET"
    return other


def treating(ma_lk: str) -> Asker:
    """A doctor of the visit's treating team, while it lasts."""
    doctor = asker(facility="01000")
    with as_service() as cursor:
        cursor.execute(
            "INSERT INTO access_care_team (person_id, source_person_id, encounter, account_id, kind, added_by)"
            " SELECT v.person_id, v.person_id, v.encounter, %s, 'team', access_actor() FROM intake_visit v"
            " WHERE v.ma_lk = %s LIMIT 1",
            [doctor.actor.account_id, ma_lk],
        )
    return doctor


def _scan(secrets: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """(table, column, secret) for every text or bytes of the tables that others read."""
    tables = [
        "records_resource", "records_resource_version", "records_location", "people_person", "people_identifier",
        "people_conflict", "changes_change", "audit_event", "access_care_relation",
    ]  # fmt: skip
    found = []
    for table in tables:
        columns = rows(
            "SELECT attname, atttypid::regtype::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped AND atttypid::regtype::text IN ('text', 'bytea', 'jsonb', 'character varying')",
            table,
        )
        for column, kind in columns:
            text = f"convert_from({column}, 'UTF8')" if column == "body" else f"{column}::text"
            for secret in secrets:
                if table == "audit_event":
                    count = _audit_hits(text, secret)
                else:
                    count = one(f"SELECT count(*) FROM {table} WHERE strpos({text}, %s) > 0", secret)
                if count:
                    found.append((table, column, secret))
            assert kind
    return found


def _audit_hits(text: str, secret: str) -> int:
    return sum(secret in str(row[0]) for row in rows(f"SELECT {text} FROM audit_event"))


def test_the_scan_sees_a_word_that_is_there(intake: Intake) -> None:
    intake.file(sample_3176().with_(GHI_CHU="SECRET"))
    assert _scan(("SECRET",)) == [("records_resource", "body", "SECRET")]


@pytest.mark.parametrize("claim", [_main(), _secondary()], ids=["main", "secondary"])
def test_no_word_of_it_is_in_any_table_of_the_record(claim: Claim, intake: Intake) -> None:
    account = intake.file(claim)
    assert account.filed == 1 and account.lines_withheld > 0
    assert _scan(SECRETS) == []


def test_a_visit_for_hiv_leaves_a_bare_encounter_and_counts_every_line(intake: Intake) -> None:
    claim = _main()
    account = intake.file(claim)
    assert (account.lines_in, account.lines_withheld, account.lines_filed) == (len(claim.lines()),) * 2 + (0,)
    found = rows("SELECT body FROM records_resource WHERE encounter IS NOT NULL")
    (body,) = [json.loads(bytes(row[0])) for row in found]
    assert {name for name in body} == {"resourceType", "status", "class", "subject", "period", "extension"}
    assert body["period"] == {"start": "2025-03-10"}
    person, doctor = person_of(claim.ma_lk), asker(facility="01000")
    assert doctor.person(person) is None and doctor.names("mau tran thi") == []
    (visit,) = treating(claim.ma_lk).timeline(person).visits
    assert (visit.withheld, visit.facility_name, visit.diagnoses, visit.total_cost) == (True, "", (), None)


def test_hiv_beside_another_illness_withholds_texts_and_the_drug_but_not_the_rest(intake: Intake) -> None:
    claim = _secondary()
    account = intake.file(claim)
    aside = set(rows("SELECT table_no, line, why FROM intake_line_aside"))
    texts = {(table, line, "withheld") for table, line in claim.lines() if table in (5, 7, 8, 14)}
    assert aside == texts | {(2, 2, "withheld")}
    assert account.lines_filed == account.lines_in - len(aside)
    doctor = asker(facility="01000")
    person = person_of(claim.ma_lk)
    (summary,) = doctor.timeline(person).visits
    visit = doctor.visit(person, summary.encounter)
    assert visit is not None and visit.costs is not None
    assert not summary.withheld  # to a colleague: the mark alone would tell what it is
    assert treating(claim.ma_lk).timeline(person).visits[0].withheld
    assert [coded.code for coded in summary.diagnoses] == ["J18.9", "I10"]
    assert [line.name for line in visit.medications] == ["Kháng sinh mẫu 1g"]
    assert (visit.reason, visit.discharge_diagnosis, visit.course, visit.papers) == ("", "", (), ())
    assert len(visit.services) == len(claim.tables[3].rows)
    assert len(visit.costs.lines) == len(claim.tables[3].rows) + 1


def test_the_same_stay_without_hiv_is_filed_whole(intake: Intake) -> None:
    account = intake.file(sample_3176())
    assert account.lines_withheld == 0
    doctor = asker(facility="01000")
    (visit,) = doctor.timeline(person_of("SYN3176.0000001")).visits
    assert not visit.withheld


def test_the_table_of_hiv_treatment_is_withheld_and_takes_the_texts_with_it(intake: Intake) -> None:
    claim = sample_3176().with_table(6, HIV_TABLE, {"NGAYKD_HIV": "20240101", "PHACDO_DTRI_HIV": "SECRET"})
    intake.file(claim)
    aside = {row[0] for row in rows("SELECT table_no FROM intake_line_aside WHERE why = 'withheld'")}
    assert aside == {5, 6, 7, 8, 14}
    assert _scan(("SECRET",)) == []


def test_a_drug_for_hepatitis_b_is_not_withheld(intake: Intake) -> None:
    claim = sample_3176().with_(MA_BENH_CHINH="B18.1").changed(2, 2, TEN_THUOC="Tenofovir disoproxil fumarat 300mg")
    assert intake.file(claim).lines_withheld == 0
    assert len(resources("MedicationRequest")) == 2


def test_only_the_drug_that_tells_is_withheld_when_no_diagnosis_does(intake: Intake) -> None:
    claim = sample_3176().changed(2, 2, TEN_THUOC="Tenofovir 300mg/ Lamivudin 300mg/ Efavirenz 600mg")
    account = intake.file(claim)
    assert (account.lines_withheld, account.lines_filed) == (1, len(claim.lines()) - 1)
    assert _scan(("Efavirenz",)) == []


TRANSFER = ("CHI_TIEU_GIAYCHUYENTUYEN",)


@pytest.mark.parametrize(
    "paper", [{"TEN_THUOC": "SECRET Efavirenz"}, {"MA_BENH_KT": "B20", "QT_BENHLY": "SECRET"}, {"TINH_TRANG_CT": "SECRET HIV"}]
)  # fmt: skip
def test_a_paper_that_names_it_is_withheld_with_the_other_texts(paper: dict[str, str], intake: Intake) -> None:
    intake.send(package(sample_3176().with_table(13, TRANSFER, paper)), stated="qd3176")
    assert {row[0] for row in rows("SELECT table_no FROM intake_line_aside")} == {5, 7, 8, 13, 14}
    assert _scan(("SECRET", "B20")) == []


def test_a_paper_that_names_nothing_is_filed(intake: Intake) -> None:
    intake.file(sample_3176().with_table(13, TRANSFER, {"TEN_THUOC": "Paracetamol", "MA_BENH_KT": "I10"}))
    assert rows("SELECT table_no FROM intake_line_aside") == []


@pytest.mark.parametrize(
    ("table", "field"), [(2, "LIEU_DUNG"), (2, "CACH_DUNG"), (4, "GIA_TRI"), (4, "TEN_CHI_SO"), (4, "KET_LUAN"), (3, "TEN_DICH_VU"),
                         (3, "TEN_VAT_TU")]
)  # fmt: skip
def test_a_line_that_names_it_in_any_field_of_words_is_withheld(table: int, field: str, intake: Intake) -> None:
    account = intake.file(sample_3176().changed(table, 1, **{field: "Xét nghiệm HIV SECRET"}))
    assert account.lines_withheld == 1
    assert _scan(("SECRET",)) == []


def test_what_is_only_labelled_is_filed_with_its_label_and_served_so(intake: Intake) -> None:
    intake.file(sample_3176().with_(MA_BENH_KT="F32.1"))
    masks = {row[0] for row in rows("SELECT sensitivity FROM records_resource WHERE encounter IS NOT NULL")}
    assert masks == {mask_of(["psychiatry"])}  # the whole visit: a drug without the label would tell of the visit


def test_a_label_that_a_correction_takes_away_is_gone(intake: Intake) -> None:
    intake.file(_main())
    account = intake.file(sample_3176(), made_on="20250316")
    assert account.corrected == 1 and account.lines_withheld == 0
    doctor = asker(facility="01000")
    (visit,) = doctor.timeline(person_of("SYN3176.0000001")).visits
    assert not visit.withheld and visit.facility_name


def test_a_correction_to_hiv_takes_the_visit_off_the_page(intake: Intake) -> None:
    intake.file(sample_3176())
    intake.file(_main(), made_on="20250316")
    person = person_of("SYN3176.0000001")
    assert asker(facility="01000").timeline(person).visits == ()
    doctor = treating("SYN3176.0000001")
    (visit,) = doctor.timeline(person).visits
    page = doctor.visit(person, visit.encounter)
    assert page is not None
    assert visit.withheld and visit.diagnoses == ()
    assert (page.medications, page.services, page.results, page.costs) == ((), (), (), None)


def test_the_outpatient_shape_of_4210_is_withheld_alike(intake: Intake) -> None:
    claim = sample_4210().with_(MA_BENH="B20", TEN_BENH="Bệnh SECRET do HIV")
    account = intake.send(package(claim, "20180305"))
    assert account.lines_withheld == len(claim.lines())
    assert _scan(("SECRET", "B20")) == []


def test_the_original_is_kept_whole(intake: Intake, settings: Any) -> None:
    content = package(_main())
    intake.send(content)
    ((digest,),) = rows("SELECT sha256 FROM intake_package")
    with open_original(bytes(digest)) as kept:
        assert kept.read() == content
