"""Names brought to one form, script by script, by finite tables."""
