"""Import of the stock: the real inventory, a unit list, and invalid files."""

from __future__ import annotations

import io
import threading
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from openpyxl import Workbook

from housing import actions, stock_import
from housing.enums import PropertyStage, Staffing, UnitType
from housing.models import Property, StockImport, Unit
from tests import factories as f

INVENTORY = Path(__file__).parent.parent / "data" / "trondheim_botilbud.csv"
PAGE = "/boliger/import/"
UNITS, PROPERTIES = 101, 13


@pytest.fixture
def stock(login):
    return login("boligforvalter")


def send(client, content: bytes, name: str = "boliger.csv", **data):
    return client.post(PAGE, {"file": SimpleUploadedFile(name, content), **data})


def upload(client, content: bytes, name: str = "boliger.csv") -> StockImport:
    answer = send(client, content, name)
    assert answer.status_code == 302, answer.content.decode()
    return StockImport.objects.latest("pk")


def take_in(client, made: StockImport):
    return client.post(reverse("housing:import_apply", args=[made.pk]), follow=True)


def as_excel(content: bytes) -> bytes:
    table = stock_import.read(content, "x.csv")
    book = Workbook()
    book.active.append(table.headers)
    for row in table:
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def the_stock() -> list[tuple]:
    fields = ("property__name", "name", "type", "staffing", "bedrooms", "property__stage")
    return sorted(Unit.objects.values_list(*fields), key=str)


# ------------------------------------------------------------------ the real inventory


def test_real_inventory_with_missing_values_can_be_imported(stock):
    made = upload(stock, INVENTORY.read_bytes(), "trondheim_botilbud.csv")
    assert not Property.objects.exists(), "nothing is imported before it is confirmed"
    page = stock.get(reverse("housing:import_review", args=[made.pk])).content.decode()
    assert "Ta inn 101 boliger" in page
    assert "Målgruppe tas ikke inn: en bolig beskrives med hva den er" in page
    assert "antall boliger, så ingen boliger lages" in page

    page = take_in(stock, made).content.decode()
    assert "101 boliger er tatt inn." in page
    assert Unit.objects.count() == UNITS
    assert Property.objects.count() == PROPERTIES
    assert Unit.objects.filter(property__name="Herberget", type=UnitType.SHELTER).count() == 6


def test_pages_with_homes_work_with_unknown_values(stock, login):
    take_in(stock, upload(stock, INVENTORY.read_bytes(), "trondheim_botilbud.csv"))
    unit = Unit.objects.filter(staffing="").first()
    meeting = f.MeetingFactory().pk
    for role, url in (
        ("boligforvalter", "/boliger/"),
        ("boligforvalter", f"/boliger/{unit.pk}/"),
        ("boligforvalter", "/boliger/tomme/"),
        ("boligforvalter", "/eiendommer/"),
        ("boligforvalter", f"/eiendommer/{unit.property_id}/"),
        ("saksbehandler", "/utskrivninger/"),
        ("saksbehandler", "/midlertidig/i-natt/"),
        ("moteleder", f"/tildelingsmoter/{meeting}/"),
        ("leder", "/oversikt/"),
    ):
        answer = login(role).get(url)
        assert answer.status_code == 200, url
        main = answer.content.decode().partition("<main")[2]
        assert "None" not in main, url


@pytest.mark.django_db
def test_value_missing_from_the_file_stays_unknown():
    call_command("import_stock", str(INVENTORY), stdout=io.StringIO())
    assert set(Unit.objects.values_list("bedrooms", flat=True)) == {None}
    assert set(Unit.objects.values_list("rent", flat=True)) == {None}
    room = Unit.objects.filter(property__name="Bispegata 9").first()
    assert room.staffing == ""
    base = Unit.objects.filter(property__name="Innherredsveien").first()
    assert base.staffing == "", "«med base» can be read in several ways"
    assert not base.in_use, "it is planned and not in use"
    assert base.property.stage == PropertyStage.PLANNED
    assert not Unit.objects.filter(property__name="Tonstadbrinken").exists()
    day = Unit.objects.filter(property__name="Gamle Oslovei 91-93").first()
    assert day.staffing == Staffing.DAY


def test_the_same_file_again_changes_nothing(stock):
    take_in(stock, upload(stock, INVENTORY.read_bytes()))
    before = the_stock()
    again = upload(stock, INVENTORY.read_bytes())
    page = stock.get(reverse("housing:import_review", args=[again.pk])).content.decode()
    assert "Det er ikke noe nytt å ta inn" in page
    assert "Alt som står i filen, er i Varig fra før." in page
    take_in(stock, again)
    assert the_stock() == before
    assert Property.objects.count() == PROPERTIES


def test_excel_gives_the_same_as_the_text_file(stock):
    take_in(stock, upload(stock, INVENTORY.read_bytes()))
    from_text = the_stock()
    Unit.objects.all().delete()
    Property.objects.all().delete()
    take_in(stock, upload(stock, as_excel(INVENTORY.read_bytes()), "boliger.xlsx"))
    assert the_stock() == from_text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_semicolons_and_latin_1_are_read(stock, encoding):
    content = "navn;boligtype;antall_enheter\r\nSmåhus Ålesundvegen;småhus;2\r\n".encode(encoding)
    take_in(stock, upload(stock, content))
    assert Property.objects.get().name == "Småhus Ålesundvegen"
    assert Unit.objects.count() == 2


def test_unit_list_with_kobo_column_names_is_read(stock):
    content = (
        b"eiendom,boligtype,bruksenhetsnummer,antallSoverom,bruksareal,etasjenummer,"
        b"erTilgjengeligForRullestolbruker,leiekostnad,adresse\n"
        b"Strandgata 4,kommunal,H0202,2,64,2,ja,9500,Strandgata 4\n"
        b"Strandgata 4,kommunal,h0203,,,,nei,,\n"
        b"Strandgata 4,kommunal,203,1,,,nei,,\n"
    )
    made = upload(stock, content)
    page = take_in(stock, made).content.decode()
    assert "1 rad ble ikke tatt inn." in page
    first, second = Unit.objects.order_by("name")
    assert (first.name, first.bedrooms, first.size_m2, first.rent) == ("H0202", 2, 64, 9500)
    assert first.wheelchair and first.step_free
    assert (second.dwelling_number, second.bedrooms) == ("H0203", None)
    page = stock.get(reverse("housing:import_review", args=[made.pk])).content.decode()
    assert "Bruksenhetsnummer er en bokstav og fire siffer, som H0202." in page


def test_impossible_values_are_refused_row_by_row(stock):
    rows = [
        "Nordlia 1,kommunal,H0101,-1",
        "Nordlia 1,kommunal,H0102,99",
        f"{'x' * 130},kommunal,H0103,1",
    ]
    content = "\n".join(["navn,boligtype,bruksenhetsnummer,soverom", *rows]).encode()
    made = upload(stock, content)
    page = stock.get(reverse("housing:import_review", args=[made.pk])).content.decode()
    assert "«-1» kan ikke leses som antall soverom." in page
    assert "Ingen rader kan tas inn slik de står." in page
    take_in(stock, made)
    assert not Unit.objects.exists()


# ------------------------------------------------------------------ the command


@pytest.mark.django_db
def test_a_dry_run_writes_nothing():
    out = io.StringIO()
    call_command("import_stock", str(INVENTORY), "--dry-run", stdout=out)
    assert "13 eiendommer og 101 boliger ville blitt tatt inn" in out.getvalue()
    assert "Tas ikke inn: malgruppe" in out.getvalue()
    assert not Property.objects.exists()
    assert not Unit.objects.exists()


@pytest.mark.django_db
def test_command_names_the_errors_in_a_file(tmp_path):
    wrong = tmp_path / "bilde.png"
    wrong.write_bytes(b"\x89PNG")
    with pytest.raises(CommandError, match="CSV-fil"):
        call_command("import_stock", str(wrong))
    with pytest.raises(CommandError, match="kan ikke åpnes"):
        call_command("import_stock", str(tmp_path / "ingen.csv"))


# ------------------------------------------------------------------ wrong files


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 101_000_000)
    return out.getvalue()


WRONG = {
    "excel_called_csv": ("liste.csv", lambda: as_excel(INVENTORY.read_bytes()), "ikke en tekstfil"),
    "text_called_excel": ("liste.xlsx", INVENTORY.read_bytes, "ikke et Excel-ark"),
    "any_zip": ("liste.xlsx", lambda: b"PK\x03\x04" + b"x" * 100, "kan ikke leses"),
    "zip_bomb": ("liste.xlsx", bomb, "for stort når det åpnes"),
    "page": ("liste.csv", lambda: b"<!doctype html>\n<p>Logg inn</p>\n", "kolonne for navn"),
    "nothing": ("liste.csv", lambda: b"", "Filen er tom"),
    "blanks": ("liste.csv", lambda: b" \n\n ", "Filen er tom"),
    "heading_only": ("liste.csv", lambda: b"navn,boligtype\n", "ingen rader"),
    "no_heading": ("liste.csv", lambda: b"Gata 1,kommunal\nGata 2,kommunal\n", "kolonne for"),
    "other_kind": ("liste.pdf", lambda: b"%PDF-1.7", "CSV-fil"),
    "too_big": ("liste.csv", lambda: b"navn,boligtype\n" + b"x" * 10_000_000, "større enn 5 MB"),
    "bad_letters": ("liste.csv", lambda: b"navn,boligtype\n\x81\x8d,kommunal\n", "kan ikke leses"),
    "too_many": (
        "liste.csv",
        lambda: b"navn,boligtype,antall\n" + b"".join(b"E%d,kommunal,999\n" % n for n in range(21)),
        "mer enn 20 000 boliger",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_file_with_a_false_type_is_an_error_beside_the_field(stock, case):
    name, content, message = WRONG[case]
    answer = send(stock, content(), name)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert message in page
    assert f"«{name}»" in page, "the browser does not keep the file name, so the message shows it"
    assert not StockImport.objects.exists()


def test_missing_file_is_an_error(stock):
    assert "Velg en fil." in stock.post(PAGE).content.decode()


# ------------------------------------------------------------------ second submit


def test_file_sent_twice_is_one_upload(stock):
    token = "0b6f7a4e-6d7e-4d7f-9f43-0f1f5be1f0aa"
    first = send(stock, INVENTORY.read_bytes(), form_token=token)
    second = send(stock, INVENTORY.read_bytes(), form_token=token)
    assert first.url == second.url
    assert StockImport.objects.count() == 1


def test_confirming_twice_imports_once(stock, login):
    made = upload(stock, INVENTORY.read_bytes())
    take_in(stock, made)
    page = take_in(login("boligforvalter"), made).content.decode()
    assert "Filen er allerede tatt inn." in page
    assert "Tatt inn" in page
    assert Unit.objects.count() == UNITS


@pytest.mark.django_db(transaction=True)
def test_two_simultaneous_confirmations_import_once():
    by = f.UserFactory(role="boligforvalter")
    made = StockImport.objects.create(
        file_name="b.csv", content=INVENTORY.read_bytes(), uploaded_at=f.now(), uploaded_by=by
    )
    together, results = threading.Barrier(2), []

    def confirm() -> None:
        try:
            together.wait()
            actions.apply_import(upload=made, by=by, at=f.now())
            results.append("inn")
        except actions.AlreadyImported as error:
            results.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["Filen er allerede tatt inn.", "inn"]
    assert Unit.objects.count() == UNITS


@pytest.mark.django_db
def test_error_halfway_imports_nothing(monkeypatch):
    by = f.UserFactory(role="boligforvalter")
    made = StockImport.objects.create(
        file_name="b.csv", content=INVENTORY.read_bytes(), uploaded_at=f.now(), uploaded_by=by
    )
    create, calls = Unit.objects.create, []

    def fails_at_fifty(**values):
        calls.append(1)
        if len(calls) == 50:
            raise RuntimeError("the power went")
        return create(**values)

    monkeypatch.setattr(Unit.objects, "create", fails_at_fifty)
    with pytest.raises(RuntimeError):
        actions.apply_import(upload=made, by=by, at=f.now())
    made.refresh_from_db()
    assert made.applied_at is None
    assert not Property.objects.exists()


# ------------------------------------------------------------------ the pages


def test_review_of_a_long_file_shows_rows_needing_a_decision_first(stock):
    rows = [f"Eiendom {n},kommunal,1,{'' if n % 2 else 'Gata 1'}" for n in range(300)]
    content = "\n".join(["navn,boligtype,antall,adresse", *rows, "Feil,slott,1,"]).encode()
    made = upload(stock, content)
    page = stock.get(reverse("housing:import_review", args=[made.pk])).content.decode()
    assert "viser 200 av 301" in page
    assert page.index("Boligtypen «slott» finnes ikke.") < page.index("Eiendom 1<")


def test_review_has_the_same_number_of_queries_for_any_file(stock, django_assert_max_num_queries):
    made = upload(stock, INVENTORY.read_bytes())
    url = reverse("housing:import_review", args=[made.pk])
    with django_assert_max_num_queries(16):
        stock.get(url)


def test_user_who_does_not_manage_the_stock_cannot_import(as_manager, as_caseworker, stock):
    made = upload(stock, INVENTORY.read_bytes())
    for client in (as_manager, as_caseworker):
        assert client.get(PAGE).status_code == 403
        assert send(client, INVENTORY.read_bytes()).status_code == 403
        assert take_in(client, made).status_code == 403
    assert not Unit.objects.exists()
