"""The models that the service offers, and their cards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from happysad.pipeline.model_files.model_card import read_card
from happysad.pipeline.model_files.shipped import SHIPPED, model_path
from happysad.utils.errors import UserError

if TYPE_CHECKING:
    from happysad.pipeline.evaluation.abstention import RejectBand


class UnknownModel(UserError):
    """The service offers no model of that name."""


@dataclass(frozen=True)
class Offered:
    """A model that can be asked for by its name, which for a file is its name without suffix."""

    name: str
    source: str
    card: dict[str, Any]

    @property
    def summary(self) -> str:
        """What it is, in a line."""
        parts = [str(self.card.get("summary") or ""), SHIPPED.get(self.source, "")]
        return "; ".join(part for part in parts if part)

    @property
    def max_errors(self) -> list[float]:
        """The errors that the card holds thresholds for, in ascending order."""
        from happysad.pipeline.model_files.card_thresholds import card_errors

        return card_errors(self.card)

    def band(self, max_error: float | None) -> RejectBand | None:
        """The thresholds for an error; None where every face is to be answered.

        Raises
        ------
        UserError
            The card has no thresholds for it.
        """
        from happysad.pipeline.model_files.card_thresholds import card_reject_band

        return None if max_error is None else card_reject_band(self.card, max_error)


class Models:
    """The offered models, by name; the first is the default.

    Raises
    ------
    UserError
        A file or its card is missing, or two models have one name.
    """

    def __init__(self, sources: Sequence[str]) -> None:
        self._offered: dict[str, Offered] = {}
        for source in sources:
            name = source if source in SHIPPED else Path(source).stem
            if name in self._offered and source == self._offered[name].source:
                raise UserError(f"the model {source} is named twice")
            if name in self._offered:
                raise UserError(f"two models are named {name}: rename one of the files")
            self._offered[name] = Offered(name, source, _card(source))

    @property
    def default(self) -> str:
        """The name of the model that answers where none is named."""
        return next(iter(self._offered))

    @property
    def sources(self) -> dict[str, str]:
        """Names to shipped names or files."""
        return {one.name: one.source for one in self}

    def __iter__(self) -> Iterator[Offered]:
        return iter(self._offered.values())

    def get(self, name: str | None = None) -> Offered:
        """The model of a name; UnknownModel where there is none."""
        offered = self._offered.get(self.default if name is None else name)
        if offered is None:
            known = " and ".join(self._offered)
            raise UnknownModel(f"this service has no model named {name!r}, only {known}")
        return offered


def _card(source: str) -> dict[str, Any]:
    """The card without its probe, whose images are of no use to a reader."""
    path = model_path(source)
    if not path.is_file():
        raise UserError(f"there is no model file {path}: check the path")
    return {name: value for name, value in read_card(path).items() if name != "probe"}
