"""Whether figures can be right: rules between them, and figures unlike those that came before."""
