"""The environment variables of a function, built from nothing: no secret of ours gets in."""

from onmodel.functions.installation import Prepared

# One function uses one core; how many run at once is the worker's decision.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def variables_for(prepared: Prepared, scratch: str) -> dict[str, str]:
    """Return the variables, all but PATH.

    Args:
        prepared: may bring some of its own.
        scratch: the folder, as the function sees it, where it may write what nobody keeps.
    """
    return {
        "HOME": scratch,
        "TMPDIR": scratch,
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUNBUFFERED": "1",
        # Weights are declared and fetched by us; nothing is downloaded behind our back.
        "HF_HUB_OFFLINE": "1",
        # Without a GPU of its own it sees none: an image's own wish would get it all of them where
        # NVIDIA's runtime is the default.
        "NVIDIA_VISIBLE_DEVICES": "void",
        **dict.fromkeys(_ONE_THREAD, "1"),
        **prepared.variables,
    }
