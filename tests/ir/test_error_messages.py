"""Messages are one line: what, where, expected, what to do."""

from aiec.ir.errors import AiecError, OptionError, nearest


def test_message_has_its_parts_in_order():
    error = AiecError("the lock is full", where="tile (0, 2)", expected="at most 63", todo="wait")
    assert str(error) == "the lock is full; at tile (0, 2); expected at most 63; wait"


def test_message_is_one_line():
    assert str(AiecError("two\n  lines")) == "two lines"


def test_option_errors_are_value_errors():
    assert issubclass(OptionError, ValueError)


def test_nearest_names_the_closest_then_all():
    assert nearest("sim:np2", ["sim:npu2", "cpu"]) == "'sim:npu2'? (one of cpu, sim:npu2)"
    assert nearest("zzz", ["b", "a"]) == "one of a, b"
