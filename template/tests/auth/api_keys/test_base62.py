"""Bytes as letters and digits."""

import pytest
from hypothesis import given
from hypothesis.strategies import binary

from app.auth.api_keys.base62 import decode, encode, width


@given(binary(min_size=1, max_size=40))
def test_what_is_written_is_read(data: bytes) -> None:
    """Whatever the bytes, with as many digits as any bytes of this number."""
    text = encode(data)

    assert data == decode(text, len(data))
    assert width(len(data)) == len(text)


def test_the_most_that_fits() -> None:
    """All ones take every digit that is reserved for them, and one more is too much."""
    assert "7n42DGM5Tflk9n8mt7Fhc7" == encode(b"\xff" * 16)
    with pytest.raises(OverflowError):
        decode("7n42DGM5Tflk9n8mt7Fhc8", 16)


def test_another_character_is_refused() -> None:
    """Such as one of base64."""
    with pytest.raises(ValueError, match="not found"):
        decode("a-b", 2)
