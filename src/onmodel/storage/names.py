"""Names of uploaded files, made fit for showing; nothing is ever stored under them."""

import unicodedata

MAX_CHARACTERS = 120
_FALLBACK = "picture"
_LONGEST_EXTENSION = 8
_JOINER = "\u200d"  # holds emoji families together; the one format character that is kept


def clean_name(name: str) -> str:
    """Return a name to show: NFC, one line, no folders, no control or direction characters.

    Characters that hide or reorder text ("exe.gnp" shown as "png.exe") are of Unicode's
    categories Cc, Cf, Cs, Co, Cn, Zl and Zp. A long name is shortened in its middle part, so
    that its extension stays.
    """
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(_shown(character) for character in unicodedata.normalize("NFC", last))
    clean = " ".join(kept.split()).strip(". ")
    if not clean.strip(_JOINER):
        return _FALLBACK
    if len(clean) <= MAX_CHARACTERS:
        return clean
    stem, dot, extension = clean.rpartition(".")
    if not stem or not 0 < len(extension) <= _LONGEST_EXTENSION:
        stem, dot, extension = clean, "", ""
    room = MAX_CHARACTERS - len(dot + extension) - 1
    return f"{stem[:room].rstrip()}…{dot}{extension}"


def _shown(character: str) -> str:
    if character == _JOINER:
        return character
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if category in {"Cf", "Cs", "Co", "Cn"} else character
