import pytest

from credentials.rules import breakable, clusters, seen


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        *(("Ada", "Ada"), ("  Ada\u3000B\n", "Ada B"), ("A\x00d\u202ea", "Ada")),
        *(("علی\u200cرضا", "علی\u200cرضا"), ("Jose\u0301", "Jose\u0301"), ("5", "5"), ("🎒", "🎒")),
        *((nothing, "□") for nothing in ("", " ", "\x01", "\u200d", "\u0301", "\u3164", "\u2800")),
    ],
)
def test_a_name_is_shown_without_what_is_not_drawn_and_never_as_nothing(name, shown):
    assert seen(name) == shown


@pytest.mark.parametrize(
    "signs",
    [
        *(["A", "d", "a"], ["e\u0301\u0302", "x"], ["न", "म", "स\u094dत\u0947"]),
        *(["ශ\u0dca\u200dර\u0dd3", "ල"], ["ی\u200c", "ر"], ["\u1112\u1161\u11ab", "\u1100\u1173"]),
        *(
            ["👩\u200d🚀", "👍🏽"],
            ["🇪🇺", "🇬🇷"],
            ["🇪"],
            ["ก\u0e33", "ก\u0e35\u0e48"],
            ["\u0301"],
            [],
        ),
    ],
)
def test_what_readers_take_for_one_character_stays_together(signs):
    assert clusters("".join(signs)) == signs


def test_only_a_word_that_is_longer_than_a_line_may_be_broken():
    assert breakable("Anna " * 20) == "Anna " * 20
    assert breakable("e\u0301" * 30) == "\u200b".join(["e\u0301"] * 30)
    assert breakable("Ada " + "x" * 30) == "Ada " + "\u200b".join("x" * 30)
