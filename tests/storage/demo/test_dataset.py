"""The real campaign travels with the package and says what its source says."""

from collections import Counter

import pytest

from storage.demo.dataset import Client, clients


@pytest.fixture(scope="module")
def everybody() -> list[Client]:
    return clients()


def test_the_file_holds_all_clients_of_the_source(everybody: list[Client]) -> None:
    assert len(everybody) == 45_211
    assert [client.number for client in everybody] == list(range(1, 45_212))


def test_buyers_and_contacts_add_up_to_the_published_figures(everybody: list[Client]) -> None:
    assert Counter(client.bought for client in everybody) == {True: 5_289, False: 39_922}
    assert sum(client.attempts for client in everybody) == 124_956
    assert max(client.attempts for client in everybody) == 63
    assert min(client.attempts for client in everybody) == 1
    assert sum(client.attempts > 1 for client in everybody) == 27_667


def test_categories_are_those_of_the_source(everybody: list[Client]) -> None:
    assert Counter(client.previous_outcome for client in everybody) == {
        "unknown": 36_959,
        "failure": 4_901,
        "other": 1_840,
        "success": 1_511,
    }
    assert Counter(client.contact for client in everybody) == {
        "cellular": 29_285,
        "unknown": 13_020,
        "telephone": 2_906,
    }


def test_values_have_their_types(everybody: list[Client]) -> None:
    assert everybody[0] == Client(
        number=1,
        age=58,
        job="management",
        marital="married",
        education="tertiary",
        in_default=False,
        balance=2143,
        housing_loan=True,
        personal_loan=False,
        contact="unknown",
        day=5,
        month="may",
        seconds=261,
        attempts=1,
        pdays=-1,
        previous=0,
        previous_outcome="unknown",
        bought=False,
    )
