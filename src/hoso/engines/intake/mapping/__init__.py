"""From the tables of a visit to FHIR resources; one file for each kind of line."""
