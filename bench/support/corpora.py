"""Writes the pairs of public, labelled collections for ``make bench-identity PAIRS=…/all.csv``.

    mkdir corpora && cd corpora
    git clone --depth 1 https://github.com/serengil/deepface
    git clone --depth 1 https://github.com/davisking/dlib
    git clone --depth 1 https://github.com/justadudewhohacks/face-api.js
    git clone --depth 1 https://github.com/ageitgey/face_recognition
    git clone --depth 1 https://github.com/google/dreambooth      # for ROUTE=appearance
    python …/bench/support/corpora.py .

The pictures show well-known people and belong to their photographers: use them for measuring, on
your own machine, and pass nothing on. Nothing of them is in this repository.
"""

import csv
import itertools
import sys
from collections.abc import Iterable
from pathlib import Path

Row = tuple[str, str, int]

FOLDERS = {
    "johns": "dlib/examples/johns",
    "bbt": "face-api.js/examples/images",
    "knn": "face_recognition/examples/knn_examples/train",
}
DREAMBOOTH = "dreambooth/dataset"
DEEPFACE = "deepface/tests/unit/dataset"
ENDINGS = frozenset({".jpg", ".jpeg", ".png"})


def main() -> None:
    root = Path(sys.argv[1])
    found = {name: by_folder(root, folder) for name, folder in FOLDERS.items()}
    found["deepface"] = deepface(root)
    for name, rows in found.items():
        write(root / f"{name}.csv", ("file_x", "file_y", "same"), rows)
    write(
        root / "all.csv",
        ("file_x", "file_y", "same"),
        [row for one in found.values() for row in one],
    )
    pivot(root)
    if (root / DREAMBOOTH).exists():
        write(root / "dreambooth.csv", ("file_x", "file_y", "same"), by_folder(root, DREAMBOOTH))


def by_folder(root: Path, folder: str) -> list[Row]:
    """One folder a person: every two pictures of the collection are a pair."""
    files = sorted(path for path in (root / folder).glob("*/*") if path.suffix.lower() in ENDINGS)
    names = [str(path.relative_to(root)) for path in files]
    return [
        (names[x], names[y], int(files[x].parent == files[y].parent))
        for x, y in itertools.combinations(range(len(files)), 2)
    ]


def deepface(root: Path) -> list[Row]:
    """DeepFace labels pairs in two files; who is one person follows from those that say so."""
    said: list[tuple[str, str, bool]] = []
    for name, column in (("master.csv", "Decision"), ("face-recognition-pivot.csv", "decision")):
        for row in read(root / DEEPFACE / name):
            pair = Path(row["file_x"]).name, Path(row["file_y"]).name
            said.append((*pair, row[column] == "Yes"))
    leader = {name: name for one in said for name in one[:2]}

    def find(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    for x, y, same in said:
        if same:
            leader[find(x)] = find(y)
    return [
        (f"{DEEPFACE}/{x}", f"{DEEPFACE}/{y}", int(find(x) == find(y)))
        for x, y in itertools.combinations(sorted(leader), 2)
    ]


def pivot(root: Path) -> None:
    """DeepFace's own distances for 280 of its pairs, to be judged beside ours."""
    rows = read(root / DEEPFACE / "face-recognition-pivot.csv")
    tools = [name for name in rows[0] if name not in ("file_x", "file_y", "decision")]
    write(
        root / "deepface-pivot.csv",
        ("file_x", "file_y", "same", *tools),
        [
            (
                f"{DEEPFACE}/{Path(row['file_x']).name}",
                f"{DEEPFACE}/{Path(row['file_y']).name}",
                int(row["decision"] == "Yes"),
                *(row[tool] for tool in tools),
            )
            for row in rows
        ],
    )


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, head: Iterable[str], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
