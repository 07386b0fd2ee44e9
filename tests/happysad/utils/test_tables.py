"""Tables of texts."""

from __future__ import annotations

from happysad.utils.tables import markdown, numeric_columns, print_table


def printed(capsys, lines, below=""):
    print_table(lines, below)
    return capsys.readouterr().out.splitlines()


def test_numbers_stand_at_the_right_and_words_at_the_left(capsys):
    lines = [["change", "note", "AUC"], ["blur", "a", "0.9"], ["cover eyes", "bcd", "0.85"]]
    assert printed(capsys, lines, "Below.") == [
        "change      note   AUC",
        "blur        a      0.9",
        "cover eyes  bcd   0.85",
        "Below.",
    ]


def test_no_number_is_cut_off(capsys):
    wide = [f"{i}.123 (0.10 to 0.20)" for i in range(12)]
    lines = printed(capsys, [["images", *(f"model-{i}" for i in range(12))], ["50", *wide]])
    assert len(lines) == 2
    assert all(cell in lines[1] for cell in wide)


def test_free_text_at_the_end_of_a_row_widens_no_column(capsys):
    lines = [["image", "answer", "p"], ["a.jpg", "happy", "0.9"], ["b.jpg", "no " * 20 + "face"]]
    assert printed(capsys, lines)[1] == "a.jpg  happy   0.9"


def test_wide_letters_take_two_columns(capsys):
    lines = printed(capsys, [["image", "is"], ["漢字.jpg", "happy"], ["1234.jpg", "happy"]])
    assert lines[1].index("happy") + 2 == lines[2].index("happy")


def test_what_a_number_is():
    numbers = ["1", "1,473", "0.936", "+0.1 [-0.1, +0.3]", "0.7 (0.6 to 0.8)", "3 of 40", "< 0.001",
               "0.9 to 1.0", "0.83, 0.83", "95.8%", "never", "-"]  # fmt: skip
    for cell in numbers:
        assert numeric_columns([["a"], [cell], [""]]) == [True], cell
    for cell in ["", "no", "1 2 3 4", "1234.jpg", "2 people", "hog-svm"]:
        assert numeric_columns([["a"], [cell]]) == [False], cell


def test_markdown_is_a_table():
    assert markdown([["a", "b"], ["1", "2"]]).splitlines() == [
        "| a | b |", "| --- | ---: |", "| 1 | 2 |",
    ]  # fmt: skip
