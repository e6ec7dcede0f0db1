"""A report on paper: its form laid out as `definitions/reports/layouts` has it, and the copies frozen when it was approved."""
