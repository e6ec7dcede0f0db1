"""What leaves the house about a person as a document: papers of a visit and the patient summary (ADR 89)."""
