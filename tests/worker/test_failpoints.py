"""Fail points do nothing unless a folder is named, and one file in it is one crash."""

import pytest

from generation.worker import failpoints


class Died(Exception):
    pass


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Workers with fail points; who would die raises instead."""

    def die(name: str) -> None:
        raise Died(name)

    monkeypatch.setattr(failpoints, "_folder", tmp_path)
    monkeypatch.setattr(failpoints, "_die", die)
    return tmp_path


def test_nothing_happens_without_the_setting():
    assert failpoints._folder is None
    failpoints.reach("before_call")
    failpoints.taste({"preferences": failpoints.POISON}, 1)
    failpoints.stall_pulse()
    failpoints.skew_clock()


def test_one_file_is_one_crash(folder):
    failpoints.reach("before_store")
    (folder / "before_store").touch()
    failpoints.reach("before_call")
    with pytest.raises(Died, match="before_store"):
        failpoints.reach("before_store")
    failpoints.reach("before_store")


def test_poison_kills_again_and_again_whoever_calls_for_the_first_unit_and_nobody_else(folder):
    (folder / "poison").touch()
    brief = {"preferences": failpoints.POISON}
    failpoints.taste(brief, 0)
    failpoints.taste(brief, 2)
    failpoints.taste({"preferences": "no burpees"}, 1)
    for _ in range(2):
        with pytest.raises(Died, match="poison"):
            failpoints.taste(brief, 1)


def test_production_refuses_them(tmp_path, monkeypatch):
    from config.environment import Environment

    production = {
        "app_env": "production", "secret_key": "s" * 60, "allowed_hosts": ["learn.example.org"],
        "database_url": "postgresql://u@db/name", "redis_url": "redis://cache/0",
    }
    assert Environment(_env_file=None, **production).failpoints is None
    with pytest.raises(ValueError, match="die on purpose"):
        Environment(_env_file=None, **production, failpoints=tmp_path)
