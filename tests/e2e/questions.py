"""Questions that the tests ask without the browser, because they are about what comes after."""

from bench.support.house import House
from tests.e2e.conftest import Demo


def ask_about(house: House, token: str, demo: Demo, *, key: str, question: str) -> str:
    """Ask about the picture that stands in Mara's sheet under a key; return the decision."""
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    standing = next(row["id"] for row in rows if row["key"] == key and row["current"])
    body = {"key": key, "variation_ids": [standing], "question": question}
    return str(house.call("POST", f"/characters/{demo.mara}/decisions", token, body)["id"])
