"""The service's addresses: the page, the models, the answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from happysad.service.http.docs import add_docs
from happysad.service.http.guard import Guard
from happysad.service.http.openapi import ABOUT, BATCH_BODY, IMAGES_BODY, MISTAKES
from happysad.service.http.options import only
from happysad.service.http.problems import add_problems
from happysad.service.http.schemas import MAX_ERROR, MIN_SCORE, Answer, Health, ModelList
from happysad.service.state import Service, Settings, as_json

PAGE = Path(__file__).with_name("page")

ModelName = Annotated[
    str | None, Query(description="Its name; the default where not given.", examples=["fusion-svm"])
]
MaxError = Annotated[float | None, Query(**MAX_ERROR)]
MinScore = Annotated[float | None, Query(**MIN_SCORE)]
Crops = Annotated[bool, Query(description="The images are tight crops of one face each.")]


def create_app(settings: Settings) -> FastAPI:
    """The service as an ASGI application.

    Raises
    ------
    UserError
        A model or its card is missing or damaged.
    """
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        service.answering.stop()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, **ABOUT)
    app.state.service = service
    app.add_middleware(Guard, hosts=settings.hosts, count=service.metrics.request)
    add_problems(app)
    _add_answers(app, service)
    _add_facts(app, service)
    add_docs(app)
    _add_page(app)
    return app


def _add_answers(app: FastAPI, service: Service) -> None:
    answer: dict[str, Any] = {
        "response_model": Answer,
        "responses": MISTAKES,
        "tags": ["answers"],
    }

    named = [Depends(only("model", "max_error", "min_score", "crops"))]

    @app.post("/v1/predict", **answer, openapi_extra=IMAGES_BODY, dependencies=named)
    async def predict(
        request: Request,
        model: ModelName = None,
        max_error: MaxError = None,
        min_score: MinScore = None,
        crops: Crops = False,
    ) -> Response:
        """One image as the body, or one and more as files of a form: is each face happy or sad?

        Pictures stay in memory while they are answered and are never stored.
        """
        async with service.bodies.images_of(request) as uploads:
            return await service.answer(request, uploads, model, max_error, min_score, crops)

    @app.post(
        "/v1/predict/batch", **answer, openapi_extra=BATCH_BODY, dependencies=[Depends(only())]
    )
    async def predict_batch(request: Request) -> Response:
        """Several images in one JSON body, in base64."""
        async with service.bodies.batch_of(request) as (wanted, uploads):
            return await service.answer(request, uploads, *wanted)


def _add_facts(app: FastAPI, service: Service) -> None:
    @app.get("/v1/models", response_model=ModelList, tags=["models"])
    async def models() -> Response:
        """The models that can be asked."""
        told = [
            {"name": one.name, "summary": one.summary, "max_errors": one.max_errors}
            for one in service.models
        ]
        return as_json({"default": service.models.default, "models": told})

    @app.get(
        "/v1/model",
        responses={"4XX": MISTAKES["4XX"]},
        tags=["models"],
        dependencies=[Depends(only("model"))],
    )
    async def model(model: ModelName = None) -> dict[str, Any]:
        """The card of a model: what it is, what it was fitted on, how often it is right."""
        return service.models.get(model).card

    @app.get("/healthz", tags=["service"])
    async def healthz() -> Health:
        """That the service is there."""
        return Health()

    @app.get("/metrics", response_class=Response, tags=["service"])
    async def metrics() -> Response:
        """Counters in the text format of Prometheus."""
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")


def _add_page(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        return FileResponse(PAGE / "index.html")

    @app.get("/card", include_in_schema=False)
    async def card() -> Response:
        return FileResponse(PAGE / "card.html")

    app.mount("/page", StaticFiles(directory=PAGE, check_dir=False), name="page")
