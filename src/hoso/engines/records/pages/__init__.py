"""FHIR resources turned into what a page shows."""
