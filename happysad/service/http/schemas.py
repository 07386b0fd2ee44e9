"""What goes in and out as JSON, with the descriptions and examples of the OpenAPI pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from happysad.features.faces.pretrained_weights import LOWEST_SCORE


class PredictParameters(BaseModel):
    """What can be chosen for the images of a request."""

    model: str | None = Field(
        default=None, description="Its name; the default where not given.", examples=["stack"]
    )
    max_error: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        allow_inf_nan=False,
        description="Say `unsure` of as many faces as it takes for at most this share of the "
        "other answers to be wrong. `max_errors` of a model says what it can keep to. Without it "
        "the thresholds are those of `default` on the model's card; a card without answers every "
        "face.",
        examples=[0.05],
    )
    always_answer: bool = Field(
        default=False, description="Say `happy` or `sad` of every face, never `unsure`."
    )
    min_score: float | None = Field(
        default=None,
        ge=LOWEST_SCORE,
        le=1,
        allow_inf_nan=False,
        description="Lowest score of the detector that counts as a face; without it the model's "
        "own, which is 0.6. Less finds more faces, and more that are none.",
        examples=[0.6],
    )
    min_face: float | None = Field(
        default=None,
        ge=1,
        allow_inf_nan=False,
        description="Pixels of the smallest face to look for; without it 50, or 1/29 of the "
        "longer side where that is more. Less finds smaller faces and takes longer.",
        examples=[50],
    )
    crops: bool = Field(default=False, description="The images are tight crops of one face each.")


class ExplainParameters(PredictParameters):
    """The same, and which face is explained."""

    face: int = Field(default=0, ge=0, description="Its number in the image.", examples=[0])


class BatchImage(BaseModel):
    """One image of a batch."""

    name: str | None = Field(
        default=None, description="Comes back as `image`.", examples=["party.jpg"]
    )
    data: str = Field(
        description="The file's bytes in base64; a `data:` address will do too.",
        examples=["/9j/4AAQSkZJRgABAQ…"],
    )


class BatchRequest(PredictParameters):
    """Several images in one JSON body."""

    model_config = ConfigDict(extra="forbid")

    images: list[BatchImage] = Field(min_length=1)


class Face(BaseModel):
    """One face of an image."""

    face: int = Field(
        description="Its number in the image, from 0, by descending score.", examples=[0]
    )
    status: Literal["ok", "full_frame"] = Field(
        description="`full_frame`: no face was found and, as asked by `crops`, the whole image "
        "was taken for one."
    )
    label: Literal["happy", "sad", "unsure"]
    confidence: float | None = Field(
        description="How sure the label is: of `happy` p_happy, of `sad` the rest to 1; null for "
        "`unsure`.",
        ge=0,
        le=1,
        examples=[0.9731],
    )
    p_happy: float = Field(description="The probability of happy.", ge=0, le=1, examples=[0.9731])
    box: tuple[int, int, int, int] = Field(
        description="Left, top, right, bottom in pixels of the upright image.",
        examples=[[212, 96, 391, 275]],
    )
    score: float = Field(
        description="The detector's score that it is a face.", ge=0, le=1, examples=[0.932]
    )


class Image(BaseModel):
    """The faces of one image."""

    image: str = Field(
        description="The file's name, or its number: `image 0`.", examples=["party.jpg"]
    )
    status: Literal["ok", "full_frame", "no_face", "unreadable"]
    reason: str = Field(description="Why it is unreadable; else empty.", examples=[""])
    width: int = Field(description="In pixels, of the upright image.", examples=[640])
    height: int = Field(examples=[480])
    faces: list[Face]


class Answer(BaseModel):
    """The answers to all images of a request, in their order."""

    model_config = ConfigDict(protected_namespaces=())

    model: str = Field(examples=["stack"])
    model_sha256: str = Field(description="Of the model's file.", examples=["96f197a8…"])
    happysad: str = Field(description="The version of happysad.", examples=["0.1.0"])
    max_error: float | None = Field(description="As asked for.", examples=[None])
    low: float = Field(description="`sad` is said where p_happy is below it.", examples=[0.097])
    high: float = Field(
        description="`happy` is said where p_happy is this or above; between both, `unsure`.",
        examples=[0.681],
    )
    min_score: float | None = Field(examples=[None])
    min_face: float | None = Field(examples=[None])
    milliseconds: float = Field(
        description="From the whole request to the answer.", examples=[21.3]
    )
    images: list[Image]
    detail: str | None = Field(default=None, description="Only where no image could be read.")


class ModelLine(BaseModel):
    """A model of this service."""

    name: str = Field(examples=["stack"])
    summary: str
    max_errors: list[float] = Field(description="What can be asked as `max_error`.")


class ModelList(BaseModel):
    """The models of this service."""

    default: str = Field(description="Used where none is named.", examples=["stack"])
    models: list[ModelLine]


class Health(BaseModel):
    """That the service is running."""

    status: Literal["ok"] = "ok"


class Problem(BaseModel):
    """What was wrong with a request, in a sentence."""

    detail: str = Field(examples=["the body is empty: send an image, or a form with images"])


def first_error(errors: Sequence[Mapping[str, Any]]) -> str:
    """One sentence for what pydantic found wrong: the first thing, and where."""
    first = errors[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query"))
    what = first["msg"].rstrip(".")
    return f"{where or 'the body'}: {what[:1].lower()}{what[1:]}"
