from pathlib import Path

import numpy as np

from onmodel_vision import images
from onmodel_vision.arrays import Image
from onmodel_vision.batch import measure_files


def test_several_processes_give_the_same_in_the_same_order(
    weights: Path, astronaut: Image, cat: Image, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{index}.png" for index in range(5)]
    for path, image in zip(
        paths, (astronaut, cat, astronaut[:, ::-1], cat, astronaut), strict=True
    ):
        path.write_bytes(images.encode_png(image))
    paths[3].write_bytes(b"torn")
    alone = list(measure_files(paths, weights, processes=1))
    shared = list(measure_files(paths, weights, processes=2))
    assert [path for path, _ in shared] == paths
    for (_, one), (_, other) in zip(alone, shared, strict=True):
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert len(one.faces) == len(other.faces)
            for first, second in zip(one.faces, other.faces, strict=True):
                np.testing.assert_array_equal(first.embedding, second.embedding)
    assert alone[3][1] is None
