"""One realistic set of data per letter template, for tests and as an example."""

SENDER = {
    "municipality": "Solvær kommune",
    "unit": "Boligkontoret",
    "address": ["Postboks 12", "9990 Solvær"],
    "web": "solvaer.kommune.no",
}
LETTER = {
    "made_at": "2026-11-20T14:30:00+01:00",
    "sender": SENDER,
    "recipient": {"name": "Hanne Myrland", "address": ["Bakkegata 21", "9990 Solvær"]},
    "case_number": "2026/1184",
    "date": "20. november 2026",
    "exempt": "Unntatt offentlighet, offentleglova § 13",
    "contact": {
        "name": "Ingrid Solbakken",
        "phone": "76 00 12 34",
        "email": "boligkontoret@solvaer.kommune.no",
        "hours": "Vi svarer hverdager kl. 9.00–15.00.",
    },
    "signers": [
        {"name": "Marit Hovland", "role": "Leder, godkjent vedtaket"},
        {"name": "Ingrid Solbakken", "role": "Saksbehandler"},
    ],
    "copies": ["Advokat Nils Brekke (fullmektig)"],
}
VEDTAK = {
    **LETTER,
    "title": "Du får leie kommunal bolig",
    "vedtak": [
        "Vi har innvilget søknaden din om kommunal bolig fra 20. oktober 2026. Du kan leie en "
        "bolig med fire rom i fem år. Vedtaket gjelder i ett år.",
        "Du får også hjelp til visning og innflytting.",
    ],
    "next": [
        "Du står på ventelisten fra i dag. Vi har ikke en ledig bolig til deg ennå. Når vi finner "
        "en som passer, får du et tilbud og kan se boligen før du svarer. Ingrid Solbakken ringer "
        "deg."
    ],
    "facts": [
        "Du leier en 2-roms leilighet i Bakkegata 21 sammen med to barn. Kontrakten går ut "
        "31. januar 2027, og utleier skal bruke boligen selv.",
        "Du har inntekt fra deltidsarbeid og har søkt på 14 boliger siden august.",
    ],
    "rules": [
        "Retningslinjer for tildeling av kommunal bolig i Solvær, punkt 3, vedtatt 12. mars 2024. "
        "Boligsosialloven §§ 4 og 6."
    ],
    "assessment": [
        "Boligen er for liten for tre, og du må ut innen ti uker. Du har lett lenge uten å få "
        "tilbud. Mot dette står at du har inntekt og kan betale en vanlig husleie. Vi mener at "
        "barnas skole og den korte fristen veier tyngst, og at du ikke selv kan skaffe en egnet "
        "bolig i tide."
    ],
    "own_view": [
        "Du sier at det viktigste er at barna kan fortsette på Nordnes skole. Vi har tatt hensyn "
        "til det: vi leter først i skolekretsen."
    ],
    "children": [
        "Barna på 7 og 11 år har fortalt at de vil bli på skolen sin. Det har stor vekt. En fast "
        "bolig i skolekretsen er best for dem."
    ],
    "conditions": ["Du må si fra til oss hvis inntekten eller husstanden endrer seg."],
    "appeal": {
        "deadline": "Klagen må være sendt innen tre uker etter at du fikk dette brevet.",
        "instance": "Klagenemnda i Solvær kommune avgjør klager om boligen. Statsforvalteren "
        "avgjør klager om hjelpen etter boligsosialloven.",
        "how": "Send klagen til Boligkontoret. Skriv hva du er uenig i, og hvorfor.",
        "help": "Vi hjelper deg gjerne med å skrive klagen. Du kan også la en annen klage for deg.",
        "access": "Du har rett til å se dokumentene i saken din.",
        "suspension": "Du kan be om at vedtaket ikke settes i verk før klagen er avgjort.",
    },
}
OFFER = {
    **LETTER,
    "title": "Vi tilbyr deg en bolig",
    "intro": [
        "Du står på ventelisten for kommunal bolig. Nå har vi en ledig bolig som vi mener passer "
        "for deg og barna. Dette er et tilbud, ikke et nytt vedtak."
    ],
    "dwelling": {
        "address": "Nordnesveien 8, leilighet H0201",
        "facts": [
            ["Størrelse", "4 rom, 82 kvadratmeter"],
            ["Etasje", "2. etasje, heis"],
            ["Husleie", "8 900 kr i måneden"],
            ["Strøm og internett", "Du betaler selv"],
            ["Ledig fra", "15. desember 2026"],
            ["Leietid", "Fem år"],
        ],
        "about": "Det er sju minutter å gå til Nordnes skole.",
    },
    "viewing": ["Du kan se boligen tirsdag 24. november kl. 14.30. Ingrid Solbakken møter deg."],
    "answer_by": "27. november 2026",
    "how_answer": ["Ring eller skriv til Ingrid Solbakken, eller send svararket tilbake."],
    "if_yes": ["Da lager vi en leiekontrakt, og du kan flytte inn fra 15. desember."],
    "if_no": ["Si gjerne hvorfor. Du står fortsatt på ventelisten."],
    "slip": True,
}
INTERIM_REPLY = {
    **LETTER,
    "title": "Vi trenger mer tid på søknaden din",
    "intro": ["Vi fikk søknaden din om kommunal bolig 20. oktober 2026."],
    "delay": ["Vi venter på opplysninger fra legen din, og kan ikke avgjøre søknaden uten dem."],
    "expected": ["Du får svar senest 11. desember 2026."],
    "needed": ["Kopi av leiekontrakten din", "De tre siste lønnsslippene"],
    "meanwhile": ["Ring oss med en gang hvis du mister stedet du bor nå."],
    "copies": [],
}
PLAIN = {
    **LETTER,
    "title": "Vi mangler noen papirer fra deg",
    "intro": ["Vi fikk søknaden din om kommunal bolig 20. oktober 2026."],
    "parts": [{"heading": "Hva du kan gjøre", "text": ["Send papirene til oss, eller kom innom."]}],
    "needed": {"heading": "Dette mangler", "items": ["Kopi av leiekontrakten din"]},
    "box": {"heading": "Frist", "text": ["Vi ber om papirene innen 11. desember 2026."]},
    "copies": [],
}
MINUTES = {
    "made_at": "2026-11-20T15:10:00+01:00",
    "sender": SENDER,
    "title": "Protokoll fra tildelingsmøte",
    "case_number": "2026/T47",
    "date": "20. november 2026",
    "meeting": [
        ["Dato og tid", "Fredag 20. november 2026, kl. 13.00–14.40"],
        ["Sted", "Rådhuset, møterom Skarven"],
        ["Møteleder", "Torunn Bakke"],
        ["Referent", "Ingrid Solbakken"],
    ],
    "present": [
        {"name": "Torunn Bakke", "role": "Møteleder", "unit": "Boligkontoret"},
        {"name": "Ingrid Solbakken", "role": "Saksbehandler", "unit": "Boligkontoret"},
        {"name": "Marius Lund", "role": "Boligforvalter", "unit": "Solvær eiendom"},
        {"name": "Samira Haidari", "role": "Veileder", "unit": "NAV Solvær"},
    ],
    "absent": ["Idar Sletta, helse- og velferdskontoret"],
    "items": [
        {
            "number": "1",
            "dwelling": "Nordnesveien 8, H0201",
            "facts": [
                ["Bolig", "4 rom, 82 kvadratmeter, 2. etasje med heis"],
                ["Husleie", "8 900 kr i måneden"],
                ["Ledig fra", "15. desember 2026"],
            ],
            "inhabile": [{"name": "Marius Lund", "reason": "nabo til en av søkerne, gikk ut"}],
            "criteria": [
                "Klasse etter prioriteringsreglene, gyldige fra 1. januar 2026",
                "Barn først, deretter flest døgn i midlertidig bolig, deretter eldste søknad",
            ],
            "candidates": [
                {
                    "case": "2026/1184",
                    "initials": "HM",
                    "class": "Haster",
                    "fit": "Ja, og i skolekretsen barna går i",
                    "outcome": "Valgt",
                    "reason": "To barn, må ut 31. januar. Boligen lar barna bli på skolen sin.",
                },
                {
                    "case": "2026/0944",
                    "initials": "AF",
                    "class": "Haster",
                    "fit": "Ja",
                    "outcome": "Reserve",
                    "reason": "Ett barn, kan bo der de bor til mars.",
                },
                {
                    "case": "2026/0731",
                    "initials": "RS",
                    "class": "Stort behov",
                    "fit": "Nei, trenger trinnfritt bad",
                    "outcome": "Ikke valgt",
                    "reason": "Badet har terskel. Vurderes for Fjordgata 3 i neste møte.",
                },
            ],
            "decision": [
                "Sak 2026/1184 (HM) får tilbud om boligen. Barnas skolegang og fristen for å "
                "flytte ut veide tyngst. Sak 2026/0944 har samme klasse, men ingen frist nå."
            ],
            "reserve": "Sak 2026/0944 (AF)",
            "dissent": [],
            "follow_up": ["Hjelp til innflytting første måned."],
            "carried_out_by": "Ingrid Solbakken sender tilbudet innen 23. november.",
        }
    ],
    "closed": [
        {
            "heading": "Til sak 1",
            "text": "Søkeren i sak 2026/0944 har bedt om å ikke bo nær Nordnesveien 20.",
        }
    ],
    "signers": [
        {"name": "Torunn Bakke", "role": "møteleder"},
        {"name": "Ingrid Solbakken", "role": "referent"},
    ],
}
APPEAL_LETTER = {
    **LETTER,
    "title": "Oversendelse av klage på vedtak",
    "recipient": {"name": "Klagenemnda i Solvær kommune", "address": []},
    "intro": "Hanne Myrland har klaget på vedtaket vårt 20. november 2026.",
    "facts": [["Vedtak", "20. november 2026"], ["Klagefrist", "14. desember 2026"]],
    "parts": [
        {"heading": "Hva klagen sier", "text": "Jeg er uenig.", "quote": True},
        {"heading": "Vår vurdering av klagen", "text": "Vi mener vedtaket er riktig."},
    ],
    "box": {"heading": "Til Hanne Myrland", "text": "Du får kopi av dette brevet."},
    "appeal": None,
}
APPEAL_DOCUMENTS = {
    **{name: LETTER[name] for name in ("made_at", "sender", "case_number", "date", "exempt")},
    "title": "Sakens dokumenter",
    "intro": "Dokumentene i klagesaken, i rekkefølge.",
    "facts": [["Part", "Hanne Myrland"]],
    "first_page": 1,
    "pages": 2,
    "contents": {
        "heading": "Dokumenter",
        "head": ["Nr.", "Dokument", "Dato", "Side"],
        "rows": [["1", "Klagen", "12.12.2026", "2"]],
    },
    "sections": [
        {
            "title": "Klagen",
            "blocks": [
                {"kind": "facts", "pairs": [["Mottatt", "12. desember 2026"]]},
                {"kind": "quote", "text": "Jeg er uenig."},
                {"kind": "heading", "text": "Ventelisten"},
                {"kind": "table", "head": ["Klasse", "Venter"], "rows": [["1. Akutt", "6"]]},
                {"kind": "text", "text": "Ingen er navngitt."},
                {"kind": "note", "text": "Talt opp av systemet."},
            ],
        }
    ],
}
