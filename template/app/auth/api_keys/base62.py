"""Bytes as letters and digits: a double click selects them all, and no program needs to escape one."""

import string
from math import ceil, log2

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


def width(size: int) -> int:
    """How many digits so many bytes take."""
    return ceil(size * 8 / log2(len(DIGITS)))


def encode(data: bytes) -> str:
    """Write bytes, always with as many digits as their number of bytes can take."""
    number, text = int.from_bytes(data), ""
    for _ in range(width(len(data))):
        number, digit = divmod(number, len(DIGITS))
        text = DIGITS[digit] + text
    return text


def decode(text: str, size: int) -> bytes:
    """Read so many bytes. Raises ValueError or OverflowError when that is not what the text holds."""
    number = 0
    for digit in text:
        number = number * len(DIGITS) + DIGITS.index(digit)
    return number.to_bytes(size)
