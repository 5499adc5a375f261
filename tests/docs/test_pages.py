"""What runs the pages holds them to what they promise."""

import pytest

from testkit.pages import promises_of, run


@pytest.mark.parametrize(
    "block",
    [
        "print(1)  # 1",
        "for _ in range(3):\n    print(1)  # 1",
        "for n in range(3):\n    print(n // 2)\n    # 0\n    # 1",
        "print(\n    1,\n    2,\n)  # 1 2",
        "print('one\\ntwo')\n# one\n# two",
        "print(await __import__('asyncio').sleep(0, 7))  # 7",
        "def tell(n):\n    print(n)  # 1\n\n\ntell(1)",
        "print(1)\n\n# What follows is about something else.\nprint(2)  # 2",
        "print(1)\none = 1  # of many",
    ],
)
def test_a_kept_promise_is_no_error(block):
    run([block], "page")


@pytest.mark.parametrize(
    ("block", "printed"),
    [
        ("print(2)  # 1", ["2"]),
        ("print(2)  # 1\nprint(1)", ["2"]),
        ("if False:\n    print(1)  # 1", []),
        ("for n in range(1, 3):\n    print(n)  # 1", ["1", "2"]),
        ("for n in (1, 2):\n    print(n)\n    # 2\n    # 1", ["1", "2"]),
        ("for n in (1, 2, 1):\n    print(n)\n    # 1\n    # 2", ["1", "2", "1"]),
        ("print(' 1')  # 1", [" 1"]),
    ],
)
def test_a_broken_promise_is_named_with_its_line_and_what_it_printed(block, printed):
    ((line, promise),) = promises_of(block).items()
    with pytest.raises(AssertionError) as caught:
        run(["pass", block], "page")
    expected = f"page, block 2, line {line} promises {promise} and prints {printed}"
    assert expected == str(caught.value)
