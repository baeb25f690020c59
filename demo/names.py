"""Made-up names and texts. None is taken from the sources (figures.md)."""

from __future__ import annotations

WOMEN = (
    "Gunn Ruth Synnøve Gro Mona Hawa Liv Berit Elin Samira Ada Maren Unni Senait Hilde Signe "
    "Layla Bodil Wenche Tove Ebba Fatuma Rigmor Sofie Hanne Bjørg Nadia Siv Anne Ingeborg "
    "Kirsti Amal Oda Yasmin Torhild Vigdis Marte Eline Zahra Jorunn Katrine Solveig Ragnhild "
    "Olena Maja Frida Åshild Ørjana Mariam Lene Turid Astrid "
).split()
MEN = (
    "Leif Tomasz Eirik Ali Jens Kåre Stian Noor Vidar Rolf Trond Idar Piotr Ola Geir Ivan "
    "Arild Even Omar Iver Malik Kjell Nils Åge Jarle Petter Yonas Kjetil Odd Ruben Håkon "
    "Sverre Mehmet Andrzej Torgeir Sander Aksel Bjarne Dawit Einar Finn Goran Halvor Isak "
    "Øystein Khalid Lars Mattis Roald Sindre Viktor Yusuf "
).split()
LAST = (
    "Hovdevik Lianes Torsvoll Wronski Myrhaug Sandmo Selnesvik Rahmanov Fjellheim Urdalen "
    "Abdinor Brattlien Nordskog Viklund Solhaugen Haidaran Kleivane Ottervik Skaretun Nazimi "
    "Engesvoll Birkely Haugmoen Dalsvik Zawadka Storelvik Myrvangen Tekleabin Fosshaug "
    "Lidvang Petrenkov Aasheimen Grønmoen Karimovik Bergsvik Løkvang Rognmo Jamaalin "
    "Slettavoll Tangvik Holmvåg Idrisun Ulvangen Strømsvik Kvalneset Warsanin Nesmoen Ørjavik "
    "Hellvang Midtvåg Åsgardet Ærvik Østlien Åkervold Furuset Granlien Heggvoll Innvik "
    "Jordlien Kvistad Lauvdal Mørkvold Nyvoll Oppheim Rabben Seljevoll Tverrå Utnes Varden "
    "Ytrevik "
).split()
LANGUAGES = ["", "", "", "", "", "", "Arabisk", "Polsk", "Somali", "Ukrainsk", "Tigrinja", "Dari"]
STREETS = (
    "Fiskergata Sjøgata Skolegate Verftsbakken Ørneveien Nordveien Bakkegata Storgata "
    "Havblikk Fjordgata Lyngveien Tjernveien Kirkeveien Møllebakken Strandveien Furuveien "
    "Granveien Bjørkeveien Solveien Måneveien Seterveien Elvegata Bruveien Åsveien Øvrevegen "
    "Nedrevegen Torggata Smedgata Reperbanen Naustveien Kaigata Fyrveien "
).split()
AREAS = [
    ("sentrum", "Sentrum"),
    ("nordsida", "Nordsida"),
    ("nordnes", "Nordnes"),
    ("verftet", "Verftet"),
    ("havna", "Havna"),
    ("asen", "Åsen"),
    ("elvebredden", "Elvebredden"),
    ("solsida", "Solsida"),
    ("myra", "Myra"),
    ("oya", "Øya"),
]
GUEST_HOUSES = [
    ("Fjordgløtt", "pensjonat"),
    ("Breivika", "hospits"),
    ("Havly", "pensjonat"),
    ("Sjøgløtt", "herberge"),
    ("Solstua", "krisebolig"),
    ("Nordlys", "campinghytte"),
    ("Kaikanten", "hospits"),
]
WISHES = [
    "Jeg vil ha et sted med egen dør, der ungene kan sove over.",
    "Det viktigste er at det er stille om natta, så jeg får sove.",
    "Jeg vil bo nær bussen, så jeg kommer meg på jobb.",
    "Jeg vil bort fra der jeg bor nå. Jeg treffer folk jeg prøver å holde avstand til.",
    "Jeg vil ha noen i nærheten jeg kan banke på hos når det blir tungt.",
    "Jeg ønsker meg en stue der jeg kan ha besøk av søsteren min.",
    "Hva som helst med lås på døra. Helst i første etasje, for knærne.",
    "At barna kan fortsette på skolen sin. Resten ordner seg.",
    "Et sted jeg kan bli. Jeg har flyttet nok.",
    "Jeg vil ha hunden min med. Den er grunnen til at jeg står opp.",
    "Jeg vil bo for meg selv, men ikke alene i verden.",
    "Lys, og utsikt til sjøen hvis det går. Og ikke kjeller.",
]
SETTINGS = [
    "samtale på kontoret",
    "samtale med tolk",
    "på telefon",
    "hjemmebesøk",
    "samtale med talsmann",
]
OBSERVATIONS = [
    "Snakket om søknaden og hva som skjer videre.",
    "Gikk gjennom papirene sammen. Alt er levert.",
    "Ringte for å høre hvordan det går. Fikk ikke svar, sendte SMS.",
    "Hjemmebesøk. Så på boligen og snakket om naboene.",
    "Møte med Nav om økonomi og garanti.",
    "Snakket om visning og innflytting.",
]
QUOTATIONS = [
    "Jeg klarer meg, men jeg vil gjerne vite når det blir noe.",
    "Det går bedre nå som jeg har fått fast kontakt.",
    "Jeg sov godt i natt for første gang på lenge.",
    "Jeg er redd for å bli glemt.",
    "Ungene gleder seg.",
]
GOALS = [
    "Ha egen bolig innen sommeren, og komme i gang på jobb igjen.",
    "Få orden på økonomien og sove bedre.",
    "Bli kjent med noen i nabolaget.",
    "Beholde boligen og ha barna hos meg annenhver helg.",
]
OWN_VIEWS = {
    "hverdag": [
        "Greier meg godt alene",
        "Vil ha litt hjelp til å komme i gang",
        "Matlaging går fint",
    ],
    "okonomi": ["Har oversikt", "Trenger hjelp med gjeld", "Vil ha hjelp til å søke bostøtte"],
    "helse": ["Har faste avtaler", "Trapper går dårlig", "Sover lite der jeg er nå"],
    "nettverk": ["Har søsteren min", "Vil møte folk utenfor miljøet", "Har gode venner"],
    "arbeid": ["Jobber deltid", "Vil tilbake i arbeid", "Går på kurs to dager i uka"],
    "trygghet": ["Vil bo et rolig sted", "Er trygg der jeg bor", "Vil ikke bo i sentrum"],
    "barn": ["Barna er hos meg annenhver helg", "Har ikke barn", "Barna trenger ro til lekser"],
}
AGREED = [
    "Ingen",
    "Rådgivning én gang i måneden",
    "Booppfølging hver uke",
    "Fastlege og poliklinikk",
    "Nav-veileder",
]
CONTACT_WORDS = [
    "Gikk tur og snakket om boligen.",
    "Kaffe i byen.",
    "Var med på visning.",
    "Snakket om uka som kommer.",
    "Ble med til Nav.",
    "Så på møbler.",
    "",
    "",
    "",
]
