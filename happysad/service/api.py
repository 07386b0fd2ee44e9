"""The service as an ASGI application: its endpoints and its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from happysad.pipeline.model_files.card_thresholds import card_errors
from happysad.service.http.guard import Guard
from happysad.service.http.openapi import ABOUT, BATCH_BODY, ERRORS, IMAGES_BODY, add_docs
from happysad.service.http.problems import add_problems
from happysad.service.http.schemas import (
    Answer,
    ExplainParameters,
    Health,
    ModelList,
    PredictParameters,
)
from happysad.service.samples import SAMPLES, sample_png
from happysad.service.state import Service, Settings, json_response
from happysad.utils.errors import UserError
from happysad.utils.image_files import reads_heic

PAGE = Path(__file__).with_name("page")

ModelName = Annotated[str | None, Query(description="Its name; the default where not given.")]


def create_app(settings: Settings) -> FastAPI:
    """The service as an ASGI application.

    Raises
    ------
    UserError
        A model or its card is missing or damaged.

    Examples
    --------
    >>> from happysad.service import Settings, create_app
    >>> app = create_app(Settings(models=("texture-svm",)))
    >>> sorted(path for path in app.openapi()["paths"] if path.startswith("/v1"))
    ['/v1/explain', '/v1/model', '/v1/models', '/v1/predict', '/v1/predict/batch']
    """
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        service.scheduler.stop()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, **ABOUT)
    app.state.service = service
    app.add_middleware(Guard, hosts=settings.hosts, count=service.metrics.request)
    add_problems(app)
    _add_predictions(app, service)
    _add_information(app, service)
    add_docs(app, PAGE)
    _add_page(app)
    return app


def only(*names: str) -> Callable[[Request], None]:
    """A dependency of FastAPI: UserError for options of another name, or given twice.

    Who writes ``maxerror`` for ``max_error`` would take the answers for surer than they are.
    """

    def check(request: Request) -> None:
        for name, times in Counter(key for key, _ in request.query_params.multi_items()).items():
            if name not in names:
                known = " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
                known = known or "those of the body"
                raise UserError(f"there is no option {name[:40]!r}, only {known}")
            if times > 1:
                raise UserError(f"the option {name} is given {times} times")

    return check


def _add_predictions(app: FastAPI, service: Service) -> None:
    common: dict[str, Any] = {"response_model": Answer, "responses": ERRORS, "tags": ["answers"]}
    known = [Depends(only(*PredictParameters.model_fields))]

    @app.post("/v1/predict", **common, openapi_extra=IMAGES_BODY, dependencies=known)
    async def predict(
        request: Request, parameters: Annotated[PredictParameters, Query()]
    ) -> Response:
        """One image as the body, or one and more as files of a form: is each face happy or sad?

        Pictures stay in memory while they are answered and are never stored.
        """
        async with service.bodies.images(request) as uploads:
            return await service.predict(request, uploads, parameters)

    png: dict[int | str, Any] = {200: {"content": {"image/png": {}}}, "4XX": ERRORS["4XX"]}
    named = [Depends(only(*ExplainParameters.model_fields))]
    about: dict[str, Any] = {"responses": png, "tags": ["answers"], "response_class": Response}

    @app.post("/v1/explain", **about, openapi_extra=IMAGES_BODY, dependencies=named)
    async def explain(
        request: Request, parameters: Annotated[ExplainParameters, Query()]
    ) -> Response:
        """One image: a picture of what in one of its faces spoke for happy and what for sad."""
        async with service.bodies.images(request) as uploads:
            return await service.explain(request, uploads, parameters)

    none = [Depends(only())]

    @app.post("/v1/predict/batch", **common, openapi_extra=BATCH_BODY, dependencies=none)
    async def predict_batch(request: Request) -> Response:
        """Several images in one JSON body, in base64."""
        async with service.bodies.batch(request) as (parameters, uploads):
            return await service.predict(request, uploads, parameters)


def _add_information(app: FastAPI, service: Service) -> None:
    @app.get("/v1/models", response_model=ModelList, tags=["models"])
    async def models() -> Response:
        """The models that can be asked."""
        lines = [
            {"name": model.name, "summary": model.summary, "max_errors": card_errors(model.card)}
            for model in service.models
        ]
        return json_response({"default": service.models.default, "models": lines})

    errors: dict[int | str, Any] = {"4XX": ERRORS["4XX"]}
    name_only = [Depends(only("model"))]

    @app.get("/v1/model", responses=errors, tags=["models"], dependencies=name_only)
    async def model(model: ModelName = None) -> dict[str, Any]:
        """The card of a model: what it is, what it was fitted on, how often it is right."""
        return service.models.get(model).card

    @app.get("/healthz", tags=["service"])
    async def healthz() -> Health:
        """That the service is running."""
        return Health()

    @app.get("/metrics", response_class=Response, tags=["service"])
    async def metrics() -> Response:
        """Counters in the text format of Prometheus."""
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")


def _add_page(app: FastAPI) -> None:
    index = (PAGE / "index.html").read_text(encoding="utf-8")
    if reads_heic():  # where it is not, phones turn their pictures into JPEG themselves
        index = index.replace('accept="image/*"', 'accept="image/*,.heic,.heif,.hif"')

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        return HTMLResponse(index)

    @app.get("/card", include_in_schema=False)
    async def card() -> Response:
        return FileResponse(PAGE / "card.html")

    @app.get("/samples/{name}.png", include_in_schema=False)
    def sample(name: str) -> Response:
        if name not in SAMPLES:
            raise HTTPException(404)
        return Response(sample_png(name), media_type="image/png")

    app.mount("/page", StaticFiles(directory=PAGE, check_dir=False))
