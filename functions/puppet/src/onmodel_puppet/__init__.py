"""Preview pictures of a character without a GPU: one photograph, moved, turned and relit."""
