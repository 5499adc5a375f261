"""Punycode (RFC 3492): Unicode labels as ASCII, and back.

Decides: how the characters of one label are numbered. Which labels may be written so belongs to
`_host`. The standard library has a codec, which this agrees with and beats by several times; it
also takes what only nearly is Punycode.
"""

from ._errors import RefusedError

# RFC 3492 5, parameter values for Punycode.
_BASE, _T_MIN, _T_MAX, _SKEW, _DAMP = 36, 1, 26, 38, 700
_INITIAL_BIAS, _INITIAL_N = 72, 0x80
_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_MAX_CODE_POINT = 0x10FFFF
_NOT_VALID = "a label of the host begins with xn-- but is not valid Punycode"


def encode(label: str) -> str:
    """Encode a label, without the `xn--` (RFC 3492 6.3). Quadratic: only for short text."""
    output = [character for character in label if character < "\x80"]
    basic = done = len(output)
    if basic:
        output.append("-")
    points = [ord(character) for character in label]
    delta, bias = 0, _INITIAL_BIAS
    reached = _INITIAL_N
    for point in sorted({point for point in points if point >= _INITIAL_N}):
        delta += (point - reached) * (done + 1)
        for other in points:
            if other < point:
                delta += 1
            elif other == point:
                output.append(_integer(delta, bias))
                bias = _adapt(delta, done + 1, first=done == basic)
                delta = 0
                done += 1
        delta += 1
        reached = point + 1
    return "".join(output)


def decode(text: str) -> str:
    """Decode what `encode` gives (RFC 3492 6.2), raising RefusedError for anything else."""
    if not text.isascii():
        raise RefusedError(_NOT_VALID)
    basic, _, extended = text.rpartition("-")
    output = list(basic)
    point, position, bias = _INITIAL_N, 0, _INITIAL_BIAS
    start = 0
    while start < len(extended):
        delta, start = _read_integer(extended, start, bias)
        size = len(output) + 1
        bias = _adapt(delta, size, first=size == len(basic) + 1)
        more, position = divmod(position + delta, size)
        point += more
        if point > _MAX_CODE_POINT:
            raise RefusedError(_NOT_VALID)
        output.insert(position, chr(point))
        position += 1
    return "".join(output)


def _integer(value: int, bias: int) -> str:
    """Write a generalized variable-length integer (RFC 3492 3.3)."""
    digits = ""
    threshold_base = _BASE
    while True:
        threshold = min(max(threshold_base - bias, _T_MIN), _T_MAX)
        if value < threshold:
            return digits + _DIGITS[value]
        value, digit = divmod(value - threshold, _BASE - threshold)
        digits += _DIGITS[threshold + digit]
        threshold_base += _BASE


def _read_integer(text: str, start: int, bias: int) -> tuple[int, int]:
    value, weight = 0, 1
    threshold_base = _BASE
    for position in range(start, len(text)):
        digit = _VALUES.get(text[position])
        if digit is None:
            break
        value += digit * weight
        threshold = min(max(threshold_base - bias, _T_MIN), _T_MAX)
        if digit < threshold:
            return value, position + 1
        weight *= _BASE - threshold
        threshold_base += _BASE
    raise RefusedError(_NOT_VALID)


def _adapt(delta: int, count: int, *, first: bool) -> int:
    """Adapt the bias (RFC 3492 6.1)."""
    delta = delta // _DAMP if first else delta // 2
    delta += delta // count
    steps = 0
    while delta > ((_BASE - _T_MIN) * _T_MAX) // 2:
        delta //= _BASE - _T_MIN
        steps += _BASE
    return steps + (_BASE - _T_MIN + 1) * delta // (delta + _SKEW)
