"""The command that puts the tables of a run into the README."""

from __future__ import annotations

from click.testing import CliRunner

from happysad.experiments.maintenance import publish_results


def test_it_prints_what_was_written_and_refuses_in_a_sentence(monkeypatch, tmp_path):
    result = CliRunner().invoke(publish_results.main, ["mine", str(tmp_path)])
    assert result.exit_code == 2
    assert "is not the folder of a run" in result.stderr
    monkeypatch.setattr(publish_results, "publish", lambda name, folder: [name, str(folder)])
    result = CliRunner().invoke(publish_results.main, ["mine", str(tmp_path)])
    assert result.stdout.splitlines() == ["mine", str(tmp_path)]
