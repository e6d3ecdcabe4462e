import pytest

from core.sourcemap.json_strings import name_text


@pytest.mark.parametrize(
    "literal, expected",
    [
        pytest.param(b'"a\\u0062"', "ab", id="string"),
        pytest.param(b"7", "7", id="integer"),
        pytest.param(b"-7", "-7", id="negative-integer"),
        pytest.param(b"18446744073709551615", "18446744073709551615", id="largest-integer"),
        pytest.param(b"18446744073709551616", "1.8446744073709552e+19", id="one-more-is-a-double"),
        pytest.param(b"-9223372036854775808", "-9223372036854775808", id="smallest-integer"),
        pytest.param(b"-9223372036854775809", "-9.223372036854776e+18", id="one-less-is-a-double"),
        pytest.param(b"1" + b"0" * 300, "1e+300", id="integer-of-300-digits"),
        pytest.param(b"1.0", "1.0", id="whole-double-keeps-a-decimal"),
        pytest.param(b"1e2", "100.0", id="exponent-makes-a-double"),
        pytest.param(b"0.00001", "0.00001", id="smallest-without-exponent"),
        pytest.param(b"1.25e-5", "0.0000125", id="small-without-exponent"),
        pytest.param(b"0.0001", "0.0001", id="where-python-starts-to-do-without"),
        pytest.param(b"0.0000001", "1e-7", id="exponent-has-no-zero-in-front"),
        pytest.param(b"-1.5e-10", "-1.5e-10", id="exponent-of-two-digits"),
        pytest.param(b"1e15", "1000000000000000.0", id="largest-without-exponent"),
        pytest.param(b"1e16", "1e+16", id="smallest-with-exponent"),
        pytest.param(b"1e21", "1e+21", id="plus-sign-in-the-exponent"),
        pytest.param(b"12345678901234567890123", "1.2345678901234568e+22", id="many-digits"),
        pytest.param(b"-0", "-0.0", id="minus-zero"),
        pytest.param(b"-0.0", "-0.0", id="minus-zero-as-double"),
        pytest.param(b"0", "0", id="zero"),
        pytest.param(b"0.0", "0.0", id="zero-as-double"),
        pytest.param(b"1e-999", "0.0", id="too-small-for-a-double"),
        pytest.param(b"null", "", id="null-is-empty"),
        pytest.param(b"true", "", id="true-is-empty"),
        pytest.param(b"[1]", "", id="array-is-empty"),
        pytest.param(b"{}", "", id="object-is-empty"),
    ],
)
def test_text_of_a_name(literal, expected):
    assert name_text(literal) == expected
