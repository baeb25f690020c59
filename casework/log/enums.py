"""The codes of all rooms of casework.

They are here because the lowest room and the apps above use them too.
"""

from enum import Enum, auto

from django.db import models
from django.utils.translation import gettext_lazy as _


class Protection(models.TextChoices):
    """Address protection (gradering) as in the population register (law.md)."""

    NONE = "ugradert", _("Ingen")
    CLIENT_ADDRESS = "klientadresse", _("Klientadresse")
    CONFIDENTIAL = "fortrolig", _("Fortrolig adresse")
    STRICTLY = "strengtFortrolig", _("Strengt fortrolig adresse")
    STRICTLY_ABROAD = "strengtFortroligUtland", _("Strengt fortrolig adresse i utlandet")


PROTECTED = (Protection.CONFIDENTIAL, Protection.STRICTLY, Protection.STRICTLY_ABROAD)


class IdKind(models.TextChoices):
    NATIONAL = "fnr", _("Fødselsnummer eller D-nummer")
    DUF = "duf", _("DUF-nummer")
    NONE = "ingen", _("Ikke kjent")


class Sex(models.TextChoices):
    """As registered in the population register; never derived from the number (need C1)."""

    FEMALE = "kvinne", _("Kvinne")
    MALE = "mann", _("Mann")
    UNKNOWN = "ukjent", _("Ikke avklart")


class LanguageForm(models.TextChoices):
    BOKMAL = "nb", _("Bokmål")
    NYNORSK = "nn", _("Nynorsk")


class PreferredChannel(models.TextChoices):
    PHONE = "telefon", _("Telefon")
    SMS = "sms", _("SMS")
    EMAIL = "epost", _("E-post")
    LETTER = "brev", _("Brev")
    HELPER = "hjelper", _("Gjennom en hjelper")


class MemberRelation(models.TextChoices):
    SELF = "hovedperson", _("Hovedperson")
    PARTNER = "partner", _("Ektefelle eller samboer")
    CHILD = "barn", _("Barn")
    OTHER = "annen", _("Annen")


# The household is these members' own, and a person has only one.
OWN_HOUSEHOLD = (MemberRelation.SELF, MemberRelation.PARTNER)
# Members who may be children: grandchildren and foster children are OTHER.
MAY_BE_CHILD = (MemberRelation.CHILD, MemberRelation.OTHER)


class LivingArrangement(models.TextChoices):
    PERMANENT = "fast", _("Bor fast")
    SHARED = "delt", _("Delt bosted")
    VISITING = "samvar", _("Samvær")


class ApplicationKind(models.TextChoices):
    """Kinds of application (need C5); codes of the scenario format."""

    NEW = "ny", _("Kommunal bolig")
    EXCHANGE = "bytte", _("Bytte av kommunal bolig")
    EXTENSION = "forlengelse", _("Forlengelse av leieforhold")
    TEMPORARY = "midlertidig", _("Midlertidig botilbud (§ 27)")
    ASSISTANCE = "bistand", _("Bistand etter boligsosialloven § 6")


class ApplicationChannel(models.TextChoices):
    FORM = "skjema", _("Skjema")
    ORAL = "muntlig", _("Muntlig, på kontoret")
    PHONE = "telefon", _("Telefon")
    LETTER = "brev", _("Brev")


class Sender(models.TextChoices):
    PERSON = "personen", _("Personen selv")
    HELPER = "hjelper", _("En hjelper")
    TREATMENT = "behandling", _("Behandlingsinstitusjon")
    PRISON = "fengsel", _("Fengsel")
    OTHER_UNIT = "enhet", _("En annen enhet i kommunen")


class Tonight(models.TextChoices):
    """Where an applicant under § 27 can sleep tonight."""

    NOWHERE = "ingen", _("Har ingen steder å sove i natt")
    TONIGHT = "i_natt", _("Kan være et sted i natt, ikke lenger")
    SHORT = "noen_netter", _("Kan være et sted noen netter")
    UNSAFE = "utrygt", _("Kan ikke være der det er utrygt")


class ApplicationState(models.TextChoices):
    RECEIVED = "mottatt", _("Mottatt")
    ASSESSING = "utredes", _("Utredes")
    DECIDED = "avgjort", _("Avgjort")
    WITHDRAWN = "trukket", _("Trukket")
    LAPSED = "bortfalt", _("Bortfalt")
    FORWARDED = "sendt_videre", _("Sendt til rette enhet")


# Not decided yet.
APPLICATION_OPEN = (ApplicationState.RECEIVED, ApplicationState.ASSESSING)
# Not withdrawn, lapsed or forwarded to another unit.
APPLICATION_ALIVE = (*APPLICATION_OPEN, ApplicationState.DECIDED)
# Ended without a vedtak here.
APPLICATION_CLOSED = (
    ApplicationState.WITHDRAWN,
    ApplicationState.LAPSED,
    ApplicationState.FORWARDED,
)


class SupportNeed(models.IntegerChoices):
    """How much help the person needs now in a dimension. It never excludes anyone (need C8)."""

    NONE = 0, _("Greier meg selv")
    SOME = 1, _("Litt hjelp")
    MUCH = 2, _("Mye hjelp")
    UNCLEAR = 9, _("Ikke avklart")


class Outcome(models.TextChoices):
    GRANTED = "innvilget", _("Innvilget")
    PARTLY = "delvis", _("Delvis innvilget")
    REFUSED = "avslag", _("Avslag")
    DISMISSED = "avvist", _("Avvist")
    LAPSED = "bortfall", _("Bortfall")


GRANTED = (Outcome.GRANTED, Outcome.PARTLY)
REFUSED = (Outcome.REFUSED, Outcome.PARTLY)


class RefusalGround(models.TextChoices):
    """Why an application was refused, in whole or part. NO_DWELLING is unmet need (need C17)."""

    CONDITIONS = "vilkar", _("Vilkårene er ikke oppfylt")
    NO_DWELLING = "ingen_bolig", _("Kommunen har ingen bolig som passer")


class ReversalGround(models.TextChoices):
    """The grounds for changing an issued vedtak (omgjøring)."""

    APPEAL = "klage", _("Etter klage (fvl. § 33)")
    INSTANCE = "klageinstans", _("Etter klageinstansens svar (fvl. § 34)")
    FAVOUR = "til_gunst", _("Til fordel for personen (fvl. § 35 a)")
    NOT_TOLD = "ikke_framme", _("Vedtaket er ikke framme hos personen (fvl. § 35 b)")
    INVALID = "ugyldig", _("Vedtaket er ugyldig (fvl. § 35 c)")
    OTHER_LAW = "annen_lov", _("En annen lov gir adgang til det (fvl. § 35 femte ledd)")
    RESERVED = "forbehold", _("Vedtaket tar selv forbehold om det (fvl. § 35 femte ledd)")
    GENERAL = (
        "alminnelige_regler",
        _("Alminnelige forvaltningsrettslige regler (fvl. § 35 femte ledd)"),
    )
    CHANGED = "endret", _("Personen har søkt på nytt, eller forholdene er endret")


# Grounds a klage gives; the others are for changing a vedtak nobody has appealed.
AFTER_APPEAL = (ReversalGround.APPEAL, ReversalGround.INSTANCE)
# Grounds that allow a change to the person's harm (fvl. § 35).
MAY_HARM = (
    ReversalGround.NOT_TOLD,
    ReversalGround.INVALID,
    ReversalGround.OTHER_LAW,
    ReversalGround.RESERVED,
    ReversalGround.GENERAL,
)


class TextPart(models.TextChoices):
    """The fields of a vedtak that a standard text may be inserted in."""

    FACTS = "facts", _("Fakta vi har lagt til grunn")
    REASONING = "reasoning", _("Vurdering")
    PERSON_VIEW = "person_view", _("Personens syn")
    BEST_INTERESTS = "best_interests", _("Barnets beste")
    CONDITIONS = "conditions", _("Vilkår")


class AppealBody(models.TextChoices):
    """The appeals body (klageinstans). It follows from the legal basis (need C13)."""

    MUNICIPAL = "kommunal_klagenemnd", _("Kommunens klagenemnd")
    STATE = "statsforvalteren", _("Statsforvalteren")


class VedtakState(models.TextChoices):
    DRAFT = "utkast", _("Utkast")
    SUBMITTED = "til_godkjenning", _("Til godkjenning")
    RETURNED = "sendt_tilbake", _("Sendt tilbake")
    ISSUED = "fattet", _("Fattet")
    REPLACED = "omgjort", _("Erstattet av nytt vedtak")
    DISCARDED = "forkastet", _("Forkastet utkast")


# Begun and not issued; at most one in a case.
VEDTAK_OPEN = (VedtakState.DRAFT, VedtakState.SUBMITTED, VedtakState.RETURNED)


class AppealState(models.TextChoices):
    RECEIVED = "mottatt", _("Mottatt")
    REVIEWING = "til_vurdering", _("Under vurdering")
    REDRAFTING = "nytt_vedtak", _("Nytt vedtak skrives")
    FORWARDED = "oversendt", _("Oversendt klageinstansen")
    REVERSED = "omgjort", _("Omgjort av kommunen")
    DISMISSED = "avvist", _("Avvist")
    UPHELD = "stadfestet", _("Vedtaket ble stående")
    CHANGED = "endret", _("Endret av klageinstansen")
    RETURNED = "opphevet", _("Opphevet, må avgjøres på nytt")
    WITHDRAWN = "trukket", _("Trukket")


# With the municipality; APPEAL_OPEN also has those with the appeals body.
APPEAL_HERE = (AppealState.RECEIVED, AppealState.REVIEWING, AppealState.REDRAFTING)
APPEAL_OPEN = (*APPEAL_HERE, AppealState.FORWARDED)
# The appeals body has decided.
APPEAL_ANSWERED = (AppealState.UPHELD, AppealState.CHANGED, AppealState.RETURNED)


class AppealChannel(models.TextChoices):
    LETTER = "brev", _("Brev")
    DIGITAL = "digitalt", _("Digitalt")
    ORAL = "muntlig", _("Muntlig, skrevet ned her")
    PHONE = "telefon", _("Telefon, skrevet ned her")


class AppealSender(models.TextChoices):
    PERSON = "personen", _("Personen selv")
    PROXY = "fullmektig", _("Fullmektig")
    GUARDIAN = "verge", _("Verge")


class DismissalGround(models.TextChoices):
    """The condition that an appeal fails when we dismiss it (fvl. §§ 28-33)."""

    LATE = "frist", _("Den kom etter fristen (fvl. §§ 29 og 31)")
    STANDING = "klagerett", _("Den som klaget, har ikke rett til å klage (fvl. § 28)")
    NOT_A_VEDTAK = "gjenstand", _("Det den gjelder, kan ikke klages på (fvl. § 28)")
    FORM = "form", _("Den er mangelfull, og ikke rettet innen fristen vi satte (fvl. § 32)")


class LetterWay(models.TextChoices):
    """How letters reach somebody, which decides the day they count as arrived (fvl. § 29)."""

    PAPER = "papir", _("Med posten, på papir")
    DIGITAL = "digital", _("Digital post")
    COLLECTED = "kontoret", _("Hentes på kontoret")
    HANDED = "handen", _("Gis i hånden")


class LetterWent(models.TextChoices):
    """How one letter went. The names are those of `LetterWay`, besides the one that waits."""

    PAPER = "papir", _("Med posten, på papir")
    DIGITAL = "digital", _("Digital post")
    COLLECTED = "kontoret", _("Hentet på kontoret")
    HANDED = "handen", _("Gitt i hånden")
    WAITING = "venter", _("Ligger på kontoret, og er ikke hentet")


class LetterKind(models.TextChoices):
    VEDTAK = "vedtak", _("Vedtak")
    INTERIM = "forelopig_svar", _("Foreløpig svar")
    OFFER = "tilbud", _("Tilbud om bolig")
    MISSING = "mangelbrev", _("Mangelbrev")
    NOTICE = "forhandsvarsel", _("Forhåndsvarsel")
    FORWARDING = "oversendelse", _("Oversendelse til klageinstansen")
    APPEAL_RECEIVED = "klage_mottatt", _("Bekreftelse på mottatt klage")
    APPEAL_ANSWER = "klagesvar", _("Svar på klage")
    STILL_NEEDED = "fortsatt_behov", _("Trenger du fortsatt bolig?")
    LEASE_INFORMATION = "leieinformasjon", _("Informasjon før leiekontrakt")
    RENT_ADJUSTMENT = "husleieregulering", _("Varsel om ny husleie")


class RepresentativeKind(models.TextChoices):
    PROXY = "fullmektig", _("Fullmektig")
    GUARDIAN = "verge", _("Verge")
    SPOKESPERSON = "talsmann", _("Talsmann")
    ESTATE = "dodsbo", _("Representant for dødsboet")


class DeathSource(models.TextChoices):
    """Where the municipality has a death from."""

    REGISTER = "folkeregister", _("Folkeregisteret")
    FAMILY = "parorende", _("Pårørende")
    HOSPITAL = "institusjon", _("Sykehus eller institusjon")
    OTHER = "annet", _("Annet")


class StatementSource(models.TextChoices):
    """Who gives a statement about the person (need C9)."""

    SERVICE = "tjeneste", _("Tjenesteyter")
    COORDINATOR = "koordinator", _("Koordinator")
    INSTITUTION = "institusjon", _("Institusjon eller fengsel")
    PEER = "likeperson", _("Likepersonorganisasjon")
    OTHER = "annen", _("En annen som kjenner personen")


class FlagKind(models.TextChoices):
    TEMPORARY_STAY = "temporary_stay", _("Lenge i midlertidig bolig")
    INTERIM_REPLY = "interim_reply", _("Foreløpig svar")
    FORGOTTEN = "waiting", _("Kan være glemt på ventelisten")
    DISCHARGE = "discharge", _("Skal ut uten avklart bolig")
    HOME_AGREED = "home_agreed", _("Skal ut, med avtalt bolig")
    LEASE = "lease", _("Leieforhold går ut")
    SECTION_27 = "section_27", _("Søknad etter § 27")
    PAPERS = "papers", _("Venter på papirer")
    APPEAL = "appeal", _("Klage")
    APPEAL_BODY = "appeal_body", _("Klage hos klageinstansen")
    MILESTONE = "milestone", _("Milepæl over fristen")
    HANDOVER = "handover", _("Overlevering ikke kvittert")
    STILL_NEEDED = "still_needed", _("Spør om behovet er det samme")
    OUTREACH = "outreach", _("Har ikke svart: oppsøk")
    STATEMENT = "statement", _("Uttalelse mangler")
    OFFER = "offer", _("Tilbud uten svar")
    CHOSEN = "chosen", _("Valgt, men ikke tilbudt")
    TENANCY = "tenancy", _("Frist i et leieforhold")
    READINESS = "readiness", _("Avtalt dag er gått")
    GRANT = "grant", _("Vedtak går ut")
    LONGEST_STAY = "longest_stay", _("Lengste opphold i huset")
    CONDITION = "condition", _("Vilkår med dato")
    PROMISED = "promised", _("Lovet svar")
    VIEWING = "viewing", _("Visning uten svar")
    NO_SERVICE = "no_service", _("Uten tjeneste i midlertidig bolig")


# They only remind somebody of what is agreed, and are not escalated.
REMINDERS = (FlagKind.HOME_AGREED,)


class FlagClosed(models.TextChoices):
    SUPERSEDED = "erstattet", _("Erstattet av en høyere terskel")
    FACTS = "fakta", _("Forholdet er over")
    HANDLED = "fulgt_opp", _("Fulgt opp")


class Process(models.TextChoices):
    """Processes whose state changes are logged in `Transition`."""

    APPLICATION = "application", _("Søknad")
    VEDTAK = "vedtak", _("Vedtak")
    APPEAL = "appeal", _("Klage")
    OFFER = "offer", _("Tilbud")
    MEETING = "meeting", _("Tildelingsmøte")
    PEER_LINK = "peer_link", _("Kobling")


class NoticeKind(models.TextChoices):
    """What an institution gives notice of (need C20)."""

    ADMISSION = "innleggelse", _("Innleggelse")
    DISCHARGE = "utskrivning", _("Utskriving")
    RELEASE = "loslatelse", _("Løslatelse")


GOING_OUT = (NoticeKind.DISCHARGE, NoticeKind.RELEASE)


class Urgency(Enum):
    """How near the deadline of an application or appeal is."""

    ANSWERED = auto()  # an interim reply is sent
    STOPPED = auto()  # decided, withdrawn, forwarded
    FINE = auto()
    SOON = auto()
    TODAY = auto()
    LATE = auto()


class NoteReaders(models.TextChoices):
    """Who may read a note, among those who may see the person (need C22)."""

    CASE = "alle", _("Alle som arbeider med saken")
    UNIT = "enhet", _("Bare min enhet")
    RESPONSIBLE = "ansvarlig", _("Bare jeg og den som har ansvaret for saken")


class DocumentCategory(models.TextChoices):
    MEDICAL = "legeerklaering", _("Legeerklæring")
    INCOME = "inntekt", _("Inntektspapirer")
    LEASE = "leiekontrakt", _("Leiekontrakt")
    TERMINATION = "oppsigelse", _("Oppsigelse eller varsel")
    IDENTITY = "legitimasjon", _("Legitimasjon")
    STATEMENT = "uttalelse", _("Uttalelse")
    POWER = "fullmakt", _("Fullmakt")
    OTHER = "annet", _("Annet")


class PastMatterKind(models.TextChoices):
    """Past matters concern tenancies only (need C25)."""

    DEBT = "gjeld", _("Husleiegjeld")
    DAMAGE = "skade", _("Skade på bolig")
    LOST = "tapt", _("Leieforhold som tok slutt")


class PaymentState(models.TextChoices):
    KEPT = "folges", _("Følges")
    PAUSED = "pause", _("Pause etter avtale")
    BEHIND = "henger", _("Henger etter")
    PAID = "betalt", _("Betalt")
