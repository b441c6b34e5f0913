"""The gate before release: what a file would show to who holds it, before it leaves a partner.

``measuring`` looks at the rows of each pass, ``judging`` holds them against the schema's ceilings
and adds the counts of several partners up. Reports hold counts only and stay with the partner.
"""
