"""Wisp, a librarian owl with a scarf."""

from typing import Final

from PIL import Image

from onmodel.demo.ink import Board, Placement, Point, curve, ellipse, mirrored
from onmodel.demo.mood import Mood

PLUME: Final = (104, 92, 132)
PLUME_DARK: Final = (72, 62, 98)
DOWN: Final = (226, 214, 222)
DISC: Final = (240, 230, 224)
AMBER: Final = (244, 176, 62)
INK: Final = (38, 28, 46)
SCARF: Final = (196, 66, 74)
SCARF_DARK: Final = (152, 44, 58)

BODY: Final[list[Point]] = [
    (500, 180), (640, 200), (740, 300), (770, 460), (790, 660), (760, 860), (660, 1040),
    (340, 1040), (240, 860), (210, 660), (230, 460), (260, 300), (360, 200),
]  # fmt: skip


def draw(mood: Mood, size: int) -> Image.Image:
    """Draw Wisp, `size` pixels square."""
    board = Board(size, mood.paper)
    board.shape(ellipse((500, 470), 400, 400), mood.halo, light=0)
    with board.placed(Placement(pivot=(500, 900), degrees=mood.tilt * 0.6)):
        _body(board, mood)
        with board.placed(
            Placement(pivot=(500, 560), degrees=mood.tilt * 0.6, shift=(26 * mood.turn, 0))
        ):
            _face(board, mood)
        _scarf(board)
    return board.finished()


def _body(board: Board, mood: Mood) -> None:
    for points in _both([(316, 262), (262, 190), (232, 96), (330, 150), (430, 214)]):
        sign = -1 if points[0][0] < 500 else 1
        with board.placed(Placement(pivot=(500 + sign * 170, 240), degrees=sign * -16 * mood.ears)):
            board.shape(curve(points), PLUME_DARK)
    board.shape(curve(BODY), PLUME)
    belly = [
        (500, 600),
        (620, 660),
        (668, 790),
        (630, 950),
        (560, 1040),
        (440, 1040),
        (370, 950),
        (332, 790),
        (380, 660),
    ]
    board.shape(curve(belly), DOWN)
    for row, y in enumerate((760, 836, 912, 988)):
        for column in range(-2, 3):
            x = 500 + column * 82 + (41 if row % 2 else 0)
            if abs(x - 500) < 150:
                board.line([(x - 20, y), (x, y + 18), (x + 20, y)], (186, 168, 186), 8)
    lifted = 26 * max(0.0, mood.lift)
    for wing in _both(
        [
            (252, 560),
            (300, 640),
            (316, 780),
            (268, 930),
            (206 - lifted, 1000),
            (180 - lifted, 840),
            (202, 660),
        ]
    ):
        board.shape(curve(wing), PLUME_DARK)


def _face(board: Board, mood: Mood) -> None:
    for sign in (-1, 1):
        board.shape(ellipse((500 + sign * 118, 388), 148, 156, degrees=sign * -14), DISC)
    for sign in (-1, 1):
        _eye(board, mood, sign)
    crown = [
        (500, 250),
        (556, 232),
        (600, 236),
        (548, 300),
        (500, 400),
        (452, 300),
        (400, 236),
        (444, 232),
    ]
    board.shape(curve(crown), PLUME, light=0.6)
    gap = 30 * mood.mouth
    if gap:
        board.shape(
            curve([(466, 470), (500, 462), (534, 470), (500, 532 + gap)]), SCARF_DARK, light=0.4
        )
    board.shape(
        curve([(458, 446), (500, 424), (542, 446), (526, 486), (500, 524), (474, 486)]), AMBER
    )


def _eye(board: Board, mood: Mood, sign: int) -> None:
    x, y = 500 + sign * 112, 384
    board.shape(ellipse((x, y), 92, 92), INK, light=0.2)
    board.shape(ellipse((x, y), 80, 80), AMBER, light=0.8)
    px, py = x + 22 * mood.gaze[0], y + 20 * mood.gaze[1]
    wide = 44 * min(1.1, 0.6 + 0.45 * mood.eyes)
    board.shape(ellipse((px, py), wide, wide), INK, light=0)
    board.shape(ellipse((px - 18, py - 20), 15, 15), (255, 255, 255), light=0)
    board.shape(ellipse((px + 16, py + 18), 7, 7), (255, 246, 226), light=0)
    _lids(board, mood, x, y, sign)


def _lids(board: Board, mood: Mood, x: float, y: float, sign: int) -> None:
    closed = max(0.0, 1.0 - mood.eyes)
    if closed > 0.15:
        edge = y - 96 + 176 * closed
        slant = -30 * mood.brows
        lid = [
            (x - 98, y - 100),
            (x + 98, y - 100),
            (x + 98, edge + sign * -slant),
            (x, edge + 8),
            (x - 98, edge + sign * slant),
        ]
        board.shape(_within(lid, x, y, 97), PLUME_DARK, light=0.5)
    if mood.smile > 0.8:
        cheek = [
            (x - 98, y + 100),
            (x + 98, y + 100),
            (x + 98, y + 66),
            (x, y + 34),
            (x - 98, y + 66),
        ]
        board.shape(_within(cheek, x, y, 97), DISC, light=0)


def _within(points: list[Point], x: float, y: float, radius: float) -> list[Point]:
    """Pull points that lie outside a circle onto its edge, along a finely divided outline."""
    fine: list[Point] = []
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
        fine += [(ax + (bx - ax) * step / 24, ay + (by - ay) * step / 24) for step in range(24)]
    result: list[Point] = []
    for px, py in fine:
        away = ((px - x) ** 2 + (py - y) ** 2) ** 0.5
        pull = min(1.0, radius / away) if away else 1.0
        result.append((x + (px - x) * pull, y + (py - y) * pull))
    return result


def _scarf(board: Board) -> None:
    board.glow(ellipse((500, 640), 250, 30), INK, blur=22, opacity=0.4)
    board.shape(
        curve([(600, 610), (664, 700), (690, 850), (650, 884), (590, 870), (580, 740), (540, 640)]),
        SCARF_DARK,
    )
    wrap = [
        (232, 566),
        (320, 606),
        (500, 632),
        (680, 606),
        (768, 566),
        (784, 626),
        (690, 682),
        (500, 708),
        (310, 682),
        (216, 626),
    ]
    board.shape(curve(wrap), SCARF)
    for x in (596, 622, 650):
        board.line([(x, 856), (x + 2, 902)], SCARF_DARK, 10)


def _both(points: list[Point]) -> tuple[list[Point], list[Point]]:
    return points, mirrored(points)
