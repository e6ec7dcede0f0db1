"""Filed visits on their way out: as packages of an exchange decision (docs/decisions/0066-outbound-packages.md)."""
