"""Small and dangerous: bytes in, bytes out. Imports nothing of ours but errors."""
