"""Faces in pictures, measured on a CPU without a network.

Pictures are RGB `uint8` arrays of shape (height, width, 3). Points are in pixels of the picture
they belong to, x to the right, y down. Left and right are always the *viewer's*.

Every process computes with one thread: a worker runs as many processes as it has slots, and a
library that quietly starts a thread per core would slow all of them down. The variables are read
when numpy is loaded, therefore they are set before anything else is imported.
"""

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
