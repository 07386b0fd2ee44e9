"""The OpenAPI document beyond what FastAPI reads off the code, and its page at /docs, which loads
nothing from outside: Swagger UI comes from a package."""

from __future__ import annotations

import importlib.util
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from happysad.service.http.schemas import Answer, BatchImage, BatchRequest, Problem

VERSION = version("happysad")

ABOUT: dict[str, Any] = {
    "title": "happysad",
    "version": VERSION,
    "summary": "Tells a happy face from a sad one.",
    "description": "Send pictures, get boxes, labels and probabilities. Pictures are not stored. "
    "A model sees an expression, not a feeling.",
}

_FILE = {"type": "string", "format": "binary"}

_FORM = {
    "type": "object",
    "properties": {"images": {"type": "array", "items": _FILE, "description": "Any field name."}},
}

_BATCH = BatchRequest.model_json_schema()
# References would point into this schema, whose place in the document is another.
_BATCH["properties"]["images"]["items"] = BatchImage.model_json_schema()
del _BATCH["$defs"]


def _body(schemas: dict[str, dict[str, Any]]) -> dict[str, Any]:
    content = {kind: {"schema": schema} for kind, schema in schemas.items()}
    return {"requestBody": {"required": True, "content": content}}


_FILE_KINDS = ("image/jpeg", "image/png", "application/octet-stream")
IMAGES_BODY = _body({"multipart/form-data": _FORM, **dict.fromkeys(_FILE_KINDS, _FILE)})
BATCH_BODY = _body({"application/json": _BATCH})

ERRORS: dict[int | str, dict[str, Any]] = {
    422: {
        "model": Answer,
        "description": "None of the images can be read: the answer as ever, and `detail`.",
    },
    413: {"model": Problem, "description": "Too many bytes, images or pixels."},
    503: {"model": Problem, "description": "Too much is waiting; `Retry-After` says how long."},
    "4XX": {"model": Problem, "description": "Another mistake in the request."},
}

DOCS_POLICY = (  # Swagger UI writes styles into its elements
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def add_docs(app: FastAPI, page: Path) -> None:
    """Serve /docs and what it loads; ``page`` is the folder of the service's page."""

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        headers = {"content-security-policy": DOCS_POLICY}
        return FileResponse(page / "docs" / "docs.html", headers=headers)

    app.mount("/docs", StaticFiles(directory=swagger_ui(), check_dir=False))


def swagger_ui() -> Path:
    """The folder of Swagger UI in the package that brings it, which is not imported."""
    spec = importlib.util.find_spec("fastapi_offline")
    (folder,) = (spec and spec.submodule_search_locations) or [""]
    return Path(folder) / "static"
