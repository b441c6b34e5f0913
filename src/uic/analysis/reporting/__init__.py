"""Reports people read: one self-contained page, no script, no network."""
