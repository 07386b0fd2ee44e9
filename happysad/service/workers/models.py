"""The models that the service offers, and their cards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from happysad.pipeline.model_files.model_card import read_card
from happysad.pipeline.model_files.shipped import NETWORKS, SHIPPED
from happysad.pipeline.prediction.model_names import find_model
from happysad.utils.errors import UserError

_SHIPPED = {**SHIPPED, **NETWORKS}


class UnknownModelError(UserError):
    """The service offers no model of that name."""


@dataclass(frozen=True)
class ServedModel:
    """A model of the service; its name for a file is the file's without suffix."""

    name: str
    source: str
    card: dict[str, Any]

    @property
    def summary(self) -> str:
        parts = [str(self.card.get("summary") or ""), _SHIPPED.get(self.source, "")]
        return "; ".join(part for part in parts if part)


class ServedModels:
    """The models of the service, by name; the first is the default.

    UserError where a file or its card is missing, or two models have one name.
    """

    def __init__(self, sources: Sequence[str]) -> None:
        self._models: dict[str, ServedModel] = {}
        for source in sources:
            name = source if source in _SHIPPED else Path(source).stem
            if name in self._models and source == self._models[name].source:
                raise UserError(f"the model {source} is named twice")
            if name in self._models:
                raise UserError(f"two models are named {name}: rename one of the files")
            path = find_model(source)
            if not path.is_file():
                raise UserError(f"there is no model file {path}: check the path")
            card = read_card(path)
            card.pop("probe", None)  # whose images are of no use to a reader
            self._models[name] = ServedModel(name, source, card)

    @property
    def default(self) -> str:
        return next(iter(self._models))

    def __iter__(self) -> Iterator[ServedModel]:
        return iter(self._models.values())

    def get(self, name: str | None = None) -> ServedModel:
        """The model of a name; UnknownModelError where there is none."""
        model = self._models.get(self.default if name is None else name)
        if model is None:
            known = " and ".join(self._models)
            raise UnknownModelError(f"this service has no model named {name!r}, only {known}")
        return model
