"""A first project to look at: where its pictures come from, and how it is filled."""
