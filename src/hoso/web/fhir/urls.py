"""Addresses of FHIR R4: each method with its permission and purpose."""

from django.urls import URLPattern

from hoso.web.fhir import (
    bulk_export,
    bulk_import,
    cda,
    code_resources,
    codes,
    documents,
    facility_maps,
    histories,
    matching,
    merging,
    metas,
    practitioners,
    searching,
    validating,
    views,
    whole_record,
    writes,
)
from hoso.web.routes import PUBLIC, SIGNED_IN, Declaration, View, by_method, govern, route


def _reads(view: View, name: str) -> View:
    return govern(view, Declaration(name, "record.read", "treatment", touches_person=True))


def _writes(view: View, name: str) -> View:
    return govern(view, Declaration(name, "record.write", "record_keeping", touches_person=True))


def _exports(view: View, name: str, touches_person: bool = True) -> View:
    return govern(view, Declaration(name, "record.export", "record_release", touches_person))


def _imports(view: View, name: str) -> View:
    """Orders and what became of them: the resources are filed, and recorded, by jobs."""
    return govern(view, Declaration(name, "record.write", "record_keeping", touches_person=False))


def _export(pattern: str, view: View, name: str) -> URLPattern:
    """A kick-off, by GET or by POST."""
    return by_method(pattern, GET=_exports(view, name), POST=_exports(view, f"{name}_by_post"))


def _record(pattern: str, view: View, name: str) -> URLPattern:
    return by_method(pattern, GET=_reads(view, name))


def _asks(pattern: str, view: View, name: str) -> URLPattern:
    """An operation on codes, which are nobody's data: by GET or POST, for anybody who is signed in."""
    governed = govern(view, Declaration(name, SIGNED_IN, PUBLIC, False))
    return by_method(pattern, GET=governed, POST=governed)


def base_of_fhir(pattern: str) -> URLPattern:
    """The service's own address, with or without a slash: where bundles go."""
    bundle = _writes(writes.bundle, "fhir_bundle")
    return by_method(
        pattern, POST=writes.writing_or_reading(bundle, _reads(writes.reads_alone, "fhir_bundle_of_reads"))
    )


urlpatterns = [
    base_of_fhir(""),
    route("metadata", views.metadata, name="fhir_metadata", permission=PUBLIC, purpose=PUBLIC),
    # Before what is stored: an id of this shape is an account's, and nothing is written under it.
    route(
        "Practitioner/account-<int:account_id>",
        practitioners.practitioner,
        name="fhir_practitioner",
        permission=SIGNED_IN,
        purpose=PUBLIC,
    ),
    by_method("$process-cda", POST=_writes(cda.process_cda, "fhir_process_cda")),
    _asks("CodeSystem/$lookup", codes.lookup, "fhir_lookup"),
    _asks("CodeSystem/$validate-code", codes.validate_code_of_system, "fhir_validate_code"),
    _asks("CodeSystem/$subsumes", codes.subsumes, "fhir_subsumes"),
    _asks("ValueSet/$expand", codes.expand, "fhir_expand"),
    _asks("ValueSet/$validate-code", codes.validate_code_of_set, "fhir_validate_code_of_set"),
    _asks("ConceptMap/$translate", code_resources.translate, "fhir_translate"),
    _asks("CodeSystem/hoso-<slug:name>", code_resources.code_system, "fhir_code_system"),
    _asks("ValueSet/hoso-<slug:name>", code_resources.set_of_codes, "fhir_value_set"),
    route(
        "ConceptMap/hoso-local-<slug:name>",
        facility_maps.map_of_facility,
        name="fhir_map_of_facility",
        permission=facility_maps.PERMISSION,
        purpose=facility_maps.PURPOSE,
    ),
    _asks("ConceptMap/hoso-<slug:name>", code_resources.concept_map, "fhir_concept_map"),
    by_method("Patient/$match", POST=_reads(matching.patient_match, "fhir_match")),
    by_method(
        "Patient/$merge",
        POST=govern(merging.patient_merge, Declaration("fhir_merge", "conflict.decide", "record_keeping", True)),
    ),
    _export("$export", bulk_export.of_system, "fhir_export"),
    _export("Patient/$export", bulk_export.of_patients, "fhir_export_patients"),
    _export("Group/<str:group>/$export", bulk_export.of_group, "fhir_export_group"),
    by_method(
        "_bulk/export/<uuid:order>",
        GET=_exports(bulk_export.status, "fhir_export_status", touches_person=False),
        DELETE=_exports(bulk_export.cancel, "fhir_export_cancel"),
    ),
    by_method("_bulk/export/<uuid:order>/<int:number>", GET=_exports(bulk_export.file, "fhir_export_file")),
    by_method("$import", POST=_imports(bulk_import.order, "fhir_import")),
    by_method(
        "_bulk/import/<uuid:order>",
        GET=_imports(bulk_import.status, "fhir_import_status"),
        DELETE=_imports(bulk_import.cancel, "fhir_import_cancel"),
    ),
    by_method(
        "_bulk/import/<uuid:order>/errors/<int:number>", GET=_imports(bulk_import.refusals, "fhir_import_errors")
    ),
    _record("_history", histories.of_everything, "fhir_history_system"),
    _record("<str:type_name>/_history", histories.of_type, "fhir_history_type"),
    by_method(
        "<str:type_name>/$validate",
        POST=govern(validating.validate_resource, Declaration("fhir_validate", SIGNED_IN, PUBLIC, False)),
    ),
    _record("<str:type_name>/<str:id_>/$meta", metas.meta, "fhir_meta"),
    by_method("<str:type_name>/<str:id_>/$meta-add", POST=_writes(metas.meta_add, "fhir_meta_add")),
    by_method("<str:type_name>/<str:id_>/$meta-delete", POST=_writes(metas.meta_delete, "fhir_meta_delete")),
    _record("<str:type_name>/<str:id_>/$validate", validating.validate_instance, "fhir_validate_instance"),
    by_method(
        "<str:type_name>",
        GET=_reads(searching.search, "fhir_search"),
        POST=_writes(writes.create, "fhir_create"),
        PUT=_writes(writes.conditional_update, "fhir_conditional_update"),
        PATCH=_writes(writes.conditional_patch, "fhir_conditional_patch"),
        DELETE=_writes(writes.conditional_delete, "fhir_conditional_delete"),
    ),
    by_method(
        "<str:type_name>/_search",
        POST=_reads(searching.search_by_post, "fhir_search_by_post"),
        GET=_reads(searching.search_by_post, "fhir_search_by_post"),
    ),
    by_method(
        "<str:type_name>/<str:id_>",
        GET=_reads(views.read, "fhir_read"),
        PUT=_writes(writes.update, "fhir_update"),
        PATCH=_writes(writes.patch, "fhir_patch"),
        DELETE=_writes(writes.delete, "fhir_delete"),
    ),
    _record("<str:type_name>/<str:id_>/_history", views.history, "fhir_history"),
    _record("Patient/<str:patient_id>/$everything", whole_record.patient_everything, "fhir_everything"),
    _record("Patient/<str:patient_id>/$summary", documents.summary, "fhir_summary"),
    _record("Composition/<str:composition>/$document", documents.document, "fhir_document"),
    _record("<str:type_name>/<str:id_>/<str:member>", searching.search_compartment, "fhir_search_compartment"),
    _record("<str:type_name>/<str:id_>/_history/<int:version>", views.vread, "fhir_vread"),
]
