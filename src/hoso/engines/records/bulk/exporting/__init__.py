"""FHIR Bulk Data `$export`: ordered by a request, written by jobs into encrypted files, handed out for a term."""
