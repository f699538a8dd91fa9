"""OnModel keeps a film team's characters on-model."""
