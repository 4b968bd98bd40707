from courses.rules import (
    Entry,
    Event,
    Item,
    ItemState,
    Option,
    Summary,
    clean_choice,
    count_options,
    fold,
    is_complete,
    is_right,
    length_band,
    matches,
    missing,
    missing_parts,
    next_item,
    summarise,
)

ONE, TWO, THREE = Item(1, minutes=5), Item(2, minutes=7), Item(3, required=False, minutes=4)


def test_what_is_left_lists_unfinished_required_lessons_in_reading_order():
    assert missing([TWO, THREE, ONE], done=set()) == [TWO, ONE]


def test_an_archived_lesson_is_excused_until_it_was_done():
    archived = Item(9, retired=True)
    assert missing([ONE, archived], done={1}) == []
    assert summarise([ONE, archived], {1}).required_total == 1
    assert summarise([ONE, archived], {1, 9}).required_done == 2


def test_an_outline_without_lessons_is_never_complete():
    assert not is_complete([], set())


def test_a_course_of_optional_lessons_alone_is_complete_at_once():
    assert is_complete([THREE], set())


def test_percent_is_one_hundred_only_when_nothing_is_missing():
    items = [Item(i, weight=1) for i in range(300)]
    assert summarise(items, set(range(299))).percent == 99
    assert summarise(items, set(range(300))).percent == 100
    assert summarise(items, set(range(1000))).percent == 100


def test_weights_decide_the_share_of_a_lesson():
    assert summarise([Item(1, weight=3), Item(2, weight=1)], {1}).percent == 75


def test_optional_and_foreign_lessons_never_move_the_required_count():
    assert summarise([ONE, TWO, THREE], {3, 77}) == Summary(
        required_total=2, required_done=0, optional_done=1, percent=0, minutes_left=12
    )


def test_progress_is_the_same_in_whatever_order_events_arrive_and_however_often():
    events = [
        Event("opened", 1),
        Event("part_done", 1, "a"),
        Event("done", 1),
        Event("opened", 2),
        Event("enrolled"),
    ]
    expected = {1: ItemState(done=True, parts={"a"}), 2: ItemState()}
    assert fold(events) == expected
    assert fold(reversed(events + events)) == expected


def test_an_event_that_comes_late_takes_no_progress_away():
    assert fold([Event("done", 1), Event("opened", 1)])[1].done


def test_continue_leads_to_the_lesson_last_opened_if_it_is_unfinished():
    assert next_item([ONE, TWO], done=set(), last=2) == TWO


def test_continue_leads_past_what_is_done_and_comes_round_to_what_was_skipped():
    items = [ONE, TWO, Item(4)]
    assert next_item(items, done={2}, last=2) == Item(4)
    assert next_item(items, done={2, 4}, last=4) == ONE
    assert next_item(items, done={1, 2, 4}, last=4) is None


def test_continue_starts_at_the_beginning_when_the_last_lesson_left_the_outline():
    assert next_item([ONE, TWO], done=set(), last=99) == ONE


def test_required_parts_that_are_missing_keep_their_order():
    assert missing_parts(["x", "y", "z"], {"y"}) == ["x", "z"]


OPTIONS = [Option("a", False), Option("b", True), Option("c", True)]


def test_an_answer_is_right_only_with_all_right_options_and_no_wrong_one():
    assert is_right(OPTIONS, ["c", "b"])
    assert not is_right(OPTIONS, ["b"])
    assert not is_right(OPTIONS, ["a", "b", "c"])


def test_an_unknown_option_makes_the_answer_unusable():
    assert clean_choice(OPTIONS, ["b", "zz"], multiple=True) == []


def test_two_answers_to_a_question_with_one_are_unusable():
    assert clean_choice(OPTIONS, ["b", "c"], multiple=False) == []
    assert clean_choice(OPTIONS, ["c", "b"], multiple=True) == ["b", "c"]


def entry(pk, *, topic=(), language=("en",), text=""):
    return Entry(pk, {"topic": frozenset(topic), "language": frozenset(language)}, text)


def test_within_a_facet_any_value_will_do_and_between_facets_all_must_hold():
    housing = entry(1, topic=["housing"], language=["en", "fr"])
    assert matches(housing, {"topic": {"housing", "health"}, "language": {"fr"}}, [])
    assert not matches(housing, {"topic": {"housing"}, "language": {"de"}}, [])


def test_words_are_found_at_the_beginning_of_words_only():
    course = entry(1, text="work and housing")
    assert matches(course, {}, ["hous", "work"])
    assert not matches(course, {}, ["ousing"])


def test_counts_ignore_the_choice_in_their_own_facet_and_respect_the_others():
    courses = [
        entry(1, topic=["housing"], language=["en", "fr"]),
        entry(2, topic=["health"], language=["en"]),
        entry(3, topic=["health"], language=["fr"]),
    ]
    chosen = {"topic": {"housing"}, "language": {"fr"}}
    assert count_options(courses, "topic", ["housing", "health"], chosen, []) == {
        "housing": 1,
        "health": 1,
    }
    assert count_options(courses, "language", ["en", "fr"], chosen, []) == {"en": 1, "fr": 1}


def test_length_bands_end_at_an_hour_and_at_two_and_a_half():
    assert [length_band(m) for m in (0, 60, 61, 150, 151)] == [
        "short",
        "short",
        "medium",
        "medium",
        "long",
    ]
