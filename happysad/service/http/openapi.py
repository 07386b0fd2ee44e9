"""What the OpenAPI pages say of bodies and mistakes that FastAPI cannot read off the code."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

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

IMAGES_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": _FORM},
            "image/jpeg": {"schema": _FILE},
            "image/png": {"schema": _FILE},
            "application/octet-stream": {"schema": _FILE},
        },
    }
}

_BATCH = BatchRequest.model_json_schema()
# References would point into this schema, whose place in the document is another.
_BATCH["properties"]["images"]["items"] = BatchImage.model_json_schema()
del _BATCH["$defs"]

BATCH_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _BATCH}},
    }
}

MISTAKES: dict[int | str, dict[str, Any]] = {
    422: {
        "model": Answer,
        "description": "None of the images can be read: the answer as ever, and `detail`.",
    },
    413: {"model": Problem, "description": "Too many bytes, images or pixels."},
    503: {"model": Problem, "description": "Too much is waiting; `Retry-After` says how long."},
    "4XX": {"model": Problem, "description": "Another mistake in the request."},
}
"""The answers other than 200."""
