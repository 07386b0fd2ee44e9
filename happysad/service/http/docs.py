"""The OpenAPI pages at /docs, with nothing from outside: Swagger UI comes from a package."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response

PACKAGE = "fastapi_offline"
ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of this page: Swagger UI writes styles into its elements."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>happysad: the service's interface</title>
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

_START = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
});
"""


def add_docs(app: FastAPI) -> None:
    """Give the app /docs and what that page loads."""

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(_PAGE, headers={"content-security-policy": POLICY})

    @app.get("/docs/start.js", include_in_schema=False)
    async def start() -> Response:
        return Response(_START, media_type="text/javascript")

    for name, kind in ASSETS.items():
        _add_asset(app, name, kind)


def assets() -> Path:
    """The folder of Swagger UI in the package that brings it, which is not imported."""
    spec = importlib.util.find_spec(PACKAGE)
    (folder,) = (spec and spec.submodule_search_locations) or [""]
    return Path(folder) / "static"


def _add_asset(app: FastAPI, name: str, kind: str) -> None:
    @app.get(f"/docs/{name}", include_in_schema=False)
    async def asset() -> Response:
        return FileResponse(assets() / name, media_type=kind)
