"""Pip, a fox in a yellow raincoat."""

from typing import Final

from PIL import Image

from onmodel.demo.ink import Board, Placement, Point, curve, ellipse, mirrored
from onmodel.demo.mood import Mood

FUR: Final = (219, 112, 52)
FUR_DARK: Final = (168, 74, 38)
CREAM: Final = (250, 236, 214)
INK: Final = (52, 30, 38)
COAT: Final = (240, 186, 44)
COAT_DARK: Final = (206, 146, 28)
TONGUE: Final = (222, 96, 96)

HEAD: Final[list[Point]] = [
    (500, 250), (610, 262), (700, 320), (742, 420), (806, 512), (716, 560), (620, 622),
    (500, 662), (380, 622), (284, 560), (194, 512), (258, 420), (300, 320), (390, 262),
]  # fmt: skip
MUZZLE: Final[list[Point]] = [
    (500, 452), (560, 470), (640, 490), (730, 512), (690, 556), (610, 612), (500, 650),
    (390, 612), (310, 556), (270, 512), (360, 490), (440, 470),
]  # fmt: skip


def draw(mood: Mood, size: int) -> Image.Image:
    """Draw Pip as a bust, `size` pixels square."""
    board = Board(size, mood.paper)
    board.shape(ellipse((500, 470), 400, 400), mood.halo, light=0)
    _tail(board)
    _coat(board)
    with board.placed(Placement(pivot=(500, 640), degrees=mood.tilt)):
        board.glow(ellipse((500, 690), 112, 30), INK, blur=18, opacity=0.4)
        _ears(board, mood)
        board.shape(curve(HEAD), FUR)
        _face(board, mood)
    return board.finished()


def _tail(board: Board) -> None:
    tail = [
        (690, 960),
        (800, 900),
        (870, 780),
        (850, 660),
        (900, 610),
        (950, 720),
        (940, 860),
        (850, 1010),
    ]
    board.shape(curve(tail), FUR)
    board.shape(curve([(850, 660), (900, 610), (944, 700), (905, 740), (862, 730)]), CREAM)


def _coat(board: Board) -> None:
    body = [
        (500, 640),
        (610, 668),
        (700, 740),
        (752, 880),
        (775, 1040),
        (225, 1040),
        (248, 880),
        (300, 740),
        (390, 668),
    ]
    board.shape(curve(body), COAT)
    board.line([(500, 760), (504, 880), (500, 1010)], COAT_DARK, 7)
    for y in (812, 910):
        board.shape(ellipse((536, y), 19, 19), FUR_DARK)
    for collar in _both([(492, 668), (380, 650), (318, 700), (398, 786), (492, 748)]):
        board.shape(curve(collar), COAT)
    for sleeve in _both([(318, 800), (292, 900), (290, 1000)]):
        board.line(sleeve, COAT_DARK, 7)


def _ears(board: Board, mood: Mood) -> None:
    outer = [(300, 372), (262, 250), (262, 120), (360, 190), (450, 285)]
    inner = [(312, 330), (290, 250), (288, 178), (350, 226), (398, 292)]
    tip = [(266, 190), (258, 112), (322, 158), (300, 186)]
    for sign, mirror in ((-1, False), (1, True)):
        # Ears only droop: a lifted ear would leave the head.
        lean = Placement(pivot=(500 + sign * 130, 320), degrees=-sign * 20 * min(0.0, mood.ears))
        with board.placed(lean):
            for points, colour, light in ((outer, FUR, 1.0), (inner, CREAM, 0.8), (tip, INK, 0.4)):
                board.shape(curve(mirrored(points) if mirror else points), colour, light=light)


def _face(board: Board, mood: Mood) -> None:
    aside = 26 * mood.turn
    with board.placed(Placement(shift=(aside * 0.5, 0))):
        board.shape(curve(MUZZLE), CREAM, light=0.7)
    with board.placed(Placement(shift=(aside, 0))):
        for cheek in (372, 628):
            board.glow(ellipse((cheek, 536), 46, 26), (238, 128, 98), blur=16, opacity=0.5)
        for sign in (-1, 1):
            _eye(board, mood, sign)
        _mouth(board, mood)
        nose = [(500, 520), (546, 524), (552, 546), (500, 580), (448, 546), (454, 524)]
        with board.placed(Placement(shift=(aside * 0.6, 0))):
            board.shape(curve(nose), INK)
            board.glow(ellipse((488, 532), 14, 6), (255, 255, 255), blur=4, opacity=0.7)


def _eye(board: Board, mood: Mood, sign: int) -> None:
    x, y = 500 + sign * 118, 432
    brow = [
        (x - sign * 44, y - 66 - 24 * mood.brows - 20 * mood.lift),
        (x + sign * 4, y - 86 - 20 * mood.lift),
        (x + sign * 46, y - 66 + 10 * mood.brows - 20 * mood.lift),
    ]
    board.line(brow, FUR_DARK, 17)
    if mood.eyes < 0.25:
        board.line([(x - 44, y), (x, y + 22), (x + 44, y)], INK, 13)
        return
    board.shape(ellipse((x, y), 46, 52 * mood.eyes), INK, light=0.2)
    px, py = x + 14 * mood.gaze[0], y + 12 * mood.gaze[1] * mood.eyes
    board.shape(ellipse((px, py + 6), 27, 32 * min(1.0, mood.eyes)), (112, 62, 30), light=0)
    board.shape(ellipse((px, py), 17, 20 * min(1.0, mood.eyes)), INK, light=0)
    board.shape(
        ellipse((px - 15, py - 18 * mood.eyes), 12, 12 * min(1.0, mood.eyes)),
        (255, 255, 255),
        light=0,
    )
    board.shape(ellipse((px + 14, py + 16 * mood.eyes), 6, 6), (255, 240, 220), light=0)


def _mouth(board: Board, mood: Mood) -> None:
    y = 604
    corner = -20 * mood.smile
    if mood.mouth > 0:
        wide = 66 if mood.smile > 0.5 else 34
        deep = 62 * mood.mouth
        lips = [
            (500 - wide, y + corner * 0.6),
            (500, y + 4),
            (500 + wide, y + corner * 0.6),
            (500 + wide * 0.6, y + deep * 0.75),
            (500, y + deep),
            (500 - wide * 0.6, y + deep * 0.75),
        ]
        board.shape(curve(lips), INK, light=0)
        board.shape(ellipse((500, y + deep * 0.74), wide * 0.48, deep * 0.2), TONGUE, light=0.6)
        return
    board.line([(500, 576), (500, y - 4)], INK, 8)
    board.line(
        [
            (440, y + corner),
            (468, y + 6 * mood.smile),
            (500, y - 4),
            (532, y + 6 * mood.smile),
            (560, y + corner),
        ],
        INK,
        9,
    )


def _both(points: list[Point]) -> tuple[list[Point], list[Point]]:
    return points, mirrored(points)
