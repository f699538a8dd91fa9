"""Notes on pictures: drawn on them, talked about in threads, settled."""
