"""Reports that users build: text and questions of the Explorer, as a page, PDF and XLSX (ADR 203)."""
