"""The fields a file's columns can fill, and the words people head such columns with in four languages.

For the mapping. A word only proposes; where a wrong guess would cost rows, the values must fit as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

from domain.codes import CallResult, DialStatus, Resolution


class Field(StrEnum):
    """The field names of ``--map field=column``."""

    PHONE = "phone"
    PHONE2 = "phone2"
    PHONE3 = "phone3"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    COMPANY = "company"
    EMAIL = "email"
    ADDRESS = "address"
    CITY = "city"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    COUNTRY = "country"
    LANGUAGE = "language"
    TIMEZONE = "timezone"
    TAGS = "tags"
    NOTES = "notes"
    EXTERNAL_ID = "external_id"
    PRIORITY = "priority"
    STATUS = "status"
    DIAL_ATTEMPTS = "dial_attempts"
    ANSWERED_COUNT = "answered_count"
    LAST_DIAL_ATTEMPT = "last_dial_attempt"
    DIAL_RESULT = "dial_result"
    CAMPAIGN_STATUS = "campaign_status"
    CAMPAIGN_RESOLUTION = "campaign_resolution"
    RESOLUTION_REASON = "resolution_reason"
    SELLER = "seller"


PHONE_FIELDS = (Field.PHONE, Field.PHONE2, Field.PHONE3)

# Written as `plain` leaves them: small letters, no accents, single blanks.
_WORDS: dict[Field, str] = {
    Field.PHONE: "phone number|phone no|phones|phone 1|phone1|telephone|telephone number|tel|tel 1|telef|telf|tlf|tlfno"
    "|telefono|telefono 1|telefonos|telefono movil|telefono celular|telefono contacto|telefono de contacto"
    "|numero de telefono|nro telefono|nro de telefono|num telefono|tfno|fono|celular|cel|nro celular"
    "|numero de celular|movil|numero movil|numero de movil|mobile|mobile phone|mobile number|mobile no|cell"
    "|cell phone|cellphone|cell number|contact number|msisdn|gsm|whatsapp|numero|number|telefone|telefone celular"
    "|telemovel|numero de telefone|numero de telephone|telephone portable|portable|telefon|handy",
    Field.PHONE2: "phone 2|telephone 2|tel 2|telefono 2|telefono alternativo|otro telefono|telefono fijo|celular 2"
    "|movil 2|mobile 2|alternate phone|alternative phone|alt phone|other phone|second phone|secondary phone"
    "|home phone|landline|telefone 2|telefone fixo|telephone fixe|fijo",
    Field.PHONE3: "phone 3|telephone 3|tel 3|telefono 3|celular 3|movil 3|mobile 3|work phone|business phone"
    "|telefono trabajo|telefono laboral|telefono del trabajo|telefone 3|telephone bureau",
    Field.NAME: "full name|fullname|contact name|customer name|customer|client|client name|person|nombre"
    "|nombre completo|nombre y apellido|nombre y apellidos|nombres y apellidos|apellido y nombre|cliente"
    "|nombre cliente|nombre del cliente|titular|nome|nome completo|nome do cliente|nom|nom complet"
    "|nom et prenom|nom prenom|nom du client",
    Field.FIRST_NAME: "first|first name|firstname|given name|forename|nombres|primer nombre|nombre de pila|prenom"
    "|primeiro nome|nome proprio",
    Field.LAST_NAME: "last|last name|lastname|surname|family name|apellido|apellidos|primer apellido|sobrenome"
    "|apelido|ultimo nome|nom de famille",
    Field.COMPANY: "organisation|organization|organizacion|business|business name|company name|employer|empresa"
    "|compania|razon social|nombre empresa|nombre de la empresa|entreprise|societe|raison sociale",
    Field.EMAIL: "e mail|mail|email address|e mail address|correo|correo electronico|direccion de correo"
    "|correo e|endereco de email|courriel|adresse email|adresse mail|adresse e mail",
    Field.ADDRESS: "street|street address|address 1|address1|address line 1|direccion|domicilio|calle|endereco"
    "|morada|rua|adresse|rue",
    Field.CITY: "town|ciudad|localidad|poblacion|municipio|cidade|localidade|ville|commune|localite",
    Field.STATE: "province|county|provincia|departamento|estado|depto|uf|etat|departement",
    Field.POSTAL_CODE: "postal|postcode|post code|zip|zip code|zipcode|codigo postal|cod postal|cp|cep|code postal",
    Field.COUNTRY: "pais|pays",
    Field.LANGUAGE: "lang|idioma|lengua|lingua|langue",
    Field.TIMEZONE: "time zone|tz|zona horaria|huso horario|fuso horario|fuseau horaire",
    Field.TAGS: "tag|labels|etiqueta|etiquetas|etiquette|etiquettes",
    Field.NOTES: "note|comment|comments|remark|remarks|nota|notas|comentario|comentarios|observacion"
    "|observaciones|obs|observacao|observacoes|commentaire|commentaires|remarque|remarques",
    Field.EXTERNAL_ID: "id|external|contact id|customer id|client id|lead id|crm id|reference|id externo|id cliente"
    "|id contacto|codigo cliente|nro cliente|numero de cliente|id client|codigo do cliente",
    Field.PRIORITY: "prioridad|prioridade|priorite",
    Field.STATUS: "dial status|lead status|call status|estado|estado llamada|situacion|situacao|statut|etat",
    Field.DIAL_ATTEMPTS: "attempts|call attempts|calls|intentos|llamadas|tentativas|tentatives",
    Field.ANSWERED_COUNT: "answered|answered calls|contestadas|atendidas|reponses",
    Field.LAST_DIAL_ATTEMPT: "last attempt|last call|last called|ultimo intento|ultima llamada|ultima tentativa"
    "|ultima chamada|dernier appel|derniere tentative",
    Field.DIAL_RESULT: "call result|last result|last call result|resultado|resultado llamada"
    "|resultado de llamada|resultado da chamada|resultat|resultat appel",
    Field.CAMPAIGN_STATUS: "estado campana|estado de campana|status campanha|statut campagne",
    Field.CAMPAIGN_RESOLUTION: "resolution|resolucion|resolucao",
    Field.RESOLUTION_REASON: "reason|reason code|motivo|raison|motif",
}

_MARKS = re.compile(r"[^0-9a-z]+")


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A header as compared: no accents, small letters, anything but letters and digits a blank."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _MARKS.sub(" ", bare.casefold()).strip()


@lru_cache(maxsize=1)
def _by_word() -> dict[str, tuple[Field, ...]]:
    words: dict[str, list[Field]] = {}
    for field, text in _WORDS.items():
        for word in text.split("|"):
            words.setdefault(word, []).append(field)
    return {word: tuple(fields) for word, fields in words.items()}


def exact_field(header: str) -> Field | None:
    """The field a header is spelt like (case, blanks and dashes aside), if any."""
    name = plain(header).replace(" ", "_")
    return Field(name) if name in set(Field) else None


def likely_fields(header: str) -> tuple[Field, ...]:
    """The fields a header is a word for, the likeliest first; empty if it is none we know."""
    return _by_word().get(plain(header), ())


# What a header says where it is no field's word as a whole ("Tel. cliente", "invoiceNumber"); longer words also count
# as the beginning of one. Nine digits are a fine telephone number and a fine invoice number: here the header decides.
_FOR_PHONES = re.compile(
    r"\b(?:tel|tels|tlf|tfno|telf|fono|cel|cell|movil|mobile|gsm|msisdn|handy)\b"
    r"|phone|telef|telemov|celular|movil|mobile|whatsapp"
)
_AGAINST_PHONES = re.compile(
    r"\b(?:id|ids|inv|fact|order|orders|orden|ref|code|codigo|cod|sku|serial|lot|lote|nr|row|line|fila|linea|index"
    r"|date|fecha|dob|time|hora|year|total|price|cost|due|zip|cp|cep|doc|docs|dni|ced|ci|rut|ruc|cuit|cuil|cpf|cnpj"
    r"|nif|nie|nit|ssn|vat|tax|iva|acct|iban|card|age|edad|importe|monto|saldo|valor|precio|preco|prix|deuda|debt)\b"
    r"|\b(?:customer|client|cliente|lead|user|usuario|socio|member) (?:no|num|numero|number)\b"
    r"|\b(?:invoice|factur|fatur|receipt|recibo|pedido|ordem|commande|identif|uuid|amount|balance|datum|birth|nacim"
    r"|timestamp|postal|postcode|docum|cedula|passport|pasaporte|account|cuenta|conta\b|compte|tarjeta|cartao|contract"
    r"|contrato|poliza|policy|ticket|referen|product|prestamo|expediente|legajo|matricula|imei)"
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def speaks_of_phones(header: str) -> bool | None:
    """Whether a header says that telephone numbers stand below, or that something else does; None: neither, or both."""
    words = plain(_HUMP.sub(" ", header))
    for_them, against = bool(_FOR_PHONES.search(words)), bool(_AGAINST_PHONES.search(words))
    return None if for_them == against else for_them


_STATUS_WORDS = frozenset(DialStatus)
_RESULT_WORDS = frozenset(CallResult)
_RESOLUTIONS = frozenset(Resolution)


def code_word(text: str) -> str:
    """A status or result as it is stored: "No Answer" and "NO-ANSWER" are ``no_answer``."""
    return plain(text).replace(" ", "_")


def _is_number(text: str) -> bool:
    return text.removesuffix(".0").isdecimal()


def _is_zone(text: str) -> bool:
    return "/" in text or text.upper() in {"UTC", "GMT"}


# A column headed with a mere word for one of these fields must hold such values: a wrong guess would reject rows.
_FITS: dict[Field, Callable[[str], bool]] = {
    Field.STATUS: lambda text: code_word(text) in _STATUS_WORDS,
    Field.DIAL_RESULT: lambda text: code_word(text) in _RESULT_WORDS,
    Field.CAMPAIGN_RESOLUTION: lambda text: text.strip().upper() in _RESOLUTIONS,
    Field.CAMPAIGN_STATUS: lambda text: text.strip() in {"1", "2", "3", "4", "5", "6", "7"},
    Field.RESOLUTION_REASON: _is_number,
    Field.PRIORITY: lambda text: _is_number(text) and len(text) <= 2,
    Field.DIAL_ATTEMPTS: _is_number,
    Field.ANSWERED_COUNT: _is_number,
    Field.LAST_DIAL_ATTEMPT: lambda text: text[:1].isdigit(),
    Field.TIMEZONE: _is_zone,
}


def values_fit(field: Field, values: list[str]) -> bool:
    """Whether the non-empty values of a column may be this field's; True where the field takes any text."""
    fits = _FITS.get(field)
    filled = [value.strip() for value in values if value.strip()]
    return fits is None or (bool(filled) and sum(map(fits, filled)) >= 0.8 * len(filled))
