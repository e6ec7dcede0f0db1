"""Time as the administration counts it: working days and holidays, and reporting periods."""
