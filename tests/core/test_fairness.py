from generation.core.fairness import CREDIT, levels, turn


def order(served, running, waiting, weight):
    """Who gets the next calls, one after another."""
    level = levels(served, weight)
    rows = [
        (turn(level[user], running.get(user, 0), n, weight[user]), user) for user in waiting
        for n in range(1, waiting[user] + 1)
    ]
    return [user for _turn, user in sorted(rows)]


def test_who_was_served_least_comes_first():
    assert order({1: 30, 2: 0}, {}, {1: 5, 2: 5}, {1: 1, 2: 1})[:5] == [2] * 5


def test_nobody_lags_behind_by_more_than_the_credit():
    found = order({1: 10_000}, {}, {1: 50, 2: 50}, {1: 1, 2: 1})
    assert found[:CREDIT] == [2] * CREDIT
    assert sorted(found[CREDIT:CREDIT + 20]) == [1] * 10 + [2] * 10


def test_calls_that_run_count_like_those_that_were_served():
    assert order({1: 4}, {2: 4}, {1: 2, 2: 2}, {1: 1, 2: 1}) == [1, 2, 1, 2]


def test_weight_is_a_share():
    assert sorted(order({}, {}, {1: 9, 2: 9}, {1: 1, 2: 3})[:8]) == [1] * 2 + [2] * 6


def test_nobody_waits():
    assert levels({1: 3}, {}) == {}
