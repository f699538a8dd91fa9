"""Folder names made from titles: plain ASCII that every tool, shell and file system takes."""

import re
import unicodedata
from uuid import UUID

MAX_CHARACTERS = 40

# Letters that Unicode does not take apart. Cyrillic: close to ISO 9 without marks; Greek: as
# it is commonly written in Latin letters.
_LATIN = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i",
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "ye", "ж": "zh",
    "з": "z", "и": "i", "і": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p",
    "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "ђ": "dj", "ј": "j",
    "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz",
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i",
    "κ": "k", "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s",
    "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip


def slug(title: str, *, fallback: str) -> str:
    """Return up to 40 characters of ``a-z0-9-`` that remind of the title.

    A title with nothing to keep, such as one in Chinese or of emoji only, gives ``fallback``.
    """
    plain = unicodedata.normalize("NFKD", title.casefold())
    latin = "".join(
        _LATIN.get(character, character)
        for character in plain
        if not unicodedata.combining(character)
    )
    words = re.findall(r"[a-z0-9]+", latin)
    return "-".join(words)[:MAX_CHARACTERS].strip("-") or fallback


def folder_name(title: str, record_id: UUID, *, fallback: str) -> str:
    """Return ``<slug>-<short id>``: readable, unlike any other, and no name that Windows keeps."""
    return f"{slug(title, fallback=fallback)}-{short_id(record_id)}"


def short_id(record_id: UUID) -> str:
    """Return the end of a UUIDv7, which is random; its beginning is the time."""
    return record_id.hex[-8:]
