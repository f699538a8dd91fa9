"""Serves the built web application: one page for every address that is no file."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from onmodel.http.problems import answer, nothing_here
from onmodel.kit.errors import NotFoundError

# names under here carry a hash of their content
IMMUTABLE_FOLDER = "_app/immutable"
FALLBACK = "index.html"

NOT_BUILT = """<!doctype html><title>OnModel</title>
<body style="font:16px system-ui;margin:15vh auto;max-width:32rem;background:#1b1b1b;color:#ddd">
<h1>The web application has not been built</h1><p>Run <code>make web</code>, then reload.</p>"""


def mount(app: FastAPI, folder: Path) -> None:
    """Serve ``folder`` below every address that nothing else answers."""
    root = folder.resolve()

    @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    async def page(path: str, request: Request) -> Response:
        if path.startswith(("api/", "ws/")):
            return nothing_here()
        wanted = _wanted(root, path)
        if wanted is not None:
            return _file(wanted, path, request)
        if path.startswith(IMMUTABLE_FOLDER):
            # a page from before an upgrade: it sees the failure and reloads
            return answer(NotFoundError("This part of the page is from an older version."))
        fallback = root / FALLBACK
        if not fallback.is_file():
            return HTMLResponse(NOT_BUILT, status_code=503)
        return FileResponse(fallback, headers={"Cache-Control": "no-cache"})


def _wanted(root: Path, path: str) -> Path | None:
    """Return the file below ``root`` that an address names, or None."""
    try:
        wanted = (root / path).resolve()
        return wanted if wanted.is_relative_to(root) and wanted.is_file() else None
    except (OSError, ValueError):  # a name that no disk takes: too long, or with a NUL
        return None


def _file(wanted: Path, path: str, request: Request) -> Response:
    headers = {"Cache-Control": "no-cache"}
    if path.startswith(IMMUTABLE_FOLDER):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    packed = wanted.with_name(wanted.name + ".br")
    if packed.is_file() and "br" in request.headers.get("accept-encoding", ""):
        headers |= {"Content-Encoding": "br", "Vary": "Accept-Encoding"}
        media_type = FileResponse(wanted).media_type
        return FileResponse(packed, headers=headers, media_type=media_type)
    return FileResponse(wanted, headers=headers)
