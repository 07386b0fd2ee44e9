import pytest

from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageError


def test_a_users_mistake_can_be_caught_as_a_value_error():
    assert issubclass(ImageError, UserError)
    for kind in (UserError, ImageError):
        with pytest.raises(ValueError, match="what to do"):
            raise kind("what to do")
