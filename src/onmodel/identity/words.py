"""How probabilities read, everywhere in the same way; the web page has it in ``format.ts``."""


def percent(p: float) -> str:
    """Return a probability as whole percent, halves rounded up; nobody is ever certain."""
    if p > 0.99:
        return ">99 %"
    return "<1 %" if p < 0.01 else f"{int(100 * p + 0.5)} %"
