"""FHIR `$import`: files of lines filed by jobs, so many lines in one transaction with the place where to go on."""
