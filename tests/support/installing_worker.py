"""A worker process that installs functions in earnest, for the test's own noun.

Run as ``python -m tests.support.installing_worker``.
"""

import sys

from onmodel.kit import logging
from onmodel.settings import Settings
from onmodel.worker import app
from tests.support.stand_in_worker import register


def main() -> int:
    """Serve until SIGTERM."""
    logging.configure(json=True, level="INFO")
    register()
    return app.serve(Settings())


if __name__ == "__main__":
    sys.exit(main())
