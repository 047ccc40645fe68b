"""What column is taken for what, and what a person may say about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import Invalid
from domain.intake.fields import Field
from domain.intake.mapping import ColumnMap, no_phone, parse_overrides, propose
from domain.intake.reading import Record, open_source

Write = Callable[..., Path]
Map = Callable[..., ColumnMap]


@pytest.fixture
def mapped(write: Write) -> Map:
    """The mapping proposed for a text."""

    def of(text: str, overrides: dict[str, str] | None = None, region: str = "UY") -> ColumnMap:
        return propose(open_source(write(text)).sample, overrides, region=region)

    return of


def taken(columns: ColumnMap) -> dict[str, str]:
    return {field.value: columns.columns[index].name for field, index in columns.fields.items()}


def test_a_header_spelt_like_a_field_needs_no_map(mapped: Map) -> None:
    header = [field.value for field in Field]
    columns = mapped(",".join(header) + "\n" + ",".join(["091234567"] + [""] * (len(header) - 1)))
    assert taken(columns) == {name: name for name in header}


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("Teléfono;Nombre;Apellido;Correo electrónico;Ciudad", "phone first_name last_name email city"),
        ("CELULAR;Nombre y Apellido;DIRECCIÓN;Código Postal;País", "phone name address postal_code country"),
        ("Mobile;Full Name;E-Mail;Zip code;Comments", "phone name email postal_code notes"),
        ("Telefone;Nome completo;Cidade;Observações;Empresa", "phone name city notes company"),
        ("Téléphone;Prénom;Nom;Ville;Courriel", "phone first_name last_name city email"),
        ("phone_number;First Name;last-name;Time Zone;Tags", "phone first_name last_name timezone tags"),
        ("Teléfono;Nombre;Celular;Teléfono 3;Notas", "phone name phone2 phone3 notes"),
        ("Phone;Name;Phone;Phone;City", "phone name phone2 phone3 city"),
        ("Telefono 2;Nombre;Telefono 1;Barrio;Ciudad", "phone2 name phone - city"),
    ],
)
def test_headers_in_four_languages_are_understood(mapped: Map, header: str, fields: str) -> None:
    columns = mapped(f"{header}\n091234567;x;x;America/Montevideo;x\n")
    by_index = {index: field.value for field, index in columns.fields.items()}
    assert [by_index.get(index, "-") for index in range(5)] == fields.split()


def test_estado_is_a_status_where_it_holds_status_words_and_a_state_where_not(mapped: Map) -> None:
    status = mapped("Telefono;Estado\n091234567;no_answer\n099111222;Busy\n091222333;\n")
    state = mapped("Telefono;Estado\n091234567;Montevideo\n099111222;Canelones\n")
    assert taken(status) == {"phone": "Telefono", "status": "Estado"}
    assert taken(state) == {"phone": "Telefono", "state": "Estado"}


def test_a_mere_word_does_not_take_a_column_whose_values_do_not_fit(mapped: Map) -> None:
    columns = mapped("phone;attempts;reason;priority level\n091234567;many;he was out;high\n")
    assert taken(columns) == {"phone": "phone"}


def test_a_phone_column_is_recognised_by_its_values(mapped: Map) -> None:
    columns = mapped("a;b;c\nAna;123;091 234 567\nEva;456;099 111 222\n")
    assert taken(columns) == {"phone": "c"}
    assert columns.columns[2].why == "its values are telephone numbers"
    assert columns.columns[0].why == "kept as an attribute"


def test_without_a_header_phones_and_addresses_are_found_by_content(mapped: Map) -> None:
    columns = mapped("Ana Pérez;091234567;ana@example.com;2902 1234\nEva;099111222;eva@example.com;\n")
    assert not columns.header
    assert columns.skip == 0
    assert taken(columns) == {"phone": "column 2", "email": "column 3", "phone2": "column 4"}


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("091234567\n099111222\n", False),
        ("phone\n091234567\n", True),
        ("Numeritos\n091234567\n099111222\n", True),
        ("Contacto;Numerito\nAna;091234567\n", True),
        ("Ana;091234567\nEva;099111222\n", False),
        ("John;Mobile;091234567\nJane;City;099111222\n", False),
        ("name,phone\n", True),
    ],
)
def test_the_header_is_told_from_the_first_row_by_content(mapped: Map, text: str, header: bool) -> None:
    assert mapped(text).header is header


def test_title_lines_above_the_header_are_skipped(mapped: Map) -> None:
    columns = mapped("Clientes de marzo;;\n\nNombre;Telefono;Ciudad\nAna;091234567;Salto\n")
    assert columns.header
    assert columns.skip == 2
    assert taken(columns) == {"name": "Nombre", "phone": "Telefono", "city": "Ciudad"}


def test_a_person_may_say_which_column_is_what(mapped: Map) -> None:
    text = "Contacto;Numero 1;Numero 2\nAna;091234567;099111222\n"
    assert taken(mapped(text, {"phone": "Numero 2", "name": "contacto"})) == {
        "phone": "Numero 2",
        "name": "Contacto",
    }
    assert taken(mapped(text, {"phone": "3", "phone2": "2"}))["phone2"] == "Numero 1"


def test_columns_without_a_header_are_named_by_number(mapped: Map) -> None:
    columns = mapped("Ana;091234567;Salto\nEva;099111222;Rivera\n", {"name": "1", "city": "3"})
    assert taken(columns) == {"name": "column 1", "phone": "column 2", "city": "column 3"}


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"fone": "Numero"}, "did you mean phone"),
        ({"xyzzy": "Numero"}, "fields are phone"),
        ({"phone": "Numeros"}, 'did you mean "Numero"'),
        ({"phone": "9"}, "columns 1 to 3"),
        ({"phone": "Numero", "phone2": "Numero"}, "given to both phone and phone2"),
        ({"phone": "Doble"}, "Columns 2 and 3 are both called"),
    ],
)
def test_a_wrong_map_is_refused_with_the_nearest_right_one(
    mapped: Map, overrides: dict[str, str], words: str
) -> None:
    text = "Numero;Doble;Doble\n091234567;1;2\n"
    with pytest.raises(Invalid, match=words):
        mapped(text, overrides)


def test_overrides_are_read_from_text() -> None:
    assert parse_overrides(["phone=Tel = 1", "name=Nombre"]) == {"phone": "Tel = 1", "name": "Nombre"}
    with pytest.raises(Invalid, match="is no mapping"):
        parse_overrides(["phone"])
    with pytest.raises(Invalid, match="two columns"):
        parse_overrides(["phone=Tel", "phone=Cel"])


def test_a_file_without_phone_numbers_is_refused_naming_its_columns(mapped: Map) -> None:
    with pytest.raises(Invalid, match='"age", "job"') as refusal:
        mapped("age;job\n30;services\n33;management\n")
    assert "--map phone=" in str(refusal.value)


def test_duplicate_and_missing_headers_get_names_of_their_own(mapped: Map) -> None:
    columns = mapped("phone;extra;extra;;\n091234567;1;2;3;\n")
    assert [column.name for column in columns.columns] == ["phone", "extra", "extra (2)", "column 4"]


def test_200_columns_are_mapped_or_kept(mapped: Map) -> None:
    header = ";".join(["phone", *(f"c{number}" for number in range(199))])
    columns = mapped(header + "\n" + ";".join(["091234567"] + ["x"] * 199) + "\n")
    assert columns.width == 200
    assert taken(columns) == {"phone": "phone"}


def test_the_columns_of_a_rejects_file_are_left_out(mapped: Map) -> None:
    columns = mapped("reject_line;reject_reason;reject_message;phone\n7;no_phone;No phone;091234567\n")
    assert [column.ignored for column in columns.columns] == [True, True, True, False]


def test_a_column_of_dates_is_never_taken_for_telephone_numbers(mapped: Map) -> None:
    rows = "".join(f"2026-01-{day:02d},100.50,INV{day}\n" for day in range(1, 8))

    with pytest.raises(Invalid) as refused:
        mapped("Date,Amount,Ref\n" + rows)

    assert refused.value.code == "no_phone_column"


def test_invoice_numbers_that_could_be_telephones_give_way_to_a_header_that_speaks_of_them(
    mapped: Map,
) -> None:
    columns = mapped("Nombre;Folio;Tel. cliente\nAna;241234567;24001234\nEva;241234568;24005678\n")
    assert taken(columns) == {"name": "Nombre", "phone": "Tel. cliente"}
    assert columns.columns[2].why == '"Tel. cliente" speaks of telephones, and its values are numbers'


def test_a_column_written_as_telephones_goes_before_plain_digits(mapped: Map) -> None:
    headed = mapped("a;b\n24001234;+598 91 234 567\n24005678;+598 99 111 222\n")
    assert taken(headed) == {"phone": "b"}
    assert headed.columns[1].why == "its values are telephone numbers"
    bare = mapped("Ana;24001234;091234567\nEva;24005678;099111222\n")
    assert taken(bare) == {"phone": "column 3"}


def test_every_column_whose_header_speaks_of_telephones_is_taken(mapped: Map) -> None:
    columns = mapped("Nombre;Tel casa;Tel trabajo;Otro\nAna;24001234;24001235;24001236\n")
    assert taken(columns) == {"name": "Nombre", "phone": "Tel casa", "phone2": "Tel trabajo"}


def test_plain_digits_alone_are_taken_and_the_reason_says_that_only_the_values_speak_for_it(
    mapped: Map,
) -> None:
    columns = mapped("Nombre;Dato\nAna;24001234\nEva;24005678\n")
    assert taken(columns) == {"name": "Nombre", "phone": "Dato"}
    assert columns.columns[1].why == "only its values speak for it: digits that could be telephone numbers"


@pytest.mark.parametrize(
    "header",
    [
        "invoice",
        "Invoice no.",
        "invoiceNumber",
        "Nro Factura",
        "facturas",
        "Order ID",
        "order_number",
        "Pedido",
        "id",
        "Amount",
        "Importe",
        "Fecha",
        "Date of birth",
        "Zip",
        "Codigo postal fiscal",
        "Doc",
        "Nro documento",
        "DNI",
        "Cédula",
        "Account",
        "Cuenta",
        "account_number",
        "Customer number",
    ],
)
def test_a_header_that_speaks_against_it_is_never_a_telephone(mapped: Map, header: str) -> None:
    with pytest.raises(Invalid) as refused:
        mapped(f"Nombre;{header}\nAna;24001234\nEva;24005678\n")
    assert refused.value.code == "no_phone_column"
    assert mapped(f"Nombre;{header}\nAna;24001234\n", {"phone": "2"}).fields[Field.PHONE] == 1


def test_a_refused_column_is_named_with_the_reason(mapped: Map) -> None:
    with pytest.raises(Invalid, match='the numbers of "Invoice" could be, but its header says otherwise'):
        mapped("Name;Invoice\nAna;24001234\n")


def test_a_running_number_is_no_telephone(mapped: Map) -> None:
    assert taken(mapped("Numero;Telefono\n1;091234567\n2;099111222\n")) == {"phone": "Telefono"}
    assert taken(mapped("Nombre;Numero\nAna;091234567\nEva;099111222\n")) == {
        "name": "Nombre",
        "phone": "Numero",
    }


def test_a_column_that_is_to_stay_as_it_is_fills_no_field() -> None:
    sample = [Record(1, ["phone", "email", "city"]), Record(2, ["+33199000001", "ada@example.org", "Lyon"])]
    found = propose(sample, region="FR", attributes=["email", "3"])
    assert {column.name: column.field for column in found.columns} == {
        "phone": Field.PHONE, "email": None, "city": None,
    }  # fmt: skip
    assert found.columns[1].why == "kept as an attribute, as told"
    with pytest.raises(Invalid, match="choose one"):
        propose(sample, {"phone": "1"}, region="FR", attributes=["phone"])


def test_an_unfinished_mapping_is_shown_and_says_what_is_missing() -> None:
    sample = [Record(1, ["name", "town"]), Record(2, ["Ada", "Lyon"])]
    found = propose(sample, region="FR", unfinished=True)
    assert [column.name for column in found.columns] == ["name", "town"]
    problem = no_phone(found)
    assert problem is not None
    assert "No column with telephone numbers" in problem.message
    with pytest.raises(Invalid, match="No column with telephone numbers"):
        propose(sample, region="FR")
