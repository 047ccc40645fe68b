"""The standard console actions and reasons every shop starts with (calling specification, 1.4 and 1.5)."""

from __future__ import annotations

from typing import TypedDict


class Meaning(TypedDict):
    """The columns of a standard action that a later version may correct."""

    labels: dict[str, str]
    type: str
    colour: str
    campaign_status: str
    resolution: str
    lead_status: str
    reason: str
    confirm: bool
    result: str
    marks_phone_bad: bool


def _action(
    english: str,
    spanish: str,
    type: str,
    campaign_status: str,
    resolution: str,
    lead_status: str,
    *,
    colour: str,
    result: str = "answered",
    reason: str = "never",
    confirm: bool = False,
    marks_phone_bad: bool = False,
) -> Meaning:
    return Meaning(
        labels={"en": english, "es": spanish},
        type=type,
        colour=colour,
        campaign_status=campaign_status,
        resolution=resolution,
        lead_status=lead_status,
        reason=reason,
        confirm=confirm,
        result=result,
        marks_phone_bad=marks_phone_bad,
    )


# slug, what it means, its default key; in the order of the console.
ACTION_SEED: tuple[tuple[str, Meaning, str], ...] = (
    ("sale", _action("Sale", "Venta", "success", "4", "S2", "sale", colour="success"), "s"),
    (
        "start-promotion",
        _action("Start promotion", "Iniciar promoción", "success", "2", "SP", "callback", colour="success"),
        "p",
    ),
    ("schedule", _action("Schedule", "Agendar", "scheduled", "2", "SC", "callback", colour="success"), "a"),
    (
        "call-later",
        _action("Call later", "Llamar más tarde", "call later", "3", "CL", "callback", colour="later"),
        "l",
    ),
    (
        "not-found",
        _action(
            "Not found",
            "No encontrado",
            "not found",
            "3",
            "NF",
            "no_answer",
            colour="later",
            result="no_answer",
        ),
        "n",
    ),
    ("busy", _action("Busy", "Ocupado", "not found", "3", "NF", "busy", colour="later", result="busy"), "o"),
    (
        "voicemail",
        _action(
            "Voicemail",
            "Buzón de voz",
            "not found",
            "3",
            "NF",
            "no_answer",
            colour="later",
            result="no_answer",
        ),
        "v",
    ),
    (
        "call-dropped",
        _action(
            "Call dropped",
            "Llamada cortada",
            "pending",
            "2",
            "keep",
            "dropped",
            colour="later",
            result="dropped",
        ),
        "h",
    ),
    (
        "wrong-number",
        _action(
            "Wrong number",
            "Número equivocado",
            "not found",
            "3",
            "NF",
            "no_answer",
            colour="later",
            result="invalid",
            marks_phone_bad=True,
        ),
        "q",
    ),
    (
        "move-morning",
        _action(
            "Move to morning",
            "Mover a la mañana",
            "pending",
            "6",
            "clear",
            "callback",
            colour="later",
            confirm=True,
        ),
        "m",
    ),
    (
        "move-afternoon",
        _action(
            "Move to afternoon",
            "Mover a la tarde",
            "pending",
            "7",
            "clear",
            "callback",
            colour="later",
            confirm=True,
        ),
        "t",
    ),
    (
        "not-interested",
        _action(
            "Not interested",
            "No interesado",
            "declined",
            "4",
            "NI",
            "not_interested",
            colour="ended",
            reason="offered",
        ),
        "i",
    ),
    (
        "do-not-call",
        _action(
            "Do not call",
            "No llamar",
            "declined",
            "4",
            "DN",
            "dnc",
            colour="ended",
            reason="offered",
            confirm=True,
        ),
        "x",
    ),
    (
        "logistics",
        _action("Logistics", "Logística", "declined", "4", "LO", "closed", colour="ended", reason="offered"),
        "g",
    ),
    (
        "already-subscriber",
        _action(
            "Already a subscriber",
            "Ya suscrito",
            "declined",
            "4",
            "AS",
            "closed",
            colour="ended",
            reason="offered",
        ),
        "y",
    ),
    (
        "error-promotion",
        _action(
            "Error in promotion",
            "Error en promoción",
            "declined",
            "5",
            "EP",
            "closed",
            colour="ended",
            reason="offered",
            confirm=True,
        ),
        "e",
    ),
    (
        "uncontactable",
        _action(
            "Uncontactable",
            "No contactable",
            "no contact",
            "5",
            "UN",
            "closed",
            colour="ended",
            reason="offered",
            confirm=True,
            result="no_answer",
        ),
        "u",
    ),
    (
        "close-without-contact",
        _action(
            "Close without contact",
            "Cerrar sin contacto",
            "no contact",
            "5",
            "CW",
            "closed",
            colour="ended",
            result="no_answer",
        ),
        "c",
    ),
)

REASON_SEED: dict[str, tuple[tuple[int, dict[str, str]], ...]] = {
    "NI": (
        (1, {"en": "price", "es": "precio"}),
        (2, {"en": "no time", "es": "no tiene tiempo"}),
        (3, {"en": "with a competitor", "es": "con la competencia"}),
        (4, {"en": "no use for it", "es": "no lo necesita"}),
        (5, {"en": "bad experience", "es": "mala experiencia"}),
        (6, {"en": "wants it in writing", "es": "lo quiere por escrito"}),
    ),
    "DN": (
        (1, {"en": "called too often", "es": "demasiadas llamadas"}),
        (2, {"en": "never asked for calls", "es": "no pidió llamadas"}),
        (3, {"en": "privacy", "es": "privacidad"}),
        (4, {"en": "legal request", "es": "pedido legal"}),
    ),
    "LO": (
        (1, {"en": "no delivery there", "es": "sin reparto en la zona"}),
        (2, {"en": "delivery hours", "es": "horario de reparto"}),
        (3, {"en": "moving house", "es": "se muda"}),
    ),
    "AS": (
        (1, {"en": "subscribed already", "es": "ya suscrito"}),
        (2, {"en": "somebody in the house is", "es": "alguien de la casa lo está"}),
        (3, {"en": "through the company", "es": "por la empresa"}),
    ),
    "EP": (
        (1, {"en": "already had the promotion", "es": "ya tuvo la promoción"}),
        (2, {"en": "not entitled", "es": "no le corresponde"}),
        (3, {"en": "wrong data", "es": "datos incorrectos"}),
    ),
    "UN": (
        (1, {"en": "moved away", "es": "se mudó"}),
        (2, {"en": "number out of service", "es": "número fuera de servicio"}),
        (3, {"en": "deceased", "es": "fallecido"}),
        (4, {"en": "unknown there", "es": "no lo conocen"}),
    ),
}
