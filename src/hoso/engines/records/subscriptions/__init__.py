"""FHIR R4 subscriptions: software is called when something it asked about is written (ADR 91)."""
