"""CDA R2 and C-CDA documents: read, mapped by definitions/exchange/cda, filed, and every entry accounted for."""
