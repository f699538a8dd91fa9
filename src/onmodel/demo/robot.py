"""Otto, a delivery robot with a screen for a face."""

from typing import Final

from PIL import Image

from onmodel.demo.ink import Board, Placement, curve, ellipse, mirrored, rounded_box
from onmodel.demo.mood import Mood

SHELL: Final = (232, 232, 222)
SHELL_DARK: Final = (150, 158, 164)
TEAL: Final = (58, 138, 140)
SCREEN: Final = (24, 38, 52)
LED: Final = (126, 238, 220)
CORAL: Final = (232, 104, 84)


def draw(mood: Mood, size: int) -> Image.Image:
    """Draw Otto from the waist up, `size` pixels square."""
    board = Board(size, mood.paper)
    board.shape(ellipse((500, 470), 400, 400), mood.halo, light=0)
    _body(board, mood)
    with board.placed(Placement(pivot=(500, 600), degrees=mood.tilt)):
        _head(board, mood)
        with board.placed(Placement(shift=(34 * mood.turn, 0))):
            _screen(board, mood)
    return board.finished()


def _body(board: Board, mood: Mood) -> None:
    raised = 150 * max(0.0, mood.lift)
    for sign in (-1, 1):
        arm = [
            (500 + sign * 210, 760),
            (500 + sign * 312, 800 - raised * 0.4),
            (500 + sign * 336, 940 - raised * 2),
        ]
        board.line(arm, SHELL_DARK, 54)
        board.shape(ellipse(arm[-1], 46, 46), TEAL)
        board.shape(ellipse((500 + sign * 212, 756), 52, 52), SHELL_DARK)
    board.shape(rounded_box(452, 590, 548, 720, 20), SHELL_DARK)
    board.shape(rounded_box(282, 676, 718, 1080, 96), SHELL)
    board.shape(rounded_box(360, 768, 640, 940, 34), TEAL)
    parcel = rounded_box(424, 806, 576, 906, 14)
    board.shape(parcel, (206, 160, 108))
    board.line([(500, 808), (500, 904)], (160, 116, 72), 16)
    board.shape(ellipse((660, 724), 16, 16), CORAL)


def _head(board: Board, mood: Mood) -> None:
    board.line(
        [(500, 250), (500 + 10 * mood.turn, 190), (500 + 26 * mood.turn, 142)], SHELL_DARK, 15
    )
    board.glow(ellipse((500 + 26 * mood.turn, 128), 52, 52), CORAL, blur=24, opacity=0.5)
    board.shape(ellipse((500 + 26 * mood.turn, 128), 32, 32), CORAL)
    ear = rounded_box(196, 366, 262, 500, 28)
    board.shape(ear, TEAL)
    board.shape(mirrored(ear), TEAL)
    board.glow(ellipse((500, 694), 120, 14), SCREEN, blur=12, opacity=0.35)
    board.shape(rounded_box(238, 236, 762, 626, 118), SHELL)


def _screen(board: Board, mood: Mood) -> None:
    board.shape(rounded_box(298, 298, 702, 560, 86), SCREEN, light=0.6)
    for sign in (-1, 1):
        _eye(board, mood, sign)
    y, bend = 506, 26 * mood.smile
    if mood.mouth > 0.9:
        _led(board, ellipse((500, y), 26, 30))
        board.shape(ellipse((500, y), 15, 19), SCREEN, light=0)
    else:
        mouth = [
            (446, y - bend),
            (472, y + bend * 0.4),
            (500, y + bend * 0.7),
            (528, y + bend * 0.4),
            (554, y - bend),
        ]
        board.glow(ellipse((500, y), 70, 18), LED, blur=20, opacity=0.25)
        board.line(mouth, LED, 15)
    gleam = [(330, 342), (372, 318), (450, 312), (390, 352), (344, 420)]
    board.glow(curve(gleam), (255, 255, 255), blur=10, opacity=0.16)


def _eye(board: Board, mood: Mood, sign: int) -> None:
    x, y = 500 + sign * 96 + 20 * mood.gaze[0], 410 + 16 * mood.gaze[1]
    if mood.smile > 0.8:
        board.glow(ellipse((x, y), 56, 40), LED, blur=22, opacity=0.35)
        board.line([(x - 46, y + 18), (x, y - 34), (x + 46, y + 18)], LED, 20)
        return
    height = 58 * mood.eyes
    eye = ellipse((x, y), 42, height, degrees=0)
    _led(board, eye)
    if mood.brows:
        # A dark lid across the lamp: worry lowers its outer end, anger its inner one.
        inner, outer = (x - sign * 66, y - height - 4), (x + sign * 66, y - height - 4)
        drop = 46 * abs(mood.brows)
        inner = (inner[0], inner[1] + (drop if mood.brows < 0 else 0))
        outer = (outer[0], outer[1] + (drop if mood.brows > 0 else 0))
        board.shape(
            [inner, outer, (outer[0], y - height - 40), (inner[0], y - height - 40)],
            SCREEN,
            light=0,
        )


def _led(board: Board, outline: list[tuple[float, float]]) -> None:
    board.glow(outline, LED, blur=24, opacity=0.5)
    board.shape(outline, LED, light=0)
