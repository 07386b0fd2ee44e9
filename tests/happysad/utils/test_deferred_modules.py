"""Modules that are stood in for: called, asked, derived from, missing."""

from __future__ import annotations

import sys

import pytest

from happysad.utils.deferred_modules import deferred_modules


@pytest.fixture
def some(tmp_path, monkeypatch):
    """A package ``some_package`` of two modules, and ``user_of_it``, which imports them."""
    package = tmp_path / "some_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "inner.py").write_text("class A:\n    x = 3\n\ndef f():\n    return 4\n")
    (tmp_path / "user_of_it.py").write_text(
        "import some_package.inner as module\nfrom some_package.inner import A, f\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [n for n in sys.modules if n.startswith(("some_package", "user_of_it"))]:
        del sys.modules[name]


def test_a_stand_in_is_called_asked_and_derived_from(some):
    with deferred_modules(("some_package",)):
        import user_of_it as user
    assert "some_package" not in sys.modules
    assert user.f() == 4
    assert user.A.x == 3
    assert user.module.f() == 4
    real = sys.modules["some_package.inner"]
    assert isinstance(real.A(), user.A)

    class B(user.A):
        pass

    assert issubclass(B, real.A)


def test_a_real_one_that_is_needed_within_ends_it(some):
    with deferred_modules(("some_package",)):
        import user_of_it as user

        assert user.f() == 4
        import some_package.inner

        assert some_package.inner.f() == 4
        assert type(some_package.inner.f).__name__ == "function"


def test_modules_below_a_real_one_are_stood_in_for_and_taken_out_again(some):
    import some_package

    with deferred_modules(("some_package.inner",)):
        import user_of_it as user
    assert "inner" not in vars(some_package)
    assert user.module.A.x == 3
    assert vars(some_package)["inner"].f() == 4


def test_what_is_not_installed_is_still_missing():
    with deferred_modules(("no_such_package",)), pytest.raises(ModuleNotFoundError):
        import no_such_package  # noqa: F401


def test_an_error_in_the_block_leaves_no_trace(some):
    before = list(sys.meta_path)
    (some / "user_of_it.py").write_text("import some_package.inner\n1 / 0\n")
    with pytest.raises(ZeroDivisionError), deferred_modules(("some_package",)):
        import user_of_it  # noqa: F401
    assert sys.meta_path == before
    assert "some_package.inner" not in sys.modules
