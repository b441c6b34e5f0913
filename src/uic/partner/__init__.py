"""The partner's room: it sees people. Nothing here runs at the linkage unit."""
