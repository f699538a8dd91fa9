"""Model functions: what they declare, which one answers a task, and getting them ready."""

from onmodel.functions.installation import Listed, Progress, install, listing

__all__ = ["Listed", "Progress", "install", "listing"]
