"""Plain statistics that help to read figures: limits of a funnel, seasons, what a month was expected to be."""
