from courses.rules import (
    Change,
    Entry,
    Event,
    Item,
    ItemState,
    Option,
    Place,
    Summary,
    changes,
    clean_choice,
    count_options,
    fold,
    in_force,
    is_complete,
    is_right,
    is_structure,
    kinds_possible,
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


def test_nobody_completes_a_course_that_requires_nothing():
    assert not is_complete([THREE], {3})


def test_nobody_completes_a_course_because_all_of_it_was_archived():
    archived = [Item(1, retired=True), Item(2, retired=True)]
    assert not is_complete(archived, set())
    assert summarise(archived, set()).percent == 0
    assert is_complete(archived, {1})


def test_who_completed_a_course_has_nothing_left_whatever_the_outline_says():
    assert summarise([ONE, TWO], {1}, completed=True) == Summary(
        required_total=1, required_done=1, optional_done=0, percent=100, minutes_left=0
    )


def test_lessons_that_came_later_are_optional_and_those_that_went_are_excused():
    late = Item(9, minutes=3)
    now = in_force([ONE, TWO], [TWO, late])

    assert [(i.id, i.required, i.retired) for i in now] == [
        (TWO.id, True, False),
        (9, False, False),
        (ONE.id, True, True),
    ]


def test_a_lesson_is_to_be_done_again_until_it_was_done_under_the_new_outline():
    first = Event("done", 1, outline=1)
    asked = Event("reopened", 1, outline=3)
    again = Event("done", 1, outline=3)

    assert not fold([first, asked])[1].done
    assert not fold([asked, Event("done", 1, outline=2)])[1].done
    for events in ([first, asked, again], [again, first, asked], [asked, again, asked]):
        assert fold(events)[1].done


def test_parts_of_a_reopened_lesson_are_to_be_done_again():
    events = [Event("part_done", 1, "a", 1), Event("reopened", 1, outline=2)]
    assert fold(events)[1].parts == set()
    assert fold([*events, Event("part_done", 1, "a", 2)])[1].parts == {"a"}


def test_changes_between_outlines_name_the_fewest_lessons_that_moved():
    old = [Place(1, "m"), Place(2, "m"), Place(3, "m"), Place(4, "n", text=1)]
    new = [
        Place(3, "m"),
        Place(1, "m", minutes=9),
        Place(2, "n", required=False),
        Place(4, "n", text=2),
        Place(5, "n"),
    ]

    found = changes(["m", "n"], old, ["n", "m"], new)

    assert sorted((c.kind, str(c.item or c.module)) for c in found) == [
        ("added", "5"),
        ("length", "1"),
        ("module_reordered", "m"),
        ("moved", "2"),
        ("optional", "2"),
        ("reordered", "3"),
        ("text", "4"),
    ]
    assert kinds_possible(found) == ["additive", "material"]


def test_a_new_order_may_be_called_cosmetic_and_a_new_text_is_no_structure():
    found = changes(["m"], [Place(1, "m"), Place(2, "m")], ["m"], [Place(2, "m"), Place(1, "m")])
    assert [c.kind for c in found] == ["reordered"]
    assert kinds_possible(found) == ["cosmetic", "additive", "material"]
    text = changes(["m"], [Place(1, "m")], ["m"], [Place(1, "m", text=7)])
    assert [is_structure(c) for c in text] == [False]


def test_a_lesson_that_left_the_outline_is_named_last():
    assert changes(["m"], [Place(1, "m"), Place(2, "m")], ["m"], [Place(2, "m")]) == [
        Change("removed", 1, "m")
    ]


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
    expected = {1: ItemState(done_in=1, parts_in={"a": 1}), 2: ItemState()}
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
