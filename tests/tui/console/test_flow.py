"""What a key means, without a screen: confirmation, reasons, times and sales in their order; the rest of letters."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.calling.views import ActionView, OutcomeResult, ReasonView
from tui.screens.console.flow import Ask, Flow
from tui.screens.console.guard import Guard


def action(slug: str, key: str, **values: object) -> ActionView:
    """An outcome as data."""
    told = {
        "type": "declined", "colour": "ended", "campaign_status": "4", "resolution": "NI",
        "lead_status": "not_interested", "reason": "never", "confirm": False, **values,
    }  # fmt: skip
    return ActionView(slug=slug, label=slug.title(), key=key, **told)  # type: ignore[arg-type]


def flow(*actions: ActionView) -> Flow:
    made = Flow()
    made.by_key = {each.key or "": each for each in actions}
    made.somebody = True
    return made


def result(*reasons: ReasonView) -> OutcomeResult:
    return OutcomeResult(1, "María", "no", "No", None, 4, "NI", None, None, reasons=reasons)


REASONS = tuple(ReasonView(100 + number, f"reason {number}") for number in range(1, 21))


def test_a_plain_outcome_is_recorded_at_its_key() -> None:
    step = flow(action("no", "n")).press("n")
    assert step is not None
    assert step.ask is Ask.RECORD


def test_everything_asked_comes_in_one_order_and_then_it_is_recorded() -> None:
    made = flow(action("all", "a", type="scheduled", confirm=True, reason="required", reasons=REASONS))
    asked = [
        made.press("a"),
        made.press("a"),
        made.press("3"),
        made.answered_time(datetime(2025, 1, 1, tzinfo=UTC)),
    ]
    assert [step.ask for step in asked if step] == [Ask.CONFIRM, Ask.REASON, Ask.TIME, Ask.RECORD]
    assert made.pending is not None
    assert made.pending.reason == 103


def test_nothing_is_recorded_while_something_is_being_recorded() -> None:
    made = flow(action("no", "n"), action("yes", "y"))
    made.press("n")
    step = made.press("y")
    assert step is not None
    assert step.ask is Ask.BUSY


def test_digits_are_positions_within_nine_and_zero_goes_on_and_round() -> None:
    made = flow()
    made.recorded(result(*REASONS))
    codes = []
    for keys in ("1", "09", "001", "0002"):
        made.first = 0
        steps = [made.press(key) for key in keys]
        codes.append(steps[-1].code if steps[-1] else None)
    assert codes == [101, 118, 119, 102]


def test_a_digit_without_its_reason_is_no_reason() -> None:
    made = flow()
    made.recorded(result(*REASONS[:3]))
    step = made.press("7")
    assert step is not None
    assert step.ask is Ask.NOT_A_REASON


def test_with_nobody_on_screen_no_outcome_is_recorded() -> None:
    made = flow(action("no", "n"))
    made.somebody = False
    step = made.press("n")
    assert step is not None
    assert step.ask is Ask.NOBODY


def test_a_failed_outcome_can_be_pressed_again() -> None:
    made = flow(action("no", "n"))
    made.press("n")
    made.failed()
    step = made.press("n")
    assert step is not None
    assert step.ask is Ask.RECORD


def test_letters_rest_and_each_one_makes_the_rest_longer() -> None:
    guard = Guard()
    guard.painted(10.0)
    assert [guard.rests(at) for at in (10.1, 10.45, 10.8, 11.1, 11.6)] == [True, True, True, True, False]
