"""Reads the real campaign that ships with Dialdeck (bank-marketing.csv.xz, see ATTRIBUTION.md).

One `Client` per row, in the order of the file, with typed values; nothing is made up here.
"""

import csv
import io
import lzma
from dataclasses import dataclass
from importlib.resources import files
from random import Random

DATA_FILE = "bank-marketing.csv.xz"
ATTRIBUTION = (
    "Data: S. Moro, P. Cortez, P. Rita, “Bank Marketing”, UCI Machine Learning Repository, CC BY 4.0. "
    "Names are made up, numbers are reserved for fiction."
)
_COLUMNS = (
    "poutcome", "job", "marital", "education", "default", "housing", "loan", "contact", "day", "month", "campaign",
    "duration", "pdays", "previous", "age", "balance", "y",
)  # fmt: skip


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


def clients() -> list[Client]:
    """The clients of the shipped file, in its order."""
    return [_client(number, row) for number, row in enumerate(_rows(), start=1)]


def drawn(leads: int, chance: Random) -> list[Client]:
    """As many of them, drawn by ``chance``, in the order of the file; all where it has no more."""
    rows = _rows()
    if leads >= len(rows):
        return clients()
    chosen = chance.sample(range(len(rows)), leads)
    return [_client(place + 1, rows[place]) for place in sorted(chosen)]


def _rows() -> list[list[str]]:
    packed = (files("storage.demo") / DATA_FILE).read_bytes()
    head, *rows = csv.reader(io.StringIO(lzma.decompress(packed).decode("ascii"), newline=""))
    if tuple(head) != _COLUMNS:
        raise ValueError(f"{DATA_FILE} has other columns than it should: {', '.join(head)}")
    return rows


def _client(number: int, row: list[str]) -> Client:
    outcome, job, marital, education, default, housing, loan, contact, day, month, *rest = row
    attempts, seconds, pdays, previous, age, balance, bought = rest
    return Client(
        number=number,
        age=int(age),
        job=job,
        marital=marital,
        education=education,
        in_default=default == "yes",
        balance=int(balance),
        housing_loan=housing == "yes",
        personal_loan=loan == "yes",
        contact=contact,
        day=int(day),
        month=month,
        seconds=int(seconds),
        attempts=int(attempts),
        pdays=int(pdays),
        previous=int(previous),
        previous_outcome=outcome,
        bought=bought == "yes",
    )
