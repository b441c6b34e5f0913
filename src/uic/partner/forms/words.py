"""What a form, a card page and a printed card say, in English and Khmer.

Every entry is ``(English, Khmer)``. The Khmer was written by the authors and is to be read by a
native speaker before a programme prints it; ``docs/phone.md`` says how to correct a word.
"""

from __future__ import annotations

Words = tuple[str, str]
EMPTY: Words = ("", "")

ATTRIBUTES: dict[str, Words] = {
    "family_name": ("Family name", "នាមត្រកូល"),
    "given_name": ("Given name", "នាមខ្លួន"),
    "second_name": ("Second given name", "នាមខ្លួនទីពីរ"),
    "mother_given_name": ("Mother's given name", "នាមខ្លួនរបស់ម្ដាយ"),
    "father_given_name": ("Father's given name", "នាមខ្លួនរបស់ឪពុក"),
    "birth_date": ("Date of birth", "ថ្ងៃខែឆ្នាំកំណើត"),
    "birth_date_year": ("Year of birth", "ឆ្នាំកំណើត"),
    "birth_date_month": ("Month of birth", "ខែកំណើត"),
    "birth_date_day": ("Day of birth", "ថ្ងៃកំណើត"),
    "sex": ("Sex", "ភេទ"),
    "birth_order": ("Which child of the mother (1 = first)", "កូនទីប៉ុន្មានរបស់ម្ដាយ (១ = កូនច្បង)"),
    "birth_place": ("Province of birth (number)", "ខេត្តកំណើត (លេខកូដ)"),
    "district": ("District (code)", "ស្រុក (លេខកូដ)"),
    "ssn_last4": ("Last four digits of the social security number", "លេខ៤ខ្ទង់ចុងក្រោយនៃលេខសន្តិសុខសង្គម"),
    "race": ("Race (code)", "ពូជសាសន៍ (លេខកូដ)"),
    "code_suffix": (
        "Letter added by the register (leave empty if none)",
        "អក្សរបន្ថែមដោយបញ្ជី (ទុកទទេ បើគ្មាន)",
    ),
}

CHOICES: dict[str, Words] = {
    "M": ("Male", "ប្រុស"),
    "F": ("Female", "ស្រី"),
    "other": ("Other", "ផ្សេងទៀត"),
    "unknown": ("Not known", "មិនដឹង"),
}

REASONS: dict[str, Words] = {
    "unknown": ("Not known", "មិនដឹង"),
    "refused": ("Would not say", "មិនចង់ប្រាប់"),
    "none": ("The person has one name only", "មានឈ្មោះតែមួយ"),
}

PARTS: dict[str, Words] = {"day": ("Day", "ថ្ងៃ"), "month": ("Month", "ខែ"), "year": ("Year", "ឆ្នាំ")}

MONTHS: tuple[Words, ...] = (
    ("January", "មករា"),
    ("February", "កុម្ភៈ"),
    ("March", "មីនា"),
    ("April", "មេសា"),
    ("May", "ឧសភា"),
    ("June", "មិថុនា"),
    ("July", "កក្កដា"),
    ("August", "សីហា"),
    ("September", "កញ្ញា"),
    ("October", "តុលា"),
    ("November", "វិច្ឆិកា"),
    ("December", "ធ្នូ"),
)

PHRASES: dict[str, Words] = {
    "leave_empty": ("Leave empty what is not known. Never guess.", "ទុកទទេនូវអ្វីដែលមិនដឹង។ កុំទាយ។"),
    "why_empty": ("Why is it empty?", "ហេតុអ្វីទទេ?"),
    "letters_only": (
        "Write it with the letters A to Z, at least {0}. No digits, no other signs.",
        "សរសេរជាអក្សរ A ដល់ Z យ៉ាងតិច {0} តួ។ គ្មានលេខ គ្មានសញ្ញាផ្សេង។",
    ),
    "one_script": (
        "Write it in Khmer or in letters A to Z, not both. No digits, no other signs.",
        "សរសេរជាអក្សរខ្មែរ ឬអក្សរ A ដល់ Z កុំលាយគ្នា។ គ្មានលេខ គ្មានសញ្ញាផ្សេង។",
    ),
    "same_script": (
        "Write all names in one script: all in Khmer, or all in letters A to Z.",
        "សរសេរឈ្មោះទាំងអស់ជាអក្សរតែមួយប្រភេទ៖ ខ្មែរទាំងអស់ ឬ A ដល់ Z ទាំងអស់។",
    ),
    "too_short": (
        "The name is too short for this code.",
        "ឈ្មោះខ្លីពេកសម្រាប់លេខកូដនេះ។",
    ),
    "no_such_date": (
        "There is no such date, or it has not come yet.",
        "គ្មានកាលបរិច្ឆេទនេះទេ ឬមិនទាន់មកដល់។",
    ),
    "year_first": ("Write the year first.", "សរសេរឆ្នាំជាមុនសិន។"),
    "number_range": ("The number must be from {0} to {1}.", "លេខត្រូវចាប់ពី {0} ដល់ {1}។"),
    "exact_text": ("Write exactly {0} characters.", "សរសេរឱ្យបាន {0} តួ។"),
    "one_of": ("Write one of these: {0}", "សរសេរតួណាមួយក្នុងចំណោម៖ {0}"),
    "code": ("Code", "លេខកូដ"),
    "check": ("Check character", "តួពិនិត្យ"),
    "write_down": (
        "Write the code and its check character on the card.",
        "សរសេរលេខកូដ និងតួពិនិត្យនៅលើកាត។",
    ),
    "retype": (
        "Type the code and its check character again, from the card",
        "វាយលេខកូដ និងតួពិនិត្យម្ដងទៀត តាមកាត",
    ),
    "retype_wrong": (
        "This is not the same. Compare the card with the code above, sign by sign.",
        "មិនដូចគ្នាទេ។ ប្រៀបធៀបកាតជាមួយលេខកូដខាងលើ មួយតួម្ដងៗ។",
    ),
    "no_code": (
        "No code can be made from these answers.",
        "មិនអាចបង្កើតលេខកូដពីចម្លើយទាំងនេះបានទេ។",
    ),
}


PAGE: dict[str, Words] = {
    "make": ("Make a code", "បង្កើតលេខកូដ"),
    "check_tab": ("Check a code", "ពិនិត្យលេខកូដ"),
    "show": ("Show the code", "បង្ហាញលេខកូដ"),
    "clear": ("Clear everything", "លុបទាំងអស់"),
    "check_action": ("Check", "ពិនិត្យ"),
    "type_code": ("Code, with its check character", "លេខកូដ រួមទាំងតួពិនិត្យ"),
    "type_hint": (
        "As on the card, for example in groups, the check character after a slash ( / ).",
        "វាយដូចនៅលើកាត ឧទាហរណ៍ជាក្រុមៗ តួពិនិត្យនៅក្រោយសញ្ញា ( / )។",
    ),
    "check_sign": ("check", "ពិនិត្យ"),
    "again": ("Type it again from the card", "វាយម្ដងទៀតតាមកាត"),
    "compare": ("Compare", "ប្រៀបធៀប"),
    "same": ("The card is right.", "កាតត្រឹមត្រូវ។"),
    "differs": (
        "The card differs in the red groups. Correct the card.",
        "កាតខុសត្រង់ក្រុមពណ៌ក្រហម។ សូមកែកាត។",
    ),
    "not_yet": ("Look at what is marked red above.", "សូមមើលកន្លែងពណ៌ក្រហមខាងលើ។"),
    "nothing_typed": ("Nothing was answered yet.", "មិនទាន់មានចម្លើយទេ។"),
    "code_good": ("This code is well formed.", "លេខកូដនេះត្រឹមត្រូវតាមទម្រង់។"),
    "code_without_check": (
        "The form is right, but no check character was typed: a wrong sign would not be seen.",
        "ទម្រង់ត្រឹមត្រូវ ប៉ុន្តែមិនបានវាយតួពិនិត្យ៖ មិនអាចដឹងថាមានតួណាខុសឡើយ។",
    ),
    "code_bad": ("This code is wrong.", "លេខកូដនេះខុស។"),
    "group_wrong": ("Group {0} ({1}): {2}", "ក្រុមទី {0} ({1})៖ {2}"),
    "compare_groups": (
        "Compare with the card, in this order: group {0}.",
        "ប្រៀបធៀបជាមួយកាត តាមលំដាប់នេះ៖ ក្រុមទី {0}។",
    ),
    "compare_check": (
        "If all groups are right, the check character itself was copied wrongly.",
        "បើគ្រប់ក្រុមត្រឹមត្រូវ នោះតួពិនិត្យខ្លួនឯងត្រូវបានចម្លងខុស។",
    ),
    "part_suffix": ("added letter", "អក្សរបន្ថែម"),
    "part_hash": ("hash", "hash"),
    "footer": (
        "This page keeps nothing and needs no network. A code points at a person: keep it safe.",
        "ទំព័រនេះមិនរក្សាទុកអ្វីទេ ហើយមិនត្រូវការអ៊ីនធឺណិត។ លេខកូដចង្អុលទៅមនុស្សម្នាក់៖ ត្រូវរក្សាដូចឈ្មោះ។",
    ),
}
"""What only the offline page says."""

RULES: dict[str, Words] = {
    "missing": ("Needed for the code.", "ត្រូវការសម្រាប់លេខកូដ។"),
    "unknown": ("Needed for the code.", "ត្រូវការសម្រាប់លេខកូដ។"),
    "refused": ("Needed for the code.", "ត្រូវការសម្រាប់លេខកូដ។"),
    "no_letters": ("There is no letter in it.", "គ្មានអក្សរនៅក្នុងនេះទេ។"),
    "unknown_character": (
        "It has a sign that cannot be used.",
        "មានសញ្ញាដែលមិនអាចប្រើបាន។",
    ),
    "script_not_allowed": (
        "Write it in another script: this one is not used for the code.",
        "សរសេរជាអក្សរផ្សេង៖ អក្សរនេះមិនប្រើសម្រាប់លេខកូដទេ។",
    ),
    "scripts_differ": (
        "Write all names in one script, not mixed.",
        "សរសេរឈ្មោះទាំងអស់ជាអក្សរតែមួយប្រភេទ កុំលាយគ្នា។",
    ),
    "too_short": ("Too few letters or characters.", "អក្សរ ឬតួតិចពេក។"),
    "too_long": ("Too many characters.", "តួច្រើនពេក។"),
    "no_year": ("The year is needed.", "ត្រូវការឆ្នាំ។"),
    "no_month": ("The month is needed.", "ត្រូវការខែ។"),
    "no_day": ("The day is needed.", "ត្រូវការថ្ងៃ។"),
    "answer_not_in_scheme": (
        "The scheme has no code for this answer.",
        "គ្មានលេខកូដសម្រាប់ចម្លើយនេះទេ។",
    ),
    "unknown_code": ("Choose one of the answers.", "ជ្រើសចម្លើយមួយ។"),
    "not_a_number": ("Write a whole number.", "សរសេរជាលេខគត់។"),
    "out_of_range": ("This number is not possible.", "លេខនេះមិនអាចមានទេ។"),
    "wrong_form": ("These signs cannot stand here.", "តួទាំងនេះមិនអាចនៅទីនេះទេ។"),
    "suffix_not_allowed": ("No such letter is added.", "គ្មានអក្សរបន្ថែមបែបនេះទេ។"),
    "empty": ("Type a code first.", "សូមវាយលេខកូដជាមុនសិន។"),
    "impossible_date": ("There is no such date.", "គ្មានកាលបរិច្ឆេទនេះទេ។"),
    "wrong_check_character": (
        "The check character does not fit: a sign was copied wrongly.",
        "តួពិនិត្យមិនត្រូវគ្នា៖ មានតួមួយត្រូវបានចម្លងខុស។",
    ),
}
"""What is said of an answer or a code that breaks a rule, by the rule's name."""


def attribute(name: str) -> Words:
    """Return the label of an attribute; an attribute of a programme's own is its name."""
    plain = name.replace("_", " ").capitalize()
    return ATTRIBUTES.get(name, (plain, plain))


def phrase(name: str, *values: object) -> Words:
    """Return a phrase in both languages with its values filled in."""
    english, khmer = PHRASES[name]
    return english.format(*values), khmer.format(*values)
