"""Public names that are imported when they are first asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from happysad.utils.lazy_names import lazy_names


def test_a_name_comes_from_its_module():
    get = lazy_names("happysad.utils", {"UserError": "errors"})
    from happysad.utils.errors import UserError

    assert get("UserError") is UserError


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"'happysad\.utils' has no attribute 'Nothing'"):
        lazy_names("happysad.utils", {})("Nothing")


@pytest.mark.process
def test_nothing_is_imported_before():
    code = "import sys, happysad.features as f; print('happysad.features.hog' in sys.modules);"
    code += "f.Hog; print('happysad.features.hog' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
