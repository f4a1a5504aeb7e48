"""Reading evidence: registers, tables, phrases, and the originals they were taken from."""
