"""What every test package may ask for."""

pytest_plugins = ["tests.support.services"]
