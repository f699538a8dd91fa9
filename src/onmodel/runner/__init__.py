"""The Function Runner: calls of model functions, each in a process of its own."""
