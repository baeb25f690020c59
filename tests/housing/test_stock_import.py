"""Import of the stock: the real inventory, a unit list, and invalid files."""

from __future__ import annotations

import io
import threading
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from openpyxl import Workbook

from accounts.enums import ImportState
from accounts.file_imports import actions, running
from accounts.file_imports.kinds import KINDS, Report
from accounts.models import FileImport
from common import spreadsheets
from housing import stock_import
from housing.enums import PropertyStage, Staffing, UnitType
from housing.models import Area, Property, Unit
from housing.providers.models import Provider
from tests import factories as f

INVENTORY = Path(__file__).parent.parent / "data" / "trondheim_botilbud.csv"
PAGE = "/import/boliger/"
UNITS, PROPERTIES = 101, 13


@pytest.fixture
def stock(login):
    return login("boligforvalter")


def send(client, content: bytes, name: str = "boliger.csv", **data):
    return client.post(PAGE, {"file": SimpleUploadedFile(name, content), **data})


def upload(client, content: bytes, name: str = "boliger.csv") -> FileImport:
    answer = send(client, content, name)
    assert answer.status_code == 302, answer.content.decode()
    made = FileImport.objects.latest("pk")
    running.run(made.pk)
    made.refresh_from_db()
    return made


def page_of(client, made: FileImport) -> str:
    return client.get(reverse("accounts:import", args=[made.pk])).content.decode()


def take_in(client, made: FileImport, **data):
    made.refresh_from_db()
    data["digest"] = Report.from_json(made.report).digest if made.report else ""
    answer = client.post(reverse("accounts:import_confirm", args=[made.pk]), data, follow=True)
    running.run(made.pk)
    return answer if answer.status_code != 200 else client.get(answer.request["PATH_INFO"])


def as_excel(content: bytes) -> bytes:
    table = spreadsheets.read(content, "x.csv")
    book = Workbook()
    book.active.append(table.headings)
    for _n, row in table.rows:
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
    page = page_of(stock, made)
    assert "Ta inn 101 nye boliger" in page
    assert "Målgruppe tas ikke inn: en bolig beskrives med hva den er" in page
    assert "antall boliger, så ingen boliger lages" in page

    page = take_in(stock, made).content.decode()
    assert "Tatt inn" in page
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
    page = page_of(stock, again)
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
    assert "rad tas ikke inn" in page
    first, second = Unit.objects.order_by("name")
    assert (first.name, first.bedrooms, first.size_m2, first.rent) == ("H0202", 2, 64, 9500)
    assert first.wheelchair and first.step_free
    assert (second.dwelling_number, second.bedrooms) == ("H0203", None)
    page = page_of(stock, made)
    assert "Bruksenhetsnummer er en bokstav og fire siffer, som H0202." in page


def test_impossible_values_are_refused_row_by_row(stock):
    rows = [
        "Nordlia 1,kommunal,H0101,-1",
        "Nordlia 1,kommunal,H0102,99",
        f"{'x' * 130},kommunal,H0103,1",
    ]
    content = "\n".join(["navn,boligtype,bruksenhetsnummer,soverom", *rows]).encode()
    made = upload(stock, content)
    page = page_of(stock, made)
    assert "«-1» kan ikke leses som antall soverom." in page
    assert "Ingen rader kan tas inn slik de står." in page
    take_in(stock, made)
    assert not Unit.objects.exists()


# ------------------------------------------------------------------ cells as people fill them in

HEAD = "eiendom;boligtype;betegnelse;leiekostnad;bruksareal;postnummer"


def rows(*lines: str, head: str = HEAD) -> bytes:
    return "\r\n".join([head, *lines]).encode("utf-8-sig")


def review(client, content: bytes, name: str = "boliger.csv") -> tuple[FileImport, str]:
    made = upload(client, content, name)
    return made, page_of(client, made)


def test_amounts_are_read_as_norwegians_write_them(stock):
    made, page = review(
        stock,
        rows(
            "Storgata 1;kommunal;1;8.000;55,5;150",
            "Storgata 1;kommunal;2;8 000 kr;55;0150",
            "Storgata 1;kommunal;3;8,000;;",
        ),
    )
    assert "kan leses som husleie (kr per måned) på to måter" in page
    assert "bruksareal (m²) «55,5» er lest som «56»" in page
    take_in(stock, made)
    first, second = Unit.objects.order_by("name")
    assert (first.rent, first.size_m2, first.property.postcode) == (8000, 56, "0150")
    assert (second.rent, second.size_m2) == (8000, 55)


def test_spelling_of_addresses_and_numbers_does_not_make_a_second_home(stock):
    home = f.PropertyFactory(name="Storgata 12 B")
    f.UnitFactory(property=home, name="Rom 4", rent=7000, bedrooms=1)
    made, page = review(
        stock,
        rows("STORGT. 12b;kommunal;rom 04;7500;;", "storgaten 12B;kommunal;Rom 5;7000;;"),
    )
    assert "eiendommen «STORGT. 12b» er lest som «Storgata 12 B»" in page
    take_in(stock, made)
    assert Property.objects.count() == 1
    assert set(Unit.objects.values_list("name", flat=True)) == {"Rom 4", "Rom 5"}


def test_changed_values_are_taken_in_only_after_a_yes(stock):
    home = f.PropertyFactory(name="Storgata 1", address="Storgata 1")
    unit = f.UnitFactory(property=home, name="Rom 4", rent=7000, bedrooms=1)
    content = rows("Storgata 1;kommunal;Rom 4;7500;;", "Storgata 1;kommunal;Rom 5;7000;;")
    made, page = review(stock, content)
    assert "husleie (kr per måned): 7000 → 7500" in page
    assert "Endre også det som er annerledes i Varig, på 1 rad" in page
    take_in(stock, made)
    unit.refresh_from_db()
    assert unit.rent == 7000
    made, page = review(stock, content)
    assert "Endre 1 rad" in page
    take_in(stock, made, changes="1")
    unit.refresh_from_db()
    assert unit.rent == 7500
    assert unit.history.first().history_user == stock.user


def test_type_of_a_home_somebody_needs_is_not_changed_by_a_file(stock):
    """Refused row by row, as the page of the home refuses it; the other rows are taken in."""
    home = f.PropertyFactory(name="Storgata 1", address="Storgata 1")
    let, offered, *_rest = [f.UnitFactory(property=home, name=f"Rom {n}") for n in range(3)]
    f.StayFactory(lease=True, unit=let)
    f.OfferFactory(unit=offered)
    lines = [f"Storgata 1;pensjonat;Rom {n};7500;;" for n in range(3)]
    made, page = review(stock, rows(*lines, "Storgata 1;omsorgsbolig;Rom 3;7500;;"))
    assert "Boligtypen kan ikke endres til «Pensjonat». Det bor noen i én bolig." in page
    assert "Én bolig er tilbudt, tildelt eller holdt av." in page
    take_in(stock, made, changes="1")
    types = dict(Unit.objects.values_list("name", "type"))
    kept = "kommunal"
    assert types == {"Rom 0": kept, "Rom 1": kept, "Rom 2": "pensjonat", "Rom 3": "omsorgsbolig"}


def test_kobo_id_and_own_reference_find_a_home_that_is_renamed(stock):
    home = f.PropertyFactory(name="Storgata 1")
    by_kobo = f.UnitFactory(property=home, name="H0101", kobo_id="K-77")
    by_reference = f.UnitFactory(property=home, name="H0102", extra_reference="L 9")
    head = "koboId;eiendom;boligtype;betegnelse;ekstraReferanse"
    lines = ["k;Storgata 1;kommunal;Leilighet 9;L 9", "K-77;;kommunal;Leilighet 7;"]
    made, page = review(stock, rows(*lines, head=head))
    assert "betegnelse: H0101 → Leilighet 7" in page
    take_in(stock, made, changes="1")
    by_kobo.refresh_from_db()
    by_reference.refresh_from_db()
    assert (by_kobo.name, by_reference.name) == ("Leilighet 7", "Leilighet 9")
    assert by_reference.kobo_id == "k"
    assert by_kobo.sort_name.endswith("leilighet 0007")
    assert Unit.objects.count() == 2


KOBO = "eiendom;boligtype;betegnelse;koboId"


def numbered() -> set[tuple[str, str]]:
    return set(Unit.objects.values_list("name", "kobo_id"))


def test_a_home_with_a_new_kobo_id_is_a_change_and_stops_nothing(stock):
    f.UnitFactory(property=f.PropertyFactory(name="Gata 1"), name="H0101", kobo_id="K1")
    made, page = review(
        stock, rows("Gata 1;kommunal;H0101;K2", "Gata 1;kommunal;H0102;K3", head=KOBO)
    )
    assert "Kobo-ID: K1 → K2" in page and "Gata 1, H0101" in page
    take_in(stock, made)
    assert numbered() == {("H0101", "K1"), ("H0102", "K3")}


def test_homes_renumbered_in_kobo_are_taken_in_after_a_yes(stock):
    """A new home with the number another had, and two that swap; without the yes, neither."""
    home = f.PropertyFactory(name="Gata 1")
    for n in (1, 2, 3):
        f.UnitFactory(property=home, name=f"H010{n}", kobo_id=f"K{n}")
    content = rows(
        "Gata 1;kommunal;H0102;K1",
        "Gata 1;kommunal;H0101;K2",
        "Gata 1;kommunal;H0104;K3",
        "Gata 1;kommunal;H0103;K4",
        "Gata 1;kommunal;H0105;K5",
        "Gata 1;kommunal;H0105;K6",
        head=KOBO,
    )
    made, _page = review(stock, content)
    take_in(stock, made)
    as_before = {("H0101", "K1"), ("H0102", "K2"), ("H0103", "K3"), ("H0105", "K5")}
    assert numbered() == as_before
    assert "endringene er ikke med" in page_of(stock, made)
    made, _page = review(stock, content)
    take_in(stock, made, changes="1")
    now = {("H0102", "K1"), ("H0101", "K2"), ("H0104", "K3"), ("H0103", "K4"), ("H0105", "K5")}
    assert numbered() == now


def test_nothing_is_made_for_a_change_the_user_said_no_to(stock):
    f.UnitFactory(property=f.PropertyFactory(name="Gata 1"), name="H0101")
    head = "eiendom;boligtype;betegnelse;bydel;leverandør"
    lines = [f"Gata 1;kommunal;{name};Ny bydel;Nytt firma" for name in ("H0101", "H0102")]
    take_in(stock, review(stock, rows(*lines, head=head))[0])
    assert not Area.objects.filter(name="Ny bydel").exists()
    assert not Provider.objects.filter(name="Nytt firma").exists()


def test_days_that_cannot_be_are_errors_of_their_rows(stock):
    columns = ["i_bruk_fra", "i_bruk_til", "status_til"]
    book = Workbook()
    book.active.append(["eiendom", "boligtype", "betegnelse", *columns])
    for n, year in enumerate((9999, 2126) * 3):
        days = [date(year, 12, 31) if at == n // 2 else None for at in range(3)]
        book.active.append([f"Gata {n}", "kommunal", "H0101", *days])
    book.active.append(["", "kommunal", "H0101", None, None, None])
    book.active.append(["Gata 9", "kommunal", "H0101", date(1901, 1, 1), None, None])
    out = io.BytesIO()
    book.save(out)
    made, page = review(stock, out.getvalue(), "b.xlsx")
    assert [bool(row["errors"]) for row in made.report["rows"]] == [True] * 7 + [False]
    assert "Eiendom mangler" in page and "i_bruk_til" in page
    take_in(stock, made)
    assert Unit.objects.get().in_use.lower == date(1901, 1, 1)


def test_two_types_at_one_property_are_two_groups(stock):
    content = b"navn;boligtype;antall\nStorgata 1;botiltak;7\nStorgata 1;hybelhus;3\n"
    take_in(stock, upload(stock, content))
    assert Unit.objects.filter(type=UnitType.STAFFED).count() == 7
    assert Unit.objects.filter(type=UnitType.ROOMS).count() == 3
    _made, page = review(stock, content)
    assert "Det er ikke noe nytt å ta inn" in page
    _made, page = review(stock, content + b"storgata 1;hybelhus;4\n")
    assert "Rad 3 har samme eiendom og boligtype." in page


def test_the_same_home_twice_in_a_file_is_an_error(stock):
    _made, page = review(stock, rows("Storgata 1;kommunal;12 B;1;;", "Storgata 1;kommunal;12b;2;;"))
    assert "Navnet ligner på det på rad 2. Er det to boliger, så skriv egen referanse" in page
    _made, page = review(stock, rows("Storgata 1;kommunal;12b;1;;", "Storgata 1;kommunal;12b;2;;"))
    assert "Samme bolig står på rad 2." in page


def test_a_second_sheet_is_named(stock):
    book = Workbook()
    book.active.append(["eiendom", "boligtype", "betegnelse"])
    book.active.append(["Storgata 1", "kommunal", 4.0])
    book.create_sheet("Tomt")
    book.create_sheet("Hospits").append(["eiendom"])
    out = io.BytesIO()
    book.save(out)
    made, page = review(stock, out.getvalue(), "boliger.xlsx")
    assert "Arbeidsboken har også Hospits." in page
    take_in(stock, made)
    assert Unit.objects.get().name == "4"


def test_a_name_that_excel_made_a_date_is_an_error(stock):
    book = Workbook()
    book.active.append(["eiendom", "boligtype", "betegnelse"])
    book.active.append(["Storgata 1", "kommunal", date(2026, 1, 12)])
    out = io.BytesIO()
    book.save(out)
    _made, page = review(stock, out.getvalue(), "boliger.xlsx")
    assert "Excel har gjort teksten om til datoen 12.01.2026." in page


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
    "too_big": ("liste.csv", lambda: b"navn,boligtype\n" + b"x" * 10_000_000, "større enn 10 MB"),
    "bad_letters": ("liste.csv", lambda: b"navn,boligtype\n\x81\x8d,kommunal\n", "kan ikke leses"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_file_with_a_false_type_is_an_error_beside_the_field(stock, case):
    name, content, message = WRONG[case]
    answer = send(stock, content(), name)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert message in page
    assert f"«{name}»" in page, "the browser does not keep the file name, so the message shows it"
    assert not FileImport.objects.exists()


def test_file_with_too_many_homes_is_refused_on_the_next_page(stock):
    rows = b"".join(b"E%d,kommunal,999\n" % n for n in range(21))
    page = page_of(stock, upload(stock, b"navn,boligtype,antall\n" + rows))
    assert "mer enn 20 000 boliger" in page
    assert not Unit.objects.exists()


def test_missing_file_is_an_error(stock):
    assert "Velg en fil." in stock.post(PAGE).content.decode()


# ------------------------------------------------------------------ second submit


def test_file_sent_twice_is_one_upload(stock):
    token = "0b6f7a4e-6d7e-4d7f-9f43-0f1f5be1f0aa"
    first = send(stock, INVENTORY.read_bytes(), form_token=token)
    second = send(stock, INVENTORY.read_bytes(), form_token=token)
    assert first.url == second.url
    assert FileImport.objects.count() == 1


def test_confirming_twice_imports_once(stock, login):
    made = upload(stock, INVENTORY.read_bytes())
    take_in(stock, made)
    page = take_in(login("boligforvalter"), made).content.decode()
    assert "Tatt inn" in page
    assert Unit.objects.count() == UNITS


def stored(by, state: str = ImportState.READING, content: bytes = b"", **values) -> FileImport:
    return FileImport.objects.create(
        kind="boliger",
        file_name="b.csv",
        content=content or INVENTORY.read_bytes(),
        state=state,
        uploaded_at=f.now(),
        uploaded_by=by,
        **values,
    )


def agreed(made: FileImport, by) -> FileImport:
    running.run(made.pk)
    made.refresh_from_db()
    digest = Report.from_json(made.report).digest
    return actions.confirm(upload=made, digest=digest, with_changes=False, by=by, at=f.now())


@pytest.mark.django_db(transaction=True)
def test_two_simultaneous_confirmations_import_once():
    by = f.UserFactory(role="boligforvalter")
    made = stored(by)
    running.run(made.pk)
    made.refresh_from_db()
    digest = Report.from_json(made.report).digest
    together, results = threading.Barrier(2), []

    def confirm() -> None:
        try:
            together.wait()
            actions.confirm(upload=made, digest=digest, with_changes=False, by=by, at=f.now())
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
    assert sorted(results) == ["Filen er allerede tatt inn, eller er i gang.", "inn"]
    assert Unit.objects.count() == UNITS


@pytest.mark.django_db
def test_error_halfway_imports_nothing_and_can_be_tried_again(monkeypatch, stock):
    make = stock_import._create

    def fails_at_units(things, job):
        if isinstance(things[0], Unit):
            raise RuntimeError("the power went")
        make(things, job)

    made = agreed(stored(stock.user), stock.user)
    with monkeypatch.context() as patched:
        patched.setattr(stock_import, "_create", fails_at_units)
        running.run(made.pk)
    assert "Noe gikk galt hos oss" in page_of(stock, made)
    assert not Property.objects.exists()
    stock.post(reverse("accounts:import_resume", args=[made.pk]))
    running.run(made.pk)
    assert Unit.objects.count() == UNITS


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_cancelled_leaves_nothing(monkeypatch):
    by = f.UserFactory(role="boligforvalter")
    made = stored(by)
    write = stock_import._Plan.write

    def cancel() -> None:
        actions.cancel(upload=made, by=by, at=f.now())
        connection.close()

    def cancelled_meanwhile(plan, *args):
        other = threading.Thread(target=cancel)
        other.start()
        other.join()
        return write(plan, *args)

    monkeypatch.setattr(stock_import._Plan, "write", cancelled_meanwhile)
    agreed(made, by)  # the job runs at once, when it is committed
    assert not Unit.objects.exists()
    made.refresh_from_db()
    assert made.is_cancelled


def test_how_far_a_run_has_come_is_seen(stock):
    made = stored(stock.user)
    cache.set(f"file-import:{made.pk}", (250, 5000), 60)
    with running._alone(made.pk):
        page = page_of(stock, made)
    assert "250 av 5\u00a0000 rader" in page
    assert 'hx-trigger="every 2s"' in page


def test_what_was_not_read_is_not_taken_in(stock):
    made = upload(stock, rows("Storgata 1;kommunal;Rom 4;7500;;"))
    digest = Report.from_json(made.report).digest
    f.UnitFactory(property=f.PropertyFactory(name="Storgata 1"), name="Rom 4", rent=1)
    stock.post(reverse("accounts:import_confirm", args=[made.pk]), {"digest": digest})
    running.run(made.pk)
    page = page_of(stock, made)
    assert "Noe er endret i Varig siden filen ble lest." in page
    assert "Endre 1 rad" in page


def test_an_upload_nobody_says_yes_to_is_thrown_away(stock):
    made = upload(stock, INVENTORY.read_bytes())
    running.throw_away(f.today() + timedelta(days=29))
    made.refresh_from_db()
    assert made.is_read
    running.throw_away(f.today() + timedelta(days=32))
    made.refresh_from_db()
    assert (bytes(made.content), made.report) == (b"", {})


def test_the_template_file_can_be_filled_in_and_taken_in(stock):
    answer = stock.get("/import/boliger/mal/")
    made = upload(stock, answer.content, "mal.xlsx")
    take_in(stock, made)
    home = Unit.objects.get()
    assert (home.name, home.rent, home.property.postcode) == ("H0202", 8500, "9990")


def test_every_kind_of_file_has_columns_that_it_reads():
    for kind in KINDS.values():
        kind.check([column.name for column in kind.columns()])


# ------------------------------------------------------------------ the pages


def test_review_of_a_long_file_shows_rows_needing_a_decision_first(stock):
    rows = [f"Eiendom {n},kommunal,1,{'' if n % 2 else 'Gata 1'}" for n in range(300)]
    content = "\n".join(["navn,boligtype,antall,adresse", *rows, "Feil,slott,1,"]).encode()
    made = upload(stock, content)
    page = page_of(stock, made)
    assert "viser 200 av 301" in page
    assert page.index("Boligtypen «slott» finnes ikke.") < page.index("Eiendom 1<")


def test_review_has_the_same_number_of_queries_for_any_file(stock, django_assert_max_num_queries):
    made = upload(stock, INVENTORY.read_bytes())
    url = reverse("accounts:import", args=[made.pk])
    with django_assert_max_num_queries(16):
        stock.get(url)


def test_user_who_does_not_manage_the_stock_cannot_import(as_manager, as_caseworker, stock):
    made = upload(stock, INVENTORY.read_bytes())
    for client in (as_manager, as_caseworker):
        assert client.get(PAGE).status_code == 403
        assert send(client, INVENTORY.read_bytes()).status_code == 403
        assert take_in(client, made).status_code == 403
    assert not Unit.objects.exists()
