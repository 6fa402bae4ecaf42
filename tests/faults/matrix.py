"""The fault matrix: what may go wrong, and the tests that hold what is expected then. `test_matrix.py` keeps it true.

After each row of `tests/faults` the same invariants are looked at: `invariants.py`. `S` marks rows that `make soak`
lets last longer. Rows whose fault needs no other process are proved nearer to the code they are about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Row:
    """One fault."""

    fault: str
    tests: tuple[str, ...]
    """Files below `tests/` with a test's name behind `::`."""
    remark: str = ""
    """What is not proved as it is meant, and why."""
    soaks: bool = False


_MANY = "faults/test_many_at_once.py"
_DIE = "faults/test_workers_die.py"
_TROUBLE = "faults/test_partners_in_trouble.py"
_TIMERS = "contract/runtime/test_timers.py"
_MESSAGES = "contract/runtime/test_messages_and_signals.py"
_KEPT = "contract/api/test_idempotency.py"
_CRASH = "faults/test_crash_points.py"
_STORM = (
    "faults/test_storm.py::test_a_storm_over_sqlite_loses_and_doubles_nothing",
    "faults/test_storm.py::test_a_storm_over_postgresql_that_crashes_too_loses_and_doubles_nothing",
)
_MIGRATIONS = "contract/store/test_migrations.py"

MATRIX: Final[dict[int, Row]] = {
    1: Row(
        "kill -9 of the web server while tasks are completed",
        (
            "faults/test_servers_die.py::"
            "test_a_server_killed_again_and_again_under_load_loses_nothing_and_does_nothing_twice",
            *_STORM,
        ),
        soaks=True,
    ),
    2: Row(
        "crash at each named point of a step",
        (
            f"{_CRASH}::test_a_web_process_killed_at_a_point_did_all_or_nothing_and_the_repeated_request_is_done_once",
            f"{_CRASH}::test_a_worker_killed_at_a_point_of_a_call_is_replaced_under_the_same_key",
            f"{_CRASH}::test_a_worker_killed_at_a_point_of_a_timer_is_replaced_and_the_timer_fires_once",
        ),
        remark="For start, complete, correlate, job and timer; the migration of cases comes with row 28.",
    ),
    3: Row(
        "kill -9 of a worker before, during and after the partner's call",
        (
            f"{_DIE}::test_a_worker_killed_in_the_middle_of_a_call_is_replaced_under_the_same_key",
            f"{_CRASH}::test_a_worker_killed_at_a_point_of_a_call_is_replaced_under_the_same_key",
            "faults/test_payments.py::test_a_worker_killed_between_the_answer_and_our_commit_charges_and_refunds_once",
            f"{_DIE}::test_a_dead_workers_jobs_run_again_within_65_seconds",
            *_STORM,
        ),
        soaks=True,
    ),
    4: Row(
        "two clients complete one task",
        (
            f"{_MANY}::test_eight_clerks_complete_the_same_tasks_and_each_task_is_done_once",
            f"{_MANY}::test_eight_clerks_work_off_one_queue_and_each_of_500_tasks_is_done_once",
            "faults/test_servers_die.py::test_eight_clients_complete_the_same_tasks_and_all_but_one_get_409",
        ),
    ),
    5: Row(
        "double submit under one key", (f"{_KEPT}::test_eight_at_once_with_one_key_have_one_effect_and_one_answer",)
    ),
    6: Row(
        "the same key with another body, or by another user",
        (
            f"{_KEPT}::test_the_same_key_with_another_body_is_422",
            f"{_KEPT}::test_the_key_of_somebody_else_shows_nothing_of_hers",
        ),
    ),
    7: Row("two workers, one job", (f"{_DIE}::test_two_workers_do_each_job_once",)),
    8: Row("a worker frozen past its lease", (f"{_DIE}::test_a_worker_frozen_past_its_lease_comes_too_late",)),
    9: Row(
        "the database restarted again and again",
        (
            _STORM[1],
            "faults/test_health_in_an_outage.py::"
            "test_who_has_lost_the_database_is_not_ready_but_alive_and_ready_again_when_it_is_back",
            "faults/test_network.py::test_database_that_comes_back_is_used_again_and_what_was_asked_meanwhile_is_503",
        ),
        soaks=True,
    ),
    10: Row(
        "fail-over to a stand-by",
        (
            "faults/test_fail_over.py::"
            "test_a_promoted_stand_by_goes_on_within_five_seconds_and_nothing_acknowledged_is_lost",
            "faults/test_network.py::test_connections_that_were_cut_are_replaced_at_the_next_request",
        ),
    ),
    11: Row(
        "connection lost exactly at COMMIT",
        ("faults/test_network.py::test_commit_whose_answer_is_lost_is_told_truly_when_the_request_is_repeated",),
    ),
    12: Row(
        "lock time-out, deadlock, serialisation failure",
        (
            "contract/store/test_repeats.py::"
            "test_a_lock_that_was_waited_for_in_vain_is_tried_again_and_then_unavailable",
            "contract/store/test_repeats.py::test_two_who_lock_each_others_rows_both_finish",
            "contract/store/test_repeats.py::test_serialisation_failure_is_repeated",
            "contract/store/test_repeats.py::test_what_gives_way_again_and_again_is_unavailable",
        ),
    ),
    13: Row(
        "SQLite busy",
        (
            "contract/api/test_bad_input.py::"
            "test_a_database_that_is_locked_is_503_with_retry_after_and_nothing_is_lost",
            "faults/test_database_in_trouble.py::test_a_worker_waits_while_sqlite_is_locked_and_goes_on_afterwards",
        ),
        remark="For a fiftieth of the ten seconds: with patience as much shorter.",
    ),
    14: Row(
        "disk of the database full",
        (
            "faults/test_database_in_trouble.py::"
            "test_a_full_database_refuses_whole_serves_readers_and_goes_on_when_there_is_room",
            "contract/store/test_database_away.py::"
            "test_sqlite_on_a_full_disk_is_unavailable_nothing_is_half_done_and_reading_goes_on",
        ),
        remark="On PostgreSQL by a limit on the size of its files: a tablespace of its own needs a mounted disk.",
    ),
    15: Row(
        "disk of documents or logs full",
        (
            "faults/test_full_disks.py::"
            "test_an_upload_without_room_is_507_steps_go_on_and_it_is_taken_when_there_is_room",
            "faults/test_full_disks.py::test_log_lines_that_find_no_room_are_counted_and_requests_are_served",
        ),
    ),
    16: Row(
        "clocks jump or are wrong",
        (
            "faults/test_clocks.py::test_a_worker_whose_clock_is_wrong_takes_nobodys_job_and_nobody_takes_its_own",
            "faults/test_clocks.py::test_a_timer_fires_once_when_it_is_due_wherever_the_clock_has_been",
            "faults/test_clocks.py::test_a_term_of_days_ends_with_the_day_of_the_country_whatever_its_clocks_do",
            f"{_TIMERS}::test_a_clock_that_goes_back_fires_nothing_twice",
            "unit/casework/test_term_days.py::test_a_leap_day_counts_like_any_other",
        ),
        remark="SQLite is used by one machine, so that its clock is the database's, right or wrong.",
    ),
    17: Row(
        "10,000 timers due after days of downtime",
        (
            "faults/test_after_downtime.py::"
            "test_timers_due_after_three_days_fire_once_each_and_new_work_is_not_starved",
            f"{_TIMERS}::test_a_cycle_makes_up_every_firing_it_missed_once",
        ),
        soaks=True,
    ),
    18: Row(
        "timers at the edges of time",
        (
            "faults/test_after_downtime.py::test_a_timer_at_the_edge_fires_at_once_or_not_at_all",
            "unit/bpmn/test_lint_timers.py::test_anything_else_is_refused_with_a_reason",
        ),
    ),
    19: Row(
        "a message before the wait, twice, late, for two, for no one",
        (
            f"{_MANY}::test_a_message_sent_eight_times_at_once_is_taken_once",
            f"{_MESSAGES}::test_a_message_that_comes_first_is_kept_for_its_time_to_live",
            f"{_MESSAGES}::test_a_message_with_an_id_is_taken_once",
            f"{_MESSAGES}::test_a_message_kept_too_long_is_not_delivered",
            f"{_MESSAGES}::test_two_who_wait_for_one_message_get_none",
            f"{_MESSAGES}::test_a_message_nobody_waits_for_is_refused_and_changes_nothing",
        ),
    ),
    20: Row("message and timer at one instant", (f"{_MANY}::test_of_a_message_and_a_timer_at_one_instant_one_wins",)),
    21: Row(
        "a partner hangs, resets, fails, answers garbage or too much",
        (
            f"{_TROUBLE}::test_a_partner_that_hangs_delays_no_other",
            f"{_TROUBLE}::test_a_partner_that_keeps_failing_is_left_alone_and_tried_again_by_one_call",
            "faults/test_network.py::test_partner_behind_a_bad_line_is_asked_again_under_the_same_key",
            f"{_DIE}::test_a_partner_in_trouble_does_not_keep_timers_waiting",
            "faults/test_roads.py::test_what_the_security_server_does_not_answer_is_sent_again_and_done_once",
        ),
    ),
    22: Row(
        "a job that always fails, kills its worker, or eats memory",
        (
            f"{_DIE}::test_a_job_that_kills_every_worker_becomes_an_incident_and_others_go_on",
            f"{_DIE}::test_a_job_that_wants_all_memory_becomes_an_incident_and_delays_nobody",
        ),
    ),
    23: Row(
        "a snapshot that cannot be loaded",
        ("contract/runtime/test_jobs.py::test_a_damaged_snapshot_is_an_incident_of_that_case_alone",),
    ),
    24: Row(
        "endless loops, endless calls",
        (
            f"{_TIMERS}::test_an_endless_loop_becomes_an_incident_and_keeps_nobody_busy",
            f"{_TIMERS}::test_a_step_that_spends_its_budget_goes_on_as_a_job",
            "contract/runtime/test_deploy.py::test_a_circle_of_calls_over_two_deployments_is_found",
            "unit/kernel/test_sub_processes.py::test_process_that_calls_itself_without_an_end_stops_at_the_bound",
        ),
    ),
    25: Row(
        "three times the load",
        ("faults/test_overload.py::test_accepted_requests_are_answered_soon_and_the_others_told_to_come_back",),
        remark="One second at the 99th percentile is held by `make soak`; beside other tests it is three.",
        soaks=True,
    ),
    26: Row(
        "workers away, and a wide fan-out",
        (
            "faults/test_after_downtime.py::test_a_backlog_with_a_wide_fan_out_is_worked_off_oldest_first",
            f"{_TROUBLE}::test_a_flood_of_one_procedure_delays_no_other_of_the_same_partner",
        ),
    ),
    27: Row(
        "a new version under load",
        ("faults/test_new_version_under_load.py::test_cases_stay_on_their_version_and_new_ones_begin_on_the_newest",),
    ),
    28: Row("cases migrated to a new version, killed in the middle", (), remark="Waits for the migration of cases."),
    29: Row(
        "old and new code on one database",
        (
            "faults/test_rolling_restart.py::test_a_restart_of_every_node_in_turn_is_seen_by_nobody",
            "contract/api/test_readiness.py::test_tables_of_a_later_version_serve_while_nodes_are_replaced_one_by_one",
            "unit/kernel/test_snapshot.py::test_bytes_that_are_no_snapshot_are_refused_with_the_reason",
            "contract/runtime/test_keys.py::test_a_node_that_wrote_in_clear_encrypts_from_the_moment_it_is_switched_on",
        ),
        remark="By the marks of a newer version (tables, snapshot format): there is no release yet whose wheel could "
        "run beside this one, and a shallow clone in CI has no older commit to build.",
    ),
    30: Row(
        "migrations up and down with data, and killed",
        (
            f"{_MIGRATIONS}::test_rows_in_every_table_do_not_stop_a_migration_there_or_back",
            f"{_MIGRATIONS}::test_killed_migration_leaves_nothing_and_the_next_one_succeeds",
            "contract/store/test_partitions.py::"
            "test_rows_rights_and_triggers_of_an_older_database_are_kept_there_and_back",
            "faults/test_keys_die.py::test_an_encryption_that_is_killed_anywhere_goes_on_and_nothing_is_lost",
            "faults/test_keys_die.py::test_a_rotation_that_is_killed_goes_on_and_no_key_is_lost",
        ),
    ),
    31: Row(
        "backup under load, restored elsewhere",
        (
            "faults/test_backup.py::test_a_backup_under_load_is_of_one_moment",
            "faults/test_backup.py::test_a_backup_is_read_into_either_kind_of_database_and_goes_on",
            "faults/test_backup.py::test_a_restored_system_repeats_calls_under_the_keys_they_had",
            "faults/test_fail_over.py::test_a_base_backup_under_load_is_rolled_on_to_the_last_acknowledged"
            "_and_bears_the_published_seal",
        ),
    ),
    32: Row(
        "two nodes start with a migration pending", (f"{_MIGRATIONS}::test_nodes_that_start_at_once_migrate_once",)
    ),
    33: Row(
        "graceful stop under load",
        (
            f"{_DIE}::test_a_worker_that_is_stopped_ends_what_it_does_and_leaves_the_rest",
            f"{_DIE}::test_a_worker_whose_partner_hangs_stops_in_its_time_and_another_takes_over_at_once",
            "faults/test_rolling_restart.py::test_a_restart_of_every_node_in_turn_is_seen_by_nobody",
        ),
    ),
    34: Row(
        "a worker out of memory",
        (f"{_DIE}::test_a_job_that_wants_all_memory_becomes_an_incident_and_delays_nobody",),
    ),
    35: Row(
        "the journal changed, cut, or rewritten",
        (
            "contract/journal/test_seals.py::test_random_tamperings_are_all_named",
            "contract/journal/test_seals.py::test_whoever_changes_the_database_is_told_on",
            "contract/journal/test_seals.py::test_whoever_holds_the_key_too_is_told_on_by_a_seal_outside",
        ),
        soaks=True,
    ),
    36: Row(
        "a key or secret missing at the start",
        (
            "faults/test_keys_missing.py::test_a_seal_key_that_cannot_be_read_stops_the_start",
            "faults/test_keys_missing.py::test_places_for_seals_without_a_key_stop_the_start",
            "faults/test_keys_missing.py::test_no_master_key_stops_the_start",
            "faults/test_keys_missing.py::test_a_master_key_of_another_installation_stops_the_start",
            "unit/onewindow/test_settings.py::test_a_secrets_file_that_is_missing_stops_the_start",
            "contract/cli/test_worker_keys.py::test_a_worker_with_an_unusable_key_does_not_start",
        ),
    ),
    37: Row(
        "time-stamp or signing service down",
        (
            "faults/test_timestamps.py::test_a_decision_waits_as_a_job_until_the_service_is_back",
            "faults/test_timestamps.py::test_after_the_limit_nothing_is_issued_and_an_operator_is_told",
            "contract/connectors/test_document.py::test_a_time_stamp_service_that_is_away_lets_the_document_wait",
            "contract/api/test_documents.py::test_without_a_key_nothing_is_issued_unsigned",
        ),
    ),
}
