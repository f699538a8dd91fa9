"""Why a call runs in this tier and by this function: codes, and the sentences that people read."""

# Calls that wait per slot of a tier from which on a character of this importance gives way: it is
# done by the lightest function that does it. A lead never is, and what belongs to no character,
# such as a measurement, has to be done by the same function every time.
GIVES_WAY_AT: dict[str, float] = {"background": 2.0, "supporting": 8.0}
# Calls that wait per slot of a tier from which on a lead steps down rather than to wait for it.
LEAD_WAITS_UP_TO = 4.0
LEAD = "lead"

REASONS: dict[str, str] = {
    # Another tier than the one asked for.
    "all_busy": "Every machine for it was busy.",
    "line_too_long": "The line for it was too long, even for a lead.",
    "no_worker": "No machine here offers it.",
    "not_installed": "Nothing installed here does this in that quality.",
    "licence": "What does this in that quality may not be used in work that is sold.",
    "no_vram": "No graphics card here has the video memory for it.",
    "vram_taken": "The video memory for it was taken.",
    # One function and not another.
    "asked_for": "It was asked for by name.",
    "only_one": "Nothing else here does this.",
    "best": "The best that is installed.",
    "best_licensed": "The best that may be used in work that is sold.",
    "best_that_fits": "The best that fits into the video memory that was free.",
    "quicker": "The line was long, so the lightest one did it.",
}


def sentence(code: str | None) -> str | None:
    """Return a reason for people; older records hold the sentence itself."""
    return None if code is None else REASONS.get(code, code)


def gives_way(importance: str | None, depth: float) -> bool:
    """Whether a call is done by the lightest function, for a line of so many calls per slot."""
    limit = GIVES_WAY_AT.get(importance or "")
    return limit is not None and depth >= limit
