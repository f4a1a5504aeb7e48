"""What a document says of itself in sentences: statements read out of its text, tied to tables, judged."""
