"""Records of closed cases on a real database: planned, archived, erased, held; and what is left of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from engine.calendar import Length
from engine.casework.retention import RecordState, Retention, RetentionRule
from engine.errors import NotFound, Refused
from engine.files.disk import DiskStorage
from engine.files.storage import Content, StorageAway
from engine.runtime.apply import apply
from engine.runtime.archive_case import PACKAGE
from engine.runtime.definitions import DefinitionCache
from engine.runtime.hold_case import place_hold, release_hold
from engine.runtime.retain import retain
from engine.store.repositories.retention import BOOKS, PARTS
from engine.store.tables import metadata
from engine.store.tables.deployments import Resource
from engine.store.tables.jobs import Job
from tests.builders.a_closed_case import CANARY, CITIZEN, RULE, Office, an_office
from tests.builders.a_public_procedure import a_passport
from tests.builders.an_actor import an_actor

SUPERVISOR = an_actor(supervises={"city"})
STAYS = {
    "case": "stays, without the person",
    "instance": "stays, without variables",
    "case_record": "the tombstone, made of what has no person",
    "journal_entry": "never holds anything of a person",
    "journal_head": "hashes",
    "erased_content": "hashes of what is to go",
    "outbox": "places in the journal",
    "ledger_transaction": "the books know payments, not persons",
    "ledger_line": "the books know payments, not persons",
}
OF_NO_CASE = {
    "consent",
    "prefill",
    "prefill_answer",
    *("account", "membership", "supervision", "session", "api_token", "contact", "closure"),
    *("second_factor", "recovery_code", "password_code", "challenge", "throttle", "known_place"),
    *("identity", "begun_sign_in"),
    *("resource", "deployment", "definition", "start_subscription", "partner", "webhook_subscription"),
    *("agency", "unit", "agency_role", "unit_member", "administration", "absence", "deputyship", "deputy_queue"),
    "silence",  # ends by itself; names accounts, no data
    "data_export",  # gone by itself after seven days
    "mandate",  # between two accounts; the case that was made under it forgets it
    *("case_counter", "document_counter", "receipt_counter", "event_feed"),
    *("data_key", "encryption"),  # the key of a case stands with its instance, and is destroyed there
    *("kept_answer", "buffered_message"),  # gone by themselves after a day, and after thirty days
}


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    made = an_office(database_url, tmp_path / "files")
    yield made
    made.check()
    made.running.close()


def test_no_table_is_forgotten() -> None:
    known = {part.table.name for part in (*PARTS, *BOOKS)} | STAYS.keys() | OF_NO_CASE

    seals = {table.name for table in metadata.sorted_tables if table.name.startswith("seal")}  # hashes alone

    assert {table.name for table in metadata.sorted_tables} - known - seals == set()


def test_a_case_that_ended_is_planned_by_its_passport(office: Office) -> None:
    case = office.closed()

    done = retain(office.runtime)

    planned = office.running.case(case)
    assert done == {"planned": 1}
    assert planned.archive_at is not None
    assert planned.erase_at is not None
    assert (planned.retain_at, planned.erase_at.year) == (planned.archive_at, 2036)
    assert retain(office.runtime) == {}


def test_a_case_that_is_open_is_never_looked_at(office: Office) -> None:
    office.applied()
    office.later(days=20_000)

    assert retain(office.runtime) == {}


def test_an_archived_case_is_whole_in_its_package_and_gone_from_the_tables_of_daily_work(office: Office) -> None:
    case = office.closed()
    office.later(days=400)

    assert retain(office.runtime) == {"archived": 1, "planned": 1}

    after = office.running.case(case)
    (record,) = office.running.rows("SELECT * FROM case_record")
    with office.runtime.storage.open(record["package"]) as opened:
        package = json.loads(office.runtime.database.decrypted(PACKAGE, case.id, opened.read()) or b"")
    assert (after.record, after.applicant, after.decision) == (RecordState.archived, case.applicant, case.decision)
    assert {part.table.name: office.running.count(part.table.name) for part in PARTS if part.goes_to_archive} == {
        part.table.name: 0 for part in PARTS if part.goes_to_archive
    }
    assert office.running.count("document") == office.running.count("attachment") == 1
    assert (package["number"], len(package["files"])) == (str(case.number), 2)
    assert [part.table.name for part in (*PARTS, *BOOKS) if not package["tables"][part.table.name]] == []
    assert package["tables"]["journal_entry"][0]["action"] == "case.submitted"
    assert office.running.acts(case.instance_id)[-1] == "case.archived"


@pytest.mark.parametrize("is_archived_first", [True, False], ids=["archived", "live"])
def test_of_an_erased_case_nothing_personal_is_left_anywhere(office: Office, is_archived_first: bool) -> None:
    case = office.closed()
    assert {leak.split(".")[0] for leak in office.leaks()} > {"task", "instance", "notice", "payment", "refund"}
    if is_archived_first:
        office.later(days=400)
        retain(office.runtime)
    office.later(days=3_700)

    done = retain(office.runtime)

    after = office.running.case(case)
    assert office.leaks() == []
    assert office.contents() == []
    assert (done["erased"], done["content"]) == (1, 3 if is_archived_first else 2)
    assert (after.record, after.applicant, after.decision, after.term) == (RecordState.erased, "", None, None)
    assert after.retain_at is None
    assert retain(office.runtime) == {}


def test_the_tombstone_says_what_went_when_and_by_which_law_and_statistics_go_on(office: Office) -> None:
    case = office.closed()
    office.later(days=4_000)
    retain(office.runtime)

    (record,) = office.running.rows("SELECT * FROM case_record")
    (entry,) = office.running.rows("SELECT actor, detail FROM journal_entry WHERE action = 'case.erased'")
    said = json.loads(entry["detail"])

    assert (record["number"], record["outcome"], bool(record["is_in_time"])) == (str(case.number), "granted", True)
    assert (record["service_key"], record["agency"], record["package"]) == ("permit", "city", None)
    assert entry["actor"] == "system"
    assert (said["legal_basis"], said["number"]) == (RULE["legal_basis"], str(case.number))
    assert (said["counts"]["task"], said["counts"]["document"]) == (2, 1)


def test_the_books_keep_the_money_and_forget_who_paid(office: Office) -> None:
    office.closed()
    before = office.running.rows("SELECT amount, currency, reference FROM payment")
    office.later(days=4_000)
    retain(office.runtime)

    assert office.running.rows("SELECT amount, currency, reference FROM payment") == before
    assert office.running.rows("SELECT payer, applicant, exemption FROM payment") == [
        {"payer": None, "applicant": None, "exemption": None}
    ]


def test_the_rest_of_other_cases_is_left_alone(office: Office) -> None:
    office.closed()
    office.later(days=3_000)
    other = office.closed()
    office.later(days=1_000)

    retain(office.runtime)

    assert office.running.case(other).record is RecordState.archived
    assert CANARY in str(office.running.rows("SELECT * FROM notice"))
    assert office.running.count("notice") == office.running.count("document") == 1


def test_content_that_another_case_holds_too_stays_until_that_one_goes(office: Office) -> None:
    office.closed()
    office.later(days=3_000)
    other = office.closed()
    (shared,) = office.running.rows(f"SELECT sha256 FROM attachment WHERE case_id <> '{other.id}'")
    with office.runtime.database.work() as work:
        attachment = next(iter(work.attachments.lock_many([f"a{other.id[1:]}"]).values()))
        own = attachment.sha256
        work.attachments.save(replace(attachment, sha256=shared["sha256"]))
    office.later(days=1_000)

    retain(office.runtime)

    assert own is not None
    assert office.runtime.storage.exists(shared["sha256"])


def test_a_held_record_is_archived_but_not_erased_until_the_last_hold_is_released(office: Office) -> None:
    case = office.closed()
    holds = [place_hold(office.runtime, case.id, f"court file {n}", by=SUPERVISOR) for n in (1, 2)]
    office.later(days=4_000)

    assert retain(office.runtime) == {"archived": 1, "planned": 1}
    assert office.running.case(case).retain_at is None
    release_hold(office.runtime, case.id, holds[0].id, "settled", by=SUPERVISOR)
    assert retain(office.runtime) == {"planned": 1}
    release_hold(office.runtime, case.id, holds[1].id, "settled", by=SUPERVISOR)
    assert retain(office.runtime)["erased"] == 1
    assert len(office.contents()) == 1  # the package, which was only just put
    office.later(days=2)
    assert retain(office.runtime) == {"content": 1}

    acts = office.running.acts(case.instance_id)
    assert [act for act in acts if act.startswith("hold.")] == ["hold.placed"] * 2 + ["hold.released"] * 2
    assert office.leaks() == []


def test_a_hold_is_for_supervisors_of_the_agency_and_for_records_that_there_are(office: Office) -> None:
    case = office.closed()

    with pytest.raises(NotFound):
        place_hold(office.runtime, case.id, "mine", by=an_actor(supervises={"elsewhere"}))
    hold = place_hold(office.runtime, case.id, "court", by=SUPERVISOR)
    release_hold(office.runtime, case.id, hold.id, "over", by=SUPERVISOR)
    with pytest.raises(Refused):
        release_hold(office.runtime, case.id, hold.id, "over", by=SUPERVISOR)
    office.later(days=4_000)
    retain(office.runtime)
    with pytest.raises(Refused):
        place_hold(office.runtime, case.id, "too late", by=SUPERVISOR)


def test_a_record_at_which_something_is_at_work_is_put_off_for_a_day(office: Office) -> None:
    case = office.closed()
    with office.runtime.database.work() as work:
        work.reading.execute(update(Job).where(Job.type.startswith(CANARY)).values(state="waiting"))
    office.later(days=4_000)

    assert retain(office.runtime) == {"put-off": 1}

    with office.runtime.database.work() as work:
        work.reading.execute(update(Job).where(Job.type.startswith(CANARY)).values(state="done"))
    assert retain(office.runtime) == {}
    office.later(days=1)
    assert retain(office.runtime)["erased"] == 1
    assert office.running.case(case).record is RecordState.erased


def test_a_law_that_changed_counts_for_what_is_planned_again(office: Office) -> None:
    case = office.closed()
    retain(office.runtime)
    office.running.deploy(service_yaml=a_passport(retention={**RULE, "archive_after": None, "erase_after": "P2Y"}))
    with office.runtime.database.work() as work:
        assert work.records.plan_again("permit", office.running.clock.now()) == 1

    retain(office.runtime)

    planned = office.running.case(case)
    assert planned.erase_at is not None
    assert (planned.archive_at, planned.erase_at.year) == (None, 2028)


class AwayStorage(DiskStorage):
    """A storage that can be away."""

    is_away = False

    def put(self, chunks: Iterable[bytes], *, at_most: int) -> Content:
        """Keep content, when it is there."""
        if self.is_away:
            raise StorageAway("The storage does not answer.", remedy="Repeat later.")
        return super().put(chunks, at_most=at_most)

    def delete(self, sha256: str, *, unless_put_after: datetime) -> bool:
        """Forget content, when it is there."""
        if self.is_away:
            raise StorageAway("The storage does not answer.", remedy="Repeat later.")
        return super().delete(sha256, unless_put_after=unless_put_after)


def test_a_storage_that_is_away_stops_no_erasure_and_forgets_later(office: Office) -> None:
    storage = AwayStorage(office.files, office.running.clock)
    runtime = replace(office.runtime, storage=storage)
    office.closed()
    storage.is_away = True
    office.later(days=400)

    assert retain(runtime) == {"put-off": 1}
    office.later(days=4_000)
    assert retain(runtime) == {"erased": 1}
    assert {leak.split()[0] for leak in office.leaks()} == {"file"}
    storage.is_away = False
    assert retain(runtime) == {}
    office.later(hours=1)
    assert retain(runtime) == {"content": 2}
    assert office.contents() == []


def test_a_record_whose_passport_cannot_be_read_stops_no_other(office: Office) -> None:
    broken = office.closed()
    office.running.deploy(service_yaml=a_passport(key="other", retention=RULE))
    whole = apply(office.runtime, "other", {}, by=CITIZEN)
    office.running.work_off()
    office.running.complete(whole.instance_id, "check", verdict="grant")
    with office.runtime.database.work() as work:
        work.reading.execute(
            update(Resource).where(Resource.content == a_passport(retention=RULE)).values(content=b"{")
        )
    runtime = replace(office.runtime, definitions=DefinitionCache(office.runtime.kernel, office.runtime.forms))

    assert retain(runtime) == {"planned": 1, "put-off": 1}
    assert office.running.case(broken).erase_at is None
    assert office.running.case(whole).erase_at is not None


@pytest.mark.parametrize(
    ("usual", "state"),
    [
        pytest.param(None, RecordState.live, id="kept for good"),
        pytest.param(
            Retention(rule=RetentionRule(erase_after=Length(years=5), legal_basis="by order")),
            RecordState.erased,
            id="by the operator",
        ),
    ],
)
def test_where_the_passport_says_nothing_the_operator_does(
    database_url: str, tmp_path: Path, usual: Retention | None, state: RecordState
) -> None:
    office = an_office(database_url, tmp_path, retention=None, usual=usual)
    case = office.closed()
    office.later(days=4_000)

    retain(office.runtime)

    assert office.running.case(case).record is state
    office.check()
    office.running.close()
