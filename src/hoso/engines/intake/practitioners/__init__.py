"""The register of practitioners: who may practise under which licence, with what scope, where and since when.

FHIR Practitioner and PractitionerRole are views of it, filed anew whenever it changes (docs/decisions/0132-register-of-practitioners.md).
"""
