import threading

import pytest

from happysad.utils.progress import listen, report


def test_a_report_reaches_the_listener_of_the_block_only():
    heard = []
    report("before", 1, 2)
    with listen(lambda *what: heard.append(what)):
        report("within", 1, 2)
    report("after", 2, 2)
    assert heard == [("within", 1, 2)]


def test_the_inner_listener_hears_alone_and_the_outer_again_after_it():
    outer, inner = [], []
    with listen(lambda *what: outer.append(what[0])):
        with listen(lambda *what: inner.append(what[0])):
            report("inner", 1, 1)
        report("outer", 1, 1)
    assert (outer, inner) == (["outer"], ["inner"])


def test_the_listener_goes_when_the_block_fails():
    heard = []
    with pytest.raises(RuntimeError), listen(lambda *what: heard.append(what)):
        raise RuntimeError
    report("after", 1, 1)
    assert heard == []


def test_other_threads_are_not_overheard():
    heard = []
    with listen(lambda *what: heard.append(what)):
        thread = threading.Thread(target=report, args=("elsewhere", 1, 1))
        thread.start()
        thread.join()
    assert heard == []
