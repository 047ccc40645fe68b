"""Fills an empty database with the demonstration shop, in the transaction that is open."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, islice
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from domain.calling import actions
from domain.calling.models import ConsoleAction
from domain.campaigns.models import Campaign, LeadList
from domain.campaigns.policy import policy_of
from domain.campaigns.segments import segment_key
from domain.errors import Invalid
from domain.models import metadata
from domain.people import shop
from domain.people.models import Organisation, User
from storage.bulk import reserve_ids
from storage.demo import ahead, offers
from storage.demo.cast import Cast, Somebody
from storage.demo.dataset import Client, clients, drawn
from storage.demo.ledger import Handed, Ledger, Place, Shelf, external_id
from storage.demo.replay import Meaning, Replay, moment
from storage.demo.sheets import Sheets
from storage.demo.staff import SELLERS, SHOP_ZONE, STAFF
from storage.demo.story import Ending, Story, tell
from storage.demo.subscriptions import Subscriptions
from storage.demo.timeline import arrange

Progress = Callable[[str, int, int], None]
"""Told as the work goes on: what is being done, how much of it is done, how much there is."""

CHUNK = 2_500
REASON_SHARE = 0.7
_LISTS = {"cellular": "Clients, mobile", "telephone": "Clients, landline", "unknown": "Clients, other"}


@dataclass(slots=True)
class Shop:
    """The rows everything else refers to."""

    organisation_id: int
    users: dict[str, int]
    meanings: dict[str, Meaning]
    reasons: dict[str, list[int]]
    opened: datetime

    @property
    def sellers(self) -> list[int]:
        return [self.users[seller.name] for seller in SELLERS]


def fill(session: Session, *, leads: int | None, seed: int, now: datetime, progress: Progress) -> None:
    """Write the whole shop.

    Args:
        leads: how many of the people of the data, drawn by the seed; None for all.
        now: the moment the history ends, rounded down to the hour: the same seed within an hour, the same shop.

    Raises:
        Invalid: `leads` is not at least 1.
    """
    present = now.replace(minute=0, second=0, microsecond=0)
    progress("Telling the history", 0, 1)
    stories = tell(_drawn(leads, seed), seed=seed, sellers=len(SELLERS))
    arrange(stories, shifts=[seller.shift.value for seller in SELLERS], now=present, zone=ZoneInfo(SHOP_ZONE))
    progress("Telling the history", 1, 1)
    first = min(story.attempts[0].started for story in stories)
    opened = moment(first - first % 86_400) - timedelta(days=1)
    here = _open_shop(session, opened)
    cast = Cast(seed)
    people = [cast.client(story.client, one_number=story.wrong_number) for story in stories]
    known = _Deposits(session, here, stories, people, seed, present).write(progress)
    Subscriptions(
        session,
        organisation_id=here.organisation_id,
        sellers=here.sellers,
        created_by=here.users["ines"],
        seed=seed,
        now=present,
    ).write(cast, known, clients=len(stories))
    organisation = session.get_one(Organisation, here.organisation_id)
    organisation.settings = {
        **organisation.settings,
        "demo": {"seed": seed, "leads": len(stories), "built_for": present.isoformat()},
    }
    session.add(organisation)
    session.flush()


def _drawn(leads: int | None, seed: int) -> list[Client]:
    """The clients that take part, in the order of the data."""
    if leads is None:
        return clients()
    if leads < 1:
        raise Invalid(f"A demonstration needs at least one lead, not {leads}.", code="leads")
    return drawn(leads, random.Random(f"drawn {seed}"))


def _open_shop(session: Session, opened: datetime) -> Shop:
    organisation_id = shop.create(session, now=opened, timezone=SHOP_ZONE).organisation_id
    for employee in STAFF:
        session.add(
            User(
                organisation_id=organisation_id,
                name=employee.name,
                full_name=employee.full_name,
                role=employee.role.value,
                shift=employee.shift.value,
                created_at=opened,
                updated_at=opened,
            )
        )
        session.flush()
    actions.seed_shop(session, organisation_id=organisation_id)
    users = session.exec(select(User.name, User.id)).all()
    rows = session.exec(select(ConsoleAction)).all()
    reasons = actions.reasons_by_resolution(session, organisation_id=organisation_id)
    return Shop(
        organisation_id=organisation_id,
        users={name: number for name, number in users if number is not None},
        meanings={
            row.slug: Meaning(
                row.slug,
                row.type,
                row.campaign_status,
                row.resolution,
                row.lead_status,
                row.result,
                row.marks_phone_bad,
            )
            for row in rows
        },
        reasons={resolution: [reason.code for reason in group] for resolution, group in reasons.items()},
        opened=opened,
    )


class _Deposits:
    """Writes the large campaign."""

    def __init__(
        self,
        session: Session,
        here: Shop,
        stories: Sequence[Story],
        people: Sequence[Somebody],
        seed: int,
        now: datetime,
    ) -> None:
        self._session = session
        self._here = here
        self._stories = stories
        self._people = people
        self._now = now
        self._seed = seed
        self._rng = random.Random(f"deposits {seed}")
        self._sheets = Sheets()
        self._ledger = Ledger(self._sheets, seed)
        self._retries = ahead.Retries(seed, now)
        self._agreed = ahead.callbacks(stories, [p.zones[0] for p in people], seed=seed, now=now)
        self._assigned = ahead.assigned(stories, seed=seed, sellers=len(SELLERS))

    def write(self, progress: Progress) -> list[tuple[int, Somebody, bool]]:
        """Write campaign, lists, people, leads and their history.

        Returns everybody with the number of their contact, and whether they are on the register.
        """
        campaign, shelf = self._open_campaign()
        replay = Replay(self._here.meanings, policy_of(campaign))
        places = list(self._places(self._open_lists(shelf.campaign_id)))
        total = len(places)
        for begin in range(0, total, CHUNK):
            progress("Writing people and calls", begin, total)
            for index in range(begin, min(begin + CHUNK, total)):
                self._one(index, places[index], shelf, replay)
            self._sheets.write(self._session)
        progress("Writing people and calls", total, total)
        return [
            (place.contact_id, somebody, story.attempts[-1].action == "do-not-call")
            for place, somebody, story in zip(places, self._people, self._stories, strict=True)
        ]

    def _one(self, index: int, place: Place, shelf: Shelf, replay: Replay) -> None:
        story, somebody = self._stories[index], self._people[index]
        agreed, seller = self._agreed.get(index), self._assigned.get(index)
        standing = replay.play(
            story,
            segment=segment_key(somebody.zones, fallback=SHOP_ZONE),
            callback_at=agreed.at if agreed else None,
            reason=self._reason(story),
        )
        due = standing.due
        if due is not None and story.ending is Ending.RETRY and seller is None:
            due = self._retries.spread(due)
        self._ledger.contact(
            place.contact_id,
            somebody,
            organisation_id=shelf.organisation_id,
            opened=shelf.opened,
            external_id=external_id(story.client.number),
        )
        self._ledger.story(
            story,
            standing,
            somebody,
            place,
            shelf,
            agreed=agreed,
            handed=None if seller is None else self._handed(story, shelf.sellers[seller]),
            due=due,
        )

    def _handed(self, story: Story, owner_id: int) -> Handed:
        """A supervisor gave the lead to a seller this morning, or after the last call."""
        at = max(self._now - timedelta(hours=6), moment(story.attempts[-1].ended))
        return Handed(owner_id, at, self._here.users["ines"])

    def _reason(self, story: Story) -> int | None:
        """The reason the seller gave with the last outcome, the first of the list more often than the last."""
        slug = story.attempts[-1].action
        meaning = self._here.meanings.get(slug or "")
        codes = self._here.reasons.get(meaning.resolution, []) if meaning else []
        if story.wrong_number or not codes or self._rng.random() >= REASON_SHARE:
            return None
        return codes[int(self._rng.random() ** 2 * len(codes))]

    def _open_campaign(self) -> tuple[Campaign, Shelf]:
        organisation_id, opened = self._here.organisation_id, self._here.opened
        products = []
        for offer in offers.DEPOSIT_OFFERS:
            row = offers.product(offer, organisation_id=organisation_id, created_at=opened)
            self._session.add(row)
            self._session.flush()
            products.append((_number(row.id), offer))
        campaign = offers.deposits(
            organisation_id=organisation_id,
            created_at=opened,
            starts=opened.date(),
            product_id=products[1][0],
        )
        self._session.add(campaign)
        self._session.flush()
        return campaign, Shelf(
            organisation_id=organisation_id,
            campaign_id=_number(campaign.id),
            opened=opened,
            dialable=policy_of(campaign).dialable,
            sellers=self._here.sellers,
            products=products,
        )

    def _open_lists(self, campaign_id: int) -> dict[str, int]:
        """The lead lists by the column `contact` of the data."""
        lists = {}
        for contact, name in _LISTS.items():
            rows = sum(story.client.contact == contact for story in self._stories)
            if rows:
                lead_list = LeadList(
                    organisation_id=self._here.organisation_id,
                    campaign_id=campaign_id,
                    name=name,
                    source="bank-marketing.csv",
                    counts={"rows": rows, "imported": rows},
                    created_by=self._here.users["admin"],
                    created_at=self._here.opened,
                )
                self._session.add(lead_list)
                self._session.flush()
                lists[contact] = _number(lead_list.id)
        return lists

    def _places(self, lists: dict[str, int]) -> Iterator[Place]:
        """The numbers of every lead's rows, taken from the database once for each table."""
        counts = [len(story.attempts) for story in self._stories]
        tables = metadata.tables
        contacts = reserve_ids(self._session, tables["contact"], len(counts))
        leads = reserve_ids(self._session, tables["lead"], len(counts))
        calls = reserve_ids(self._session, tables["call"], sum(counts))
        begins = islice(accumulate(counts, initial=0), len(counts))
        for story, contact_id, lead_id, begin in zip(self._stories, contacts, leads, begins, strict=True):
            yield Place(contact_id, lead_id, lists[story.client.contact], calls[begin])


def _number(found: int | None) -> int:
    assert found is not None, "a row that was written has a number"
    return found
