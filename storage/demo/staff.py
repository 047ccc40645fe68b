"""Who works in the demonstration shop: made-up sellers, supervisors and an administrator."""

from dataclasses import dataclass
from typing import Final

from domain.codes import Role, Shift


@dataclass(frozen=True, slots=True)
class Employee:
    """A user of the demonstration; nobody has a password."""

    name: str
    full_name: str
    role: Role
    shift: Shift = Shift.ANY


SELLERS: Final = (
    Employee("ana", "Ana Pimenta", Role.SELLER, Shift.MORNING),
    Employee("bruno", "Bruno Escalante", Role.SELLER, Shift.MORNING),
    Employee("carla", "Carla Seabra", Role.SELLER, Shift.MORNING),
    Employee("diego", "Diego Olivares", Role.SELLER, Shift.AFTERNOON),
    Employee("edith", "Edith Wainwright", Role.SELLER, Shift.AFTERNOON),
    Employee("fabrice", "Fabrice Lortie", Role.SELLER, Shift.AFTERNOON),
    Employee("gloria", "Gloria Fenwick", Role.SELLER),
    Employee("hugo", "Hugo Barreto", Role.SELLER),
)
SUPERVISORS: Final = (
    Employee("ines", "Inés Montalvo", Role.SUPERVISOR),
    Employee("joan", "Joan Thornbury", Role.SUPERVISOR),
)
ADMINISTRATOR: Final = Employee("admin", "Marta Quintela", Role.ADMIN)
STAFF: Final = (*SELLERS, *SUPERVISORS, ADMINISTRATOR)

SHOP_ZONE: Final = "Europe/Lisbon"
