"""Names for the points of the face mesh.

The numbering is that of MediaPipe's face mesh, whose points 33 and 263 are the outer corners of
the eyes. Left and right are the viewer's, in a picture that is not mirrored.
"""

EYE_LEFT_OUTER, EYE_LEFT_INNER = 33, 133
EYE_RIGHT_OUTER, EYE_RIGHT_INNER = 263, 362
EYE_LEFT_TOP, EYE_LEFT_BOTTOM = 159, 145
EYE_RIGHT_TOP, EYE_RIGHT_BOTTOM = 386, 374
NOSE_TIP, NOSE_BASE, NOSE_BRIDGE, GLABELLA = 1, 2, 168, 9
MOUTH_LEFT, MOUTH_RIGHT = 61, 291
MOUTH_INNER_LEFT, MOUTH_INNER_RIGHT = 78, 308
LIP_TOP, LIP_BOTTOM = 0, 17
LIP_INNER_TOP, LIP_INNER_BOTTOM = 13, 14
CHIN, FOREHEAD = 152, 10

EYELID_LEFT_UPPER = (246, 161, 160, 159, 158, 157, 173)
EYELID_LEFT_LOWER = (7, 163, 144, 145, 153, 154, 155)
EYELID_RIGHT_UPPER = (466, 388, 387, 386, 385, 384, 398)
EYELID_RIGHT_LOWER = (249, 390, 373, 374, 380, 381, 382)

BROW_LEFT = (70, 63, 105, 66, 107, 46, 53, 52, 65, 55)
"""Upper edge from the temple inwards, then the lower edge."""
BROW_RIGHT = (300, 293, 334, 296, 336, 276, 283, 282, 295, 285)

LIPS_OUTER_UPPER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LIPS_OUTER_LOWER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
LIPS_INNER_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LIPS_INNER_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)

OUTLINE = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
"""The edge of the face from the middle of the forehead, clockwise as seen."""

MIRROR_PAIRS = (
    (33, 263), (133, 362), (159, 386), (145, 374), (61, 291), (78, 308), (70, 300), (105, 334),
    (107, 336), (55, 285), (52, 282), (46, 276), (234, 454), (127, 356), (93, 323), (58, 288),
    (172, 397), (149, 378), (50, 280), (205, 425), (98, 327), (129, 358), (40, 270), (91, 321),
    (103, 332), (21, 251),
)  # fmt: skip
"""Points that change places when a face is mirrored: (viewer's left, viewer's right)."""

SKIN = (50, 280, 205, 425, 151, 9)
"""Cheeks and forehead: skin, unless something covers it."""
