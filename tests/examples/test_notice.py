"""The example middleware: incumbents are told once, to a webhook that really listens, and a deaf one ends nothing."""

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from nasplug_notice import Notice

import nasplug
from nasplug.testing import MiddlewareConformance, Toy
from nasplug.testing.searches import run_interrupted
from nasplug.testing.toy import HillClimber


class TestNotice(MiddlewareConformance):
    middleware = "notice"


@pytest.fixture
def webhook():
    """A server on this machine, and the documents that it was sent."""
    told = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/found", told
        server.shutdown()
        thread.join()


def test_every_incumbent_above_the_bound_is_told(webhook):
    url, told = webhook
    result = nasplug.search(Toy(), "random", budget=50, middleware=[f"notice:url={url},above=70"])
    best, wanted = 70.0, []
    for trial in result.trials[:-1]:
        if trial.accuracy > best:
            best = trial.accuracy
            wanted.append(
                {"run": result.run, "trial": trial.number, "architecture": str(trial.architecture), "accuracy": best}
            )
    assert told == wanted
    assert len(told) > 1


def test_of_another_objective_what_is_better_in_its_direction_is_told_by_its_name(webhook):
    url, told = webhook
    nasplug.search("objective_spaces:Perplexity", "toy:Grid", budget=4, middleware=[f"notice:url={url},above=170"])
    values = [notice["perplexity"] for notice in told]
    assert [notice["trial"] for notice in told] == [2, 3]  # each is lower than the last, the first two above 170
    assert 130.0 < values[1] < values[0] < 170.0


def test_a_resumed_run_tells_of_nothing_twice(webhook):
    url, told = webhook
    run_interrupted((Toy, HillClimber, lambda: [Notice(url=url)]), 6, budget=60)
    numbers = [notice["trial"] for notice in told]
    assert numbers == sorted(set(numbers))
    assert numbers[0] < 6 < numbers[-1]


def test_a_webhook_that_does_not_listen_is_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        result = nasplug.search(Toy(), "random", budget=5, middleware=[Notice(url="http://127.0.0.1:9/")])
    assert len(result.trials) == 6
    assert "the webhook http://127.0.0.1:9/ cannot be reached" in caplog.text
