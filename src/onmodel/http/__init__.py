"""The edge towards HTTP: dependencies and problem answers that every noun's routes share."""
