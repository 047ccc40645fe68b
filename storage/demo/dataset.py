"""Reads the real campaign that ships with Dialdeck (bank-marketing.csv.xz, see ATTRIBUTION.md).

One `Client` per row, in the order of the file, with typed values; nothing is made up here.
"""

import csv
import io
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

DATA_FILE = "bank-marketing.csv.xz"
ATTRIBUTION = (
    "Data: S. Moro, P. Cortez, P. Rita, “Bank Marketing”, UCI Machine Learning Repository, CC BY 4.0. "
    "Names are made up, numbers are reserved for fiction."
)


@dataclass(frozen=True, slots=True)
class Client:
    """One client of the bank and what the campaign achieved with them.

    `number` is the row, from 1. `attempts` is the column `campaign`: contacts made in this campaign, at least
    1. `seconds` is the length of the last call. `balance` is in whole euros. `pdays` is the days since the
    campaign before (-1 for never). `bought` is the column `y`.
    """

    number: int
    age: int
    job: str
    marital: str
    education: str
    in_default: bool
    balance: int
    housing_loan: bool
    personal_loan: bool
    contact: str
    day: int
    month: str
    seconds: int
    attempts: int
    pdays: int
    previous: int
    previous_outcome: str
    bought: bool


def clients() -> Iterator[Client]:
    """Stream the clients of the shipped file, one at a time, in its order."""
    with (
        (files("storage.demo") / DATA_FILE).open("rb") as packed,
        lzma.open(packed) as plain,
        io.TextIOWrapper(plain, encoding="ascii", newline="") as text,
    ):
        for number, row in enumerate(csv.DictReader(text), start=1):
            yield _client(number, row)


def _client(number: int, row: dict[str, str]) -> Client:
    return Client(
        number=number,
        age=int(row["age"]),
        job=row["job"],
        marital=row["marital"],
        education=row["education"],
        in_default=row["default"] == "yes",
        balance=int(row["balance"]),
        housing_loan=row["housing"] == "yes",
        personal_loan=row["loan"] == "yes",
        contact=row["contact"],
        day=int(row["day"]),
        month=row["month"],
        seconds=int(row["duration"]),
        attempts=int(row["campaign"]),
        pdays=int(row["pdays"]),
        previous=int(row["previous"]),
        previous_outcome=row["poutcome"],
        bought=row["y"] == "yes",
    )
