"""Much of the record out and in at once, in files of lines (NDJSON): FHIR Bulk Data `$export`, and `$import`."""
