"""What the tables of accounts, and those of Django, allauth and the outbox, hold about people.

A table or column that is added anywhere needs its line in the `privacy` module of its app: without one
`manage.py check` fails (breakthru.E006).
"""

from accounts.privacy.frame import FRAME
from accounts.privacy.mails import MAILS
from accounts.privacy.people import PEOPLE
from accounts.privacy.safety import SAFETY
from accounts.privacy.signing_in import SIGNING_IN

# The order of the export.
TABLES = (*PEOPLE, *SIGNING_IN, *MAILS, *SAFETY, *FRAME)
