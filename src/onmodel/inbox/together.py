"""Which pictures somebody waited for together: a sheet is one piece of news, not twenty."""

from collections.abc import Sequence

from onmodel.variations.models import Variation


def asked_together(newest_first: Sequence[Variation]) -> list[Variation]:
    """Return the newest and all that had not ended when a later one of them was asked for.

    Two clicks while the first still works are one wait; what ended before the next click is not
    part of it.
    """
    together: list[Variation] = []
    for one in newest_first:
        if together:
            began = min(other.created_at for other in together)
            if one.finished_at is None or one.finished_at < began:
                break
        together.append(one)
    return together
