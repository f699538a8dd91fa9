"""The real Producer, in a process that knows the noun of the stand-in worker, too.

Run as ``python -m tests.support.stand_in_producer``.
"""

import sys

from onmodel.settings import Settings
from onmodel.worker import producer
from tests.support import stand_in_worker

if __name__ == "__main__":
    stand_in_worker.register()
    sys.exit(producer.main(Settings()))
