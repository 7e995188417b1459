"""Open jobs: which one answers others, who has them, and which the store does not know yet."""

import pytest
import toy
from sessions import numbers

from nasplug.engine.open_jobs import OpenJobs, question

NETWORK, OTHER = (0, 0, 1), (0, 0, 2)


def opened(*jobs):
    open_jobs = OpenJobs({})
    return open_jobs, [open_jobs.add(job) for job in jobs]


def test_of_equal_jobs_the_first_leads_and_the_others_follow():
    jobs = [toy.job(*code, number=number) for number, code in enumerate([NETWORK, OTHER, NETWORK, NETWORK])]
    open_jobs, leads = opened(*jobs)
    assert leads == [True, True, False, False]
    assert [numbers(open_jobs.followers(number)) for number in range(4)] == [[2, 3], [], [], []]


@pytest.mark.parametrize("other", [{"canonical": "x"}, {"purpose": "final"}, {"epochs": 9}, {"continues": 1}])
def test_jobs_are_equal_where_network_purpose_and_fidelity_are(other):
    assert question(toy.job(*NETWORK)) == question(toy.job(*NETWORK, number=7, seed=5))
    assert question(toy.job(*NETWORK)) != question(toy.job(*NETWORK, **other))


def test_a_leader_that_is_closed_leads_no_more():
    open_jobs, _ = opened(toy.job(*NETWORK), toy.job(*NETWORK, number=1))
    for number in (0, 1):
        open_jobs.close(number)
    assert (open_jobs.jobs, open_jobs.followers(0)) == ({}, [])
    assert open_jobs.add(toy.job(*NETWORK, number=2))


def test_a_follower_that_is_closed_by_itself_follows_no_more():
    open_jobs, _ = opened(*(toy.job(*NETWORK, number=number) for number in range(3)))
    open_jobs.close(1)
    assert numbers(open_jobs.followers(0)) == [2]
    assert not open_jobs.add(toy.job(*NETWORK, number=3))


def test_a_job_is_free_until_it_is_lent_and_again_when_its_time_is_over():
    open_jobs, _ = opened(toy.job(*NETWORK), toy.job(*OTHER, number=1), toy.job(*NETWORK, number=2))
    assert numbers(open_jobs.free(5.0)) == [0, 1]  # a follower is never handed out
    open_jobs.lend(0, 10.0)
    assert (numbers(open_jobs.free(9.0)), numbers(open_jobs.lent(9.0))) == ([1], [0])
    assert (numbers(open_jobs.free(10.0)), numbers(open_jobs.lent(10.0))) == ([0, 1], [])
    open_jobs.close(0)
    assert open_jobs.lent(0.0) == []


def test_what_is_stored_replaces_everything():
    open_jobs, _ = opened(toy.job(*OTHER, number=9))
    open_jobs.lend(9, 100.0)
    stored = [toy.job(*NETWORK), toy.job(*NETWORK, number=1), toy.job(*OTHER, number=2)]
    open_jobs.replace(stored, {0: 10.0, 1: 10.0, 2: 0.0})
    assert (list(open_jobs.jobs), open_jobs.stored) == ([0, 1, 2], {0, 1, 2})
    assert (numbers(open_jobs.free(5.0)), numbers(open_jobs.lent(5.0))) == ([2], [0])
    assert open_jobs.not_stored() == []


def test_the_jobs_are_those_of_the_run_itself():
    of_run = {}
    OpenJobs(of_run).replace([toy.job(*NETWORK)], {})
    assert list(of_run) == [0]


def test_what_the_store_does_not_know_is_told():
    open_jobs, _ = opened(toy.job(*NETWORK), toy.job(*OTHER, number=1))
    open_jobs.stored.add(0)
    assert numbers(open_jobs.not_stored()) == [1]
