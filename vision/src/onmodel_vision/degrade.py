"""Known damage to pictures, for calibration and tests.

Every degradation is a function of a picture (and, where it needs one, the face in it) that gives
the same result for the same seed. They are what really happens to pictures of a character: small
faces in wide shots, compression, noise, blur, light, covering, stylisation, cropping, mirroring.

| name | what is done |
|---|---|
| `small_40`, `small_28`, `small_20` | the face is scaled down to so many pixels and up again |
| `jpeg_30`, `jpeg_10` | saved as JPEG at that quality |
| `noise` | Gaussian noise, standard deviation 20 of 255 |
| `blur` | Gaussian blur, a tenth of the distance of the eyes |
| `dark` | gamma 3: mid-grey falls to an eighth |
| `bright` | values times 1.6, burnt out above |
| `grey` | without colour |
| `hue` | colours turned by 40 degrees |
| `roll` | turned by 25 degrees around the face |
| `mask` | a one-coloured face mask from the nose to the chin |
| `sunglasses` | a dark bar over the eyes |
| `cartoon` | smoothed areas with dark edges |
| `sketch` | pencil drawing |
| `crop` | the frame cuts through forehead and chin |
| `mirror` | left and right exchanged |
"""

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from onmodel_vision.arrays import Floats, Image
from onmodel_vision.mesh import Mesh

Degradation = Callable[[Image, Mesh, int], Image]

MASK_COLOUR = (120, 170, 200)
MASK_RING = (50, 280, 323, 288, 152, 58, 93)
"""Points of the mesh around nose, cheeks and chin."""

NOISE, GAMMA, GAIN, HUE_DEGREES, ROLL_DEGREES = 20.0, 3.0, 1.6, 40, 25.0
BLUR_OF_EYES = 0.1


def apply(name: str, image: Image, mesh: Mesh, *, seed: int = 0) -> Image:
    """Damage a picture.

    Args:
        name: one of `NAMES`.
        image: the picture.
        mesh: the face in it.
        seed: of what is random.

    Raises:
        KeyError: no such degradation.
    """
    return np.ascontiguousarray(ALL[name](image, mesh, seed))


def _small(pixels: int) -> Degradation:
    def shrink(image: Image, mesh: Mesh, _seed: int) -> Image:
        factor = min(1.0, pixels / max(1.0, min(mesh.box[2:])))
        height, width = image.shape[:2]
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        return np.asarray(
            cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8
        )

    return shrink


def _jpeg(quality: int) -> Degradation:
    def save(image: Image, _mesh: Mesh, _seed: int) -> Image:
        _, data = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        back = cv2.imdecode(data, cv2.IMREAD_COLOR)
        assert back is not None
        return np.asarray(back[:, :, ::-1], np.uint8)

    return save


def _noise(image: Image, _mesh: Mesh, seed: int) -> Image:
    grain = np.random.default_rng(seed).normal(0, NOISE, image.shape)
    return _clip(image + grain)


def _blur(image: Image, mesh: Mesh, _seed: int) -> Image:
    return np.asarray(
        cv2.GaussianBlur(image, (0, 0), max(0.3, BLUR_OF_EYES * mesh.eye_span / 2)), np.uint8
    )


def _dark(image: Image, _mesh: Mesh, _seed: int) -> Image:
    return _clip(255 * (image / 255.0) ** GAMMA)


def _bright(image: Image, _mesh: Mesh, _seed: int) -> Image:
    return _clip(image * GAIN)


def _grey(image: Image, _mesh: Mesh, _seed: int) -> Image:
    return np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2).astype(
        np.uint8
    )


def _hue(image: Image, _mesh: Mesh, _seed: int) -> Image:
    hsv = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2HSV), np.uint8).copy()
    # OpenCV's hue counts steps of two degrees
    hsv[:, :, 0] = (hsv[:, :, 0].astype(int) + HUE_DEGREES // 2) % 180
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)


def _roll(image: Image, mesh: Mesh, _seed: int) -> Image:
    x, y, width, height = mesh.box
    matrix = cv2.getRotationMatrix2D((x + width / 2, y + height / 2), ROLL_DEGREES, 1)
    size = (image.shape[1], image.shape[0])
    return np.asarray(
        cv2.warpAffine(image, matrix, size, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _mask(image: Image, mesh: Mesh, _seed: int) -> Image:
    covered = image.copy()
    ring = np.rint(mesh.points[list(MASK_RING), :2]).astype(np.int32)
    cv2.fillConvexPoly(covered, cv2.convexHull(ring), MASK_COLOUR, cv2.LINE_AA)
    return covered


def _sunglasses(image: Image, mesh: Mesh, _seed: int) -> Image:
    covered = image.copy()
    left, right = mesh.points[33, :2], mesh.points[263, :2]
    along = right - left
    ends = (left - 0.12 * along, right + 0.12 * along)
    first, second = (np.rint(one).astype(int) for one in ends)
    thick = max(1, round(0.32 * float(np.linalg.norm(along))))
    start, end = (int(first[0]), int(first[1])), (int(second[0]), int(second[1]))
    cv2.line(covered, start, end, (15, 15, 15), thick, cv2.LINE_AA)
    return covered


def _cartoon(image: Image, _mesh: Mesh, _seed: int) -> Image:
    smooth = image
    for _ in range(3):
        smooth = np.asarray(cv2.bilateralFilter(smooth, 9, 40, 9), np.uint8)
    grey = cv2.medianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), 5)
    edges = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 9, 4)
    flat = (smooth // 32) * 32 + 16
    return np.where(edges[:, :, None] > 0, flat, flat // 4).astype(np.uint8)


def _sketch(image: Image, _mesh: Mesh, _seed: int) -> Image:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    soft = cv2.GaussianBlur(255 - grey, (0, 0), 8)
    drawn = np.asarray(grey * 255 / np.maximum(255 - soft, 1), np.float32)
    return np.repeat(_clip(drawn)[:, :, None], 3, axis=2)


def _crop(image: Image, mesh: Mesh, _seed: int) -> Image:
    x, y, width, height = mesh.box
    top, bottom = y + 0.12 * height, y + 0.92 * height
    left, right = x - 0.3 * width, x + 1.3 * width
    rows, columns = image.shape[:2]
    return image[
        int(np.clip(top, 0, rows - 2)) : int(np.clip(bottom, 2, rows)),
        int(np.clip(left, 0, columns - 2)) : int(np.clip(right, 2, columns)),
    ]


def _mirror(image: Image, _mesh: Mesh, _seed: int) -> Image:
    return image[:, ::-1]


def _clip(values: Floats) -> Image:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


ALL: Mapping[str, Degradation] = {
    "small_40": _small(40),
    "small_28": _small(28),
    "small_20": _small(20),
    "jpeg_30": _jpeg(30),
    "jpeg_10": _jpeg(10),
    "noise": _noise,
    "blur": _blur,
    "dark": _dark,
    "bright": _bright,
    "grey": _grey,
    "hue": _hue,
    "roll": _roll,
    "mask": _mask,
    "sunglasses": _sunglasses,
    "cartoon": _cartoon,
    "sketch": _sketch,
    "crop": _crop,
    "mirror": _mirror,
}
NAMES = tuple(ALL)
