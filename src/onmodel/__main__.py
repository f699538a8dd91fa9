"""``python -m onmodel`` is ``onmodel``."""

from onmodel.cli import main

if __name__ == "__main__":
    main()
