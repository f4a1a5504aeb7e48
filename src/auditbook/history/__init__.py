"""All runs of a workspace, asked in SQL: DuckDB in memory over the processed tables, with views that say what they hold."""
