"""Tables about nobody that the frameworks and the outbox keep."""

from accounts.registries.personal_data import about_nobody

FRAME = (
    about_nobody("contenttypes.contenttype", "id app_label model"),
    # Ids alone (RELIABILITY §2.12), and a week after the work is done those go too.
    about_nobody(
        "outbox.outbox",
        "id kind ref dedupe_key run_after created_at attempts start_count published_at republish_count "
        "waiting_since waits_for done_at parked_at last_error",
    ),
    about_nobody("outbox.heartbeat", "name seen_at"),
)
