"""``happysad``: the command line."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from happysad.utils.console import any_text

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Names to modules and functions.
COMMANDS = {
    "audit": "happysad.commands.dataset:audit",
    "compare": "happysad.experiments.compare:main",
    "demo": "happysad.commands.dataset:demo",
    "experiment": "happysad.cli:experiment",
    "explain": "happysad.commands.explain:explain",
    "export": "happysad.commands.train:export",
    "models": "happysad.commands.models:models",
    "predict": "happysad.commands.predict:predict",
    "serve": "happysad.commands.serve:serve",
    "train": "happysad.commands.train:train",
    "video": "happysad.commands.video:video",
    "webcam": "happysad.commands.webcam:webcam",
}

EXPERIMENTS = {
    "ablation": "happysad.experiments.ablation:main",
    "cross-dataset": "happysad.experiments.cross_dataset:main",
    "fine-tuning": "happysad.experiments.fine_tuning:main",
    "learning-curve": "happysad.experiments.learning_curve:main",
    "peers": "happysad.experiments.peers:main",
    "robustness": "happysad.experiments.robustness:main",
    "tune": "happysad.experiments.tune:main",
}


class _Text(click.types.StringParamType):
    """A text that shells complete as the name of a file, which most of ours are."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


class LazyGroup(click.Group):
    """Imports a command on first use: a prediction needs little of what a comparison does."""

    def __init__(self, *args: Any, modules: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.modules)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.modules:
            return None
        module, _, function = self.modules[name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), function)
        for parameter in command.params:
            if type(parameter.type) is click.types.StringParamType:
                parameter.type = _Text()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = {name: name for name in self.modules}
        if "experiment" in known:
            known = {name: f"experiment {name}" for name in EXPERIMENTS} | known
        if args[0] not in self.modules and (near := get_close_matches(args[0], known, n=1)):
            ctx.fail(f"No such command {args[0]!r}. Did you mean {known[near[0]]!r}?")
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        any_text()  # before click prints its help
        return super().main(*args, **kwargs)


_HELP = {"help_option_names": ["-h", "--help"]}


@click.group(cls=LazyGroup, modules=COMMANDS, context_settings=_HELP)
@click.version_option(package_name="happysad")
def main() -> None:
    """Tell a happy face from a sad one."""


@click.group(cls=LazyGroup, modules=EXPERIMENTS, context_settings=_HELP)
def experiment() -> None:
    """Ask one question of the models: a report, CSV files and figures below runs/.

    In a checkout each is a script of its own too, such as python experiments/robustness.py.

    \b
    Examples:
      happysad experiment robustness --data photos --models hog-svm,cnn-small
      happysad experiment learning-curve --data photos --sizes 50,100,200
    """


if __name__ == "__main__":
    main()
