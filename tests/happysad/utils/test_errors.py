import pytest

from happysad.utils.errors import UserError
from happysad.utils.image_decoding import ImageError


@pytest.mark.parametrize("kind", [UserError, ImageError])
def test_a_users_mistake_can_be_caught_as_a_value_error(kind):
    with pytest.raises(ValueError, match="what to do"):
        raise kind("what to do")


def test_an_image_error_is_a_users_mistake():
    assert issubclass(ImageError, UserError)
