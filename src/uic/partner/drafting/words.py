"""The words by which a draft knows a column or a code: a finite list, in English, French, Khmer."""

from __future__ import annotations

import re
import unicodedata

COLUMNS: dict[str, tuple[str, ...]] = {
    "record_id": (
        "client id", "client no", "client number", "client code", "id client", "code client",
        "patient id", "patient no", "registration no", "registration number", "reg no", "uic",
        "unique identifier code", "unique id", "beneficiary id", "beneficiary code", "record id",
        "tracked entity", "case id", "numero client", "numero de dossier", "លេខកូដ", "លេខចុះបញ្ជី",
    ),
    "family_name": (
        "family name", "family", "surname", "last name", "lastname", "nom de famille", "nom",
        "នាមត្រកូល", "គោត្តនាម",
    ),
    "given_name": (
        "given name", "given", "first name", "firstname", "forename", "prenom", "prenoms",
        "នាមខ្លួន",
    ),
    "mother_given_name": (
        "mother s name", "mothers name", "mother name", "mother s first name", "name of mother",
        "mother given name", "mother", "nom de la mere", "prenom de la mere", "ឈ្មោះម្តាយ",
        "ឈ្មោះម្ដាយ",
    ),
    "father_given_name": (
        "father s name", "fathers name", "father name", "father s first name", "name of father",
        "father given name", "father", "nom du pere", "prenom du pere", "ឈ្មោះឪពុក",
    ),
    "birth_date": (
        "date of birth", "birth date", "birthdate", "birthday", "dob", "born", "date de naissance",
        "ថ្ងៃខែឆ្នាំកំណើត", "ថ្ងៃកំណើត",
    ),
    "sex": ("sex", "gender", "sexe", "genre", "ភេទ"),
    "birth_place": (
        "place of birth", "birth place", "birthplace", "birth province", "province of birth",
        "lieu de naissance", "ទីកន្លែងកំណើត", "ខេត្តកំណើត",
    ),
    "birth_order": ("birth order", "rang de naissance", "ordre de naissance"),
    "place": (
        "commune", "sangkat", "district", "khan", "village", "province", "residence", "quartier",
        "ឃុំ", "សង្កាត់", "ស្រុក", "ខណ្ឌ", "ភូមិ",
    ),
    "street": ("street", "rue"),
    "postcode": ("postcode", "postal code", "zip code", "code postal"),
    "phone": (
        "phone", "phone number", "telephone", "mobile", "mobile phone", "tel",
        "numero de telephone", "លេខទូរស័ព្ទ",
    ),
    "date": (
        "date", "visit date", "date of visit", "contact date", "date of contact", "service date",
        "date of service", "event date", "date of event", "session date", "date de visite",
        "date de la visite", "date de contact", "date du contact", "occurred at", "day",
        "កាលបរិច្ឆេទ", "ថ្ងៃមកពិនិត្យ", "today", "enrolled at", "completed time", "start",
        "submission time", "submission date",
    ),
    "service": (
        "service", "services", "services provided", "service provided", "services given",
        "services received", "type of service", "service type", "prestation", "prestations",
        "services fournis", "សេវា",
    ),
    "quantity": (
        "quantity", "needles", "needles given", "needles and syringes", "needles syringes",
        "syringes", "syringes given", "n s given", "ns given", "needles distributed",
        "number of needles", "kits", "quantite", "seringues", "nombre de seringues", "ម្ជុល",
        "សឺរ៉ាំង",
    ),
    "returned": (
        "returned", "needles returned", "syringes returned", "ns returned", "n s returned",
        "seringues rendues",
    ),
    "referral": ("referral", "referral status", "status of referral"),
    "site": (
        "site", "hotspot", "hot spot", "drop in centre", "drop in center", "dic", "org unit",
        "orgunit", "organisation unit", "organisation unit name", "org unit name", "facility",
        "clinic", "lieu", "ទីតាំង",
    ),
    "channel": ("channel", "modality", "type of contact", "contact type", "canal", "modalite"),
    "population": ("population", "key population", "kp type", "population type", "typologie"),
    "marital_status": ("marital status", "etat civil", "situation matrimoniale"),
    "disclosure": ("disclosure", "disclosure status"),
    "hiv_status": ("hiv status", "statut vih", "serostatus"),
}  # fmt: skip
"""Words of each column. Among equals, the one that stands first in its list is better."""

WHOLE = frozenset(
    {
        "family", "given", "nom", "born", "date", "day", "today", "start", "mother", "father",
        "service", "services", "kits", "dic", "lieu", "tel", "rue", "population", "khan",
        "returned", "referral", "disclosure",
    }
)  # fmt: skip
"""Words that mean a column only when nothing else stands in its header or behind its groups."""
OTHERS = frozenset(
    {
        "mother", "father", "mere", "pere", "child", "children", "enfant", "husband", "wife",
        "spouse", "partner", "friend", "worker", "staff", "nurse", "interviewer", "enumerator",
        "user", "username", "submitter", "device", "other", "autre", "specify", "returned",
        "return", "rendues", "next", "prochaine", "last", "type", "note", "notes", "comment",
        "remark", "if", "why",
    }
)  # fmt: skip
"""Words that make a header one of something else, unless the list above says otherwise."""

CODES: dict[str, dict[str, tuple[str, ...]]] = {
    "sex": {
        "M": ("m", "male", "man", "homme", "masculin", "h", "ប្រុស"),
        "F": ("f", "female", "woman", "femme", "feminin", "ស្រី"),
        "other": ("other", "autre", "transgender", "tg", "third gender"),
    },
    "referral": {
        "made": ("made", "referred", "issued"),
        "accepted": ("accepted", "agreed"),
        "completed": ("completed", "received", "arrived", "done"),
    },
}
"""What a code word means, where the schema has words of its own."""
KNOWN = frozenset(
    {
        "yes", "no", "oui", "non", "outreach", "drop in centre", "drop in center", "dic", "clinic",
        "mobile", "referral", "peer", "ns", "needle", "needles", "syringe", "syringes", "condom",
        "condoms", "lubricant", "lube", "test", "testing", "hiv", "hiv test", "hcv", "sti", "tb",
        "art", "prep", "oat", "methadone", "naloxone", "counselling", "counseling", "education",
        "iec", "food", "shower", "pwid", "pwud", "msm", "sw", "fsw", "tg", "prison",
    }
)  # fmt: skip
"""Answers that are words of the trade and name nobody."""
UNKNOWN = frozenset({"unknown", "not known", "don t know", "dk", "ne sait pas", "nsp", "មិនដឹង"})
REFUSED = frozenset({"refused", "refusal", "refus", "declined", "no answer"})

_ACCENTS = re.compile(r"[\u0300-\u036f]")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_GAPS = re.compile(r"[^\w\u1780-\u17ff]+|_")


def plain(text: str) -> str:
    """Reduce a header or an answer to its words: no case, accents, signs or humps."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", _HUMP.sub(" ", text)))
    return " ".join(_GAPS.sub(" ", bare.casefold()).split())
