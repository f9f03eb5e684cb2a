"""Every fault that was thought of, and what shows that we stand it."""

import pytest

from generation.testbed.chaos.faults import COVERS
from tests.coverage_tables import Row, missing, uncovered

FAULTS = {
    "F1": Row("The provider answers 500, 502 or 503 for a minute", {
        "worker/test_engine.py": "test_outage_ends_and_the_job_completes",
        "scenarios/test_outages.py":
            "test_outage_of_any_length_costs_a_lone_job_no_more_attempts_than_it_has "
            "test_chunk_that_alone_brings_the_provider_down_ends_when_others_show_that_it_is_well",
        "services/routing/test_routes.py":
            "test_job_says_until_when_it_waits_for_the_provider "
            "test_while_a_route_is_paused_its_fallback_is_asked_at_its_own_price",
        "core/test_breaker.py": "test_breaker",
        "services/chunks/test_claiming.py": "test_closed_route_lets_nothing_through",
        "llm/test_client.py": "test_fault_is_a_typed_failure_after_exactly_one_post",
    }, "provider_faults provider_outage"),
    "F2": Row("429 with Retry-After", {
        "worker/test_engine.py": "test_throttled_provider_is_left_alone_for_as_long_as_it_said",
        "services/routing/test_routes.py": "test_retry_after_of_one_route_leaves_the_others_alone",
        "scenarios/test_outages.py": "test_provider_that_keeps_three_calls_at_once_is_asked_no_more_for_long",
        "services/chunks/test_claiming.py": "test_throttled_route_lets_nothing_through",
        "scenarios/test_trouble.py":
            "test_throttled_calls_back_off_further_and_further "
            "test_shorter_retry_after_does_not_shorten_a_longer_one",
        "llm/test_client.py": "test_retry_after_is_read test_real_rate_limit_says_how_long",
    }, "provider_faults"),
    "F3": Row("429 because the account has no credit left", {
        "services/chunks/test_settling.py": "test_failed_call_moves_its_chunk",
        "services/alerts/test_alerts.py": "test_trouble_with_the_account_is_one_critical_alert_until_somebody_resumes",
        "commands/test_generate.py": "test_empty_account_is_explained_instead_of_waited_for",
        "services/routing/test_routes.py": "test_bad_key_or_empty_account_stops_calls_until_a_person_or_the_next_day",
    }, "out_of_credit"),
    "F4": Row("401 or 403: a bad key, which the answer echoes", {
        "worker/test_engine.py": "test_refused_key_parks_the_job_until_a_person_resumes",
        "scenarios/test_outages.py": "test_calls_go_where_their_route_says",
        "llm/test_client.py": "test_bad_key_is_not_repeated",
        "telemetry/test_journal.py": "test_key_that_the_provider_echoes_reaches_no_column",
        "commands/test_up.py": "test_job_that_waits_for_a_person_is_explained_and_is_no_success",
    }),
    "F5": Row("400: the provider rejects the schema", {
        "services/chunks/test_settling.py": "test_failed_call_moves_its_chunk",
        "core/test_outcomes.py": "test_failure_that_would_come_again_ends_at_once",
        "scenarios/test_outages.py": "test_failure_that_the_same_request_would_meet_again_ends_at_once_with_advice",
        "core/test_schema.py": "test_lint_finds_what_a_provider_rejects",
    }),
    "F6": Row("The connection is accepted and never answered", {
        "llm/test_client.py": "test_deadline_is_total",
        "core/test_outcomes.py": "test_failure_that_may_heal_is_retried_until_the_attempts_are_used_up",
    }, "provider_faults"),
    "F7": Row("The answer drips, a byte at a time", {
        "llm/test_client.py": "test_deadline_is_total test_dripping_server_is_cut_at_the_deadline",
    }),
    "F8": Row("The answer is cut off, or is half a JSON text", {
        "llm/test_client.py": "test_broken_server_is_a_typed_failure test_content_is_not_judged_here",
        "scenarios/test_wrong_content.py": "test_reply_that_was_cut_off_is_asked_again_and_nothing_of_it_is_content",
        "services/chunks/test_settling.py": "test_reply_that_is_not_json_is_asked_again_with_the_finding",
    }, "provider_faults", "Answers are not streamed, so no event stream can be cut."),
    "F9": Row("200 with a web page, without choices, or without content", {
        "llm/test_client.py": "test_fault_is_a_typed_failure_after_exactly_one_post",
        "llm/test_answers.py":
            "test_what_is_not_a_completion_is_malformed test_completion_that_is_no_reply_keeps_its_usage",
    }, "provider_faults"),
    "F10": Row("The answer ends at the length limit", {
        "core/test_outcomes.py": "test_truncated_call_is_tried_again_while_a_larger_cap_is_left",
        "services/chunks/test_settling.py": "test_truncated_call_is_asked_again_with_a_larger_cap",
    }, "provider_faults"),
    "F11": Row("The model declines, or a content filter stops it", {
        "services/chunks/test_settling.py":
            "test_failed_call_moves_its_chunk test_one_lost_unit_makes_the_job_partial_and_readable",
        "commands/test_generate.py": "test_partial_document_is_written_and_is_no_success",
    }, "provider_faults"),
    "F12": Row("Valid JSON, wrong content", {
        "scenarios/test_wrong_content.py": "test_content_that_stays_wrong_ends_with_the_list_of_what_is_wrong",
        "services/chunks/test_settling.py": "test_the_same_findings_twice_end_the_chunk",
        "core/test_outcomes.py": "test_reply_with_errors_is_asked_again_with_all_its_findings test_repair_ends",
        "kinds/test_contract.py": "test_one_bad_unit_is_repaired_alone",
    }, "provider_faults"),
    "F13": Row("The plan has no units, 500, or one twice", {
        "scenarios/test_wrong_content.py":
            "test_plan_for_another_number_of_weeks_makes_no_units_and_takes_no_more_than_was_reserved",
        "kinds/test_contract.py": "test_plan_for_another_number_of_units_is_an_error",
        "simulator/test_simulator_content.py": "test_extra_units_are_far_too_many",
    }),
    "F14": Row("The answer comes after our deadline", {
        "services/chunks/test_leases.py":
            "test_late_reply_of_a_lost_worker_is_kept_for_the_next "
            "test_late_reply_after_the_chunk_is_done_is_booked_and_closed",
        "services/chunks/test_settling.py": "test_late_worker_changes_nothing_and_its_cost_is_recorded",
    }, "stop_worker"),
    "F15": Row("Redis is down when a job is accepted", {
        "processes/test_redis.py": "test_redis_killed_and_restarted_empty_loses_no_job",
        "commands/test_up.py": "test_unreachable_broker_is_said_and_work_goes_on",
        "worker/test_engine.py": "test_lost_doorbell_delays_work_and_loses_none",
    }, "kill_redis kill_web"),
    "F16": Row("Redis hangs", {
        "processes/test_redis.py": "test_frozen_redis_does_not_hold_up_the_request",
        "attack/test_storms.py": "test_frozen_redis_costs_a_post_no_more_than_its_bound",
        "api/test_health.py": "test_broker_that_hangs_is_given_two_seconds",
    }, "freeze_redis"),
    "F17": Row("Redis restarts empty", {
        "processes/test_redis.py": "test_redis_killed_and_restarted_empty_loses_no_job",
    }, "kill_redis"),
    "F18": Row("Redis goes up and down", {
        "processes/test_redis.py": "test_worker_hears_the_doorbell_again_after_redis_came_back",
    }, "flap_redis"),
    "F19": Row("Redis is full or read-only", {}, "fill_redis"),
    "F20": Row("A message is lost", {
        "worker/test_engine.py": "test_lost_doorbell_delays_work_and_loses_none",
        "services/chunks/test_leases.py": "test_sweeper_rings_for_forgotten_work",
    }, "lose_messages"),
    "F21": Row("A message comes five times", {
        "worker/test_engine.py": "test_five_doorbells_at_once_ask_once",
        "services/chunks/test_claiming.py": "test_two_workers_at_the_same_instant_never_hold_the_same_chunk",
    }, "repeat_messages"),
    "F22": Row("A message of work that is gone, cancelled or done", {
        "processes/test_messages.py": "test_forged_messages_change_nothing_and_the_worker_goes_on",
    }, "repeat_messages"),
    "F23": Row("A message is forged or huge", {
        "processes/test_messages.py": "test_forged_messages_change_nothing_and_the_worker_goes_on",
        "processes/test_redis.py": "test_forged_messages_are_dropped_and_the_worker_lives",
    }, "forge_messages"),
    "F24": Row("kill -9 before the call", {
        "processes/test_crashes.py": "test_killed_before_the_call_the_chunk_runs_again",
    }, "die_before_call kill_everything"),
    "F25": Row("kill -9 during the call", {
        "processes/test_crashes.py":
            "test_killed_during_the_call_the_chunk_runs_again_and_both_calls_are_in_the_ledger "
            "test_killed_amid_many_units_no_job_is_lost_and_none_is_paid_after_it_was_done",
    }, "kill_worker kill_everything"),
    "F26": Row("kill -9 after the answer, before it is settled", {
        "processes/test_crashes.py":
            "test_killed_with_the_reply_in_its_hands_it_is_used_and_not_paid_again",
        "worker/test_spool.py": "test_what_a_worker_was_killed_with_is_stored_by_another_and_only_then",
        "services/chunks/test_leases.py": "test_stored_reply_is_used_after_a_crash_and_not_paid_again",
    }, "die_before_store die_after_store"),
    "F27": Row("kill -9 after a part was settled, before the next one is begun", {
        "services/chunks/test_leases.py": "test_sweeper_rings_for_forgotten_work",
    }, "die_after_settle"),
    "F28": Row("A worker stands still for longer than its lease, and goes on", {
        "processes/test_crashes.py": "test_worker_that_slept_through_its_lease_writes_nothing",
    }, "stop_worker"),
    "F29": Row("A part that kills every worker", {
        "processes/test_crashes.py": "test_poison_that_kills_every_worker_ends_failed",
        "services/chunks/test_leases.py":
            "test_chunk_that_kills_its_workers_ends_failed "
            "test_chunk_that_kills_its_workers_takes_no_neighbour_with_it",
    }, "poison"),
    "F30": Row("SIGTERM, as a deployment sends it", {
        "processes/test_crashes.py":
            "test_sigterm_lets_calls_finish_and_leaves_nothing_running "
            "test_sigterm_gives_back_what_outlasts_the_grace",
        "worker/test_engine.py": "test_drain_gives_back_what_does_not_finish_without_counting_it",
    }, "terminate_worker"),
    "F31": Row("The heartbeat stalls", {
        "worker/test_engine.py":
            "test_worker_whose_pulse_stalls_stops_claiming "
            "test_claim_that_outlived_its_lease_before_the_call_asks_nobody",
    }, "stall_pulse"),
    "F32": Row("The database connection is cut amid a transaction", {
        "scenarios/test_database_trouble.py": "test_finished_call_is_settled_although_the_connection_is_cut",
    }, "cut_connections"),
    "F33": Row("The database is away for half a minute", {
        "api/test_problems.py": "test_database_that_is_away_is_503_with_a_wait",
        "api/test_events.py": "test_database_that_is_away_for_a_moment_ends_no_stream",
        "scenarios/test_trouble.py":
            "test_after_an_outage_of_the_database_the_living_renew_before_anything_is_taken_back",
    }, "close_database"),
    "F34": Row("Two transactions wait for each other", {
        "scenarios/test_database_trouble.py": "test_transactions_that_block_each_other_are_both_done_in_the_end",
    }),
    "F35": Row("SQLite is locked for longer than we wait", {
        "scenarios/test_database_trouble.py": "test_trouble_that_passes_is_outwaited",
    }, "lock_database"),
    "F36": Row("The disk is full", {
        "scenarios/test_database_trouble.py": "test_full_disk_accepts_nothing_loses_nothing_and_is_over_by_itself",
        "attack/test_storms.py": "test_disk_that_is_full_for_a_while_gives_clean_refusals_and_recovers",
        "services/alerts/test_alerts.py": "test_disk_of_each_machine_as_its_workers_tell",
        "commands/test_verify_setup.py": "test_good_installation_has_a_good_line_for_everything_but_the_provider",
    }, "take_disk"),
    "F37": Row("All database connections are taken", {
        "scenarios/test_database_trouble.py": "test_pool_without_a_free_connection_is_a_503_after_a_bounded_wait",
    }),
    "F38": Row("A clock is an hour off", {
        "services/test_quotas.py": "test_clocks_an_hour_apart_change_nothing",
        "services/chunks/test_leases.py":
            "test_worker_whose_clock_is_an_hour_off_takes_no_lease_early_and_keeps_none_longer",
        "accounts/test_ledger.py": "test_late_clock_does_not_enter_a_window_that_was_left",
        "processes/test_clocks.py":
            "test_job_that_goes_through_the_hands_of_clocks_two_hours_fast_and_three_slow_ends_like_any_other",
    }, "skew_clock"),
    "F39": Row("Clocks go forward, months end", {
        "accounts/test_windows.py":
            "test_window_holds_its_first_instant_and_not_its_end "
            "test_windows_are_utc_whatever_zone_the_time_comes_in test_counting_windows_forward_and_back_agree",
    }, not_here="Windows are UTC, which has no daylight saving time."),
    "F40": Row("200 requests at once under a limit of 50", {
        "services/test_quotas.py":
            "test_two_hundred_at_once_under_a_limit_of_fifty_are_fifty "
            "test_global_limit_holds_for_many_users_at_once",
        "api/test_limits.py": "test_two_hundred_at_once_over_http_under_a_limit_of_fifty_are_fifty",
        "attack/test_storms.py": "test_forty_at_once_where_two_may_run_are_two",
    }, "over_the_limit"),
    "F41": Row("The same request twice, by a double click or a client that tries again", {
        "api/test_idempotency.py":
            "test_twenty_at_the_same_instant_make_one_job test_same_key_and_other_body_is_a_conflict "
            "test_twenty_at_the_same_instant_reserve_once",
        "attack/test_storms.py": "test_two_hundred_posts_with_one_key_make_one_job",
        "admin/test_ask.py": "test_form_sent_twice_is_one_job_and_changed_it_is_another",
    }, "same_key kill_web"),
    "F42": Row("A quota is settled twice, or a crash comes between", {
        "accounts/test_ledger.py":
            "test_settled_twice_is_settled_once test_ten_settle_at_once_and_one_does "
            "test_crash_between_leaves_all_or_nothing",
        "services/test_quotas.py": "test_crash_while_settling_is_settled_again",
    }, "over_the_limit"),
    "F43": Row("Cancelled while it waits, during the call, while it is assembled, after its end", {
        "services/jobs/test_jobs.py": "test_cancelled_job_keeps_what_is_done test_job_that_ended_cannot_be_cancelled",
        "services/test_quotas.py": "test_job_that_never_asked_anybody_is_free",
        "worker/test_engine.py": "test_cancelled_job_drops_its_calls",
        "llm/test_client.py": "test_cancelling_closes_the_connection_at_once",
        "api/test_jobs.py": "test_what_is_done_cannot_be_moved_on",
        "scenarios/test_database_trouble.py": "test_cancelling_while_the_document_is_assembled_waits_and_is_too_late",
    }, "cancel"),
    "F44": Row("Retried while it runs, twice at once, or with parts that are done", {
        "services/jobs/test_jobs.py":
            "test_retry_of_a_running_or_complete_job_is_refused test_two_retries_at_once_restart_once "
            "test_retry_asks_only_for_what_is_missing",
        "api/test_jobs.py": "test_active_job_cannot_be_retried",
    }, "retry"),
    "F45": Row("Cancelled and completed at the same instant", {
        "services/chunks/test_settling.py": "test_cancel_against_settle_leaves_one_winner",
    }, "cancel"),
    "F46": Row("Two sweepers", {
        "services/chunks/test_leases.py": "test_two_sweepers_take_back_once test_only_one_sweeper_gets_the_turn",
    }, "extra_sweepers"),
    "F47": Row("No sweeper for ten minutes", {
        "services/alerts/test_alerts.py":
            "test_health_check_of_the_web_process_alerts_when_no_worker_sweeps "
            "test_worker_that_comes_back_sweeps_and_the_alert_ends",
        "api/test_health.py": "test_not_ready_without_a_sweeper",
    }),
    "F48": Row("New prompts are deployed amid a job", {
        "services/chunks/test_claiming.py": "test_job_of_another_revision_waits_for_its_worker",
        "services/jobs/test_jobs.py": "test_job_says_that_no_worker_knows_its_revision",
        "scenarios/test_outages.py":
            "test_worker_without_the_jobs_revision_leaves_it_and_says_so_and_the_next_one_does_it",
    }),
    "F49": Row("Old and new processes on one database", {
        "models/test_two_versions.py":
            "test_old_version_works_on_beside_columns_and_tables_of_the_next "
            "test_job_of_the_next_version_waits_for_its_worker_and_can_be_looked_at "
            "test_every_migration_leaves_the_version_before_it_at_work",
    }),
    "F50": Row("Whoever fills the cache for others dies", {
        "services/cache/test_single_flight.py":
            "test_after_the_leaders_worker_died_one_waiter_takes_over "
            "test_hundred_at_the_same_instant_make_one_set_of_calls",
    }),
    "F51": Row("A row of the cache is damaged, or of an older schema", {
        "services/cache/test_cache_entries.py":
            "test_row_that_cannot_be_read_is_a_miss_and_is_gone test_row_with_unreadable_findings_is_a_miss "
            "test_other_provider_model_revision_or_prompt_is_a_miss",
    }),
    "F52": Row("A breaker is half open, and a hundred wait", {
        "services/chunks/test_claiming.py": "test_after_the_pause_exactly_one_probe_goes",
        "scenarios/test_trouble.py": "test_probe_that_came_to_nothing_lets_another_go_at_once",
    }, "provider_outage"),
    "F53": Row("A knowledge document is deleted amid a job", not_here="There is no knowledge base yet."),
    "F54": Row("Listeners leave, are five hundred, come back", {
        "api/test_events.py":
            "test_client_that_leaves_frees_its_place_and_the_poller_stops "
            "test_fifty_listeners_cost_no_more_queries_than_one test_many_jobs_are_asked_about_in_one_query "
            "test_what_the_client_has_is_not_sent_again test_stream_ends_after_its_lifetime_and_can_be_resumed "
            "test_one_user_holds_a_limited_number_of_streams test_five_hundred_listeners_leave_nothing_behind",
        "attack/test_storms.py": "test_hundreds_of_streams_of_one_user_leave_a_neighbour_served_as_before",
    }),
    "F55": Row("A webhook's receiver fails, is slow or redirects", {
        "services/outbox/test_deliveries.py":
            "test_500_is_tried_again_and_never_delays_the_job test_redirect_is_a_failure "
            "test_hanging_receiver_delays_no_job_no_alert_and_no_other_delivery",
    }),
    "F56": Row("A batch expires, or comes back in part or twice", not_here="The batch API is not used yet."),
    "F57": Row("Input that is empty, a megabyte, or full of hidden characters", {
        "kinds/test_any_text.py": "test_any_brief_is_understood_or_refused_by_name",
        "kinds/test_contract.py": "test_text_that_hides_or_floods_is_refused_where_it_stands",
        "api/test_bad_input.py":
            "test_wrong_body_is_refused_with_its_place test_body_over_the_limit_is_refused "
            "test_nul_in_a_header_reaches_no_query",
        "api/test_schemathesis.py": "test_api_is_as_it_is_described",
    }),
    "F58": Row("A user is erased while a job of theirs runs", {
        "services/maintenance/test_erasure.py":
            "test_jobs_at_work_are_cancelled_first "
            "test_no_column_has_the_word_any_more_and_no_cost_has_changed "
            "test_reply_that_comes_after_the_erasure_is_erased_by_the_sweeper",
        "attack/test_storms.py": "test_erasure_during_eight_jobs_leaves_no_row_with_their_words",
    }),
    "F59": Row("The channel of an alert is down", {
        "services/outbox/test_deliveries.py":
            "test_alert_channel_that_is_down_is_stored_and_retried_without_recursion",
        "services/alerts/test_alerts.py": "test_failing_channel_is_one_alert_and_is_not_told_of_itself",
    }),
    "F60": Row("kill -9 of the embedded process", {
        "commands/test_up.py":
            "test_killed_it_takes_its_simulator_along_and_the_next_start_finishes_the_job_at_once",
    }, "kill_everything"),
    "F61": Row("The server does not know a field, a keyword of the schema or a role", {
        "services/routing/test_learning.py":
            "test_refused_field_is_left_out_by_the_next_claim_and_costs_no_attempt",
        "llm/dialects/test_cases.py": "test_oddity_with_every_call_is_bounded_billed_and_nobody_else_s",
    }),
    "F62": Row("Usage under other names, as zeros, nulls, texts or impossible numbers", {
        "llm/test_answers.py": "test_usage_is_read_with_suspicion",
        "worker/test_executor.py": "test_error_while_storing_settles_the_part_as_ours_with_its_bill",
    }, "odd_replies"),
    "F63": Row("A whole document in odd clothes: fences, thoughts, parts, another ending, another field", {
        "core/test_reply_text.py": "test_any_object_comes_back_out_of_any_wrapping",
        "worker/test_executor.py": "test_what_stands_around_the_object_is_taken_off",
    }, "odd_replies"),
    "F64": Row("A slow server with few slots", {
        "worker/test_executor.py": "test_time_outs_in_a_row_end_with_the_deadline_and_the_slots",
        "services/routing/test_learning.py": "test_what_is_no_outage_closes_no_route",
    }),
    "F65": Row("The quota of the day is spent", {
        "services/routing/test_learning.py":
            "test_spent_day_is_asked_ever_less_often_and_ends_at_last test_fallback_takes_over_when_the_day_is_spent",
    }),
    "F66": Row("A stream that repeats itself, falls silent, breaks off or brings an error", {
        "scenarios/test_streaming.py":
            "test_model_that_says_one_thing_over_and_over_is_cut_and_its_words_are_kept "
            "test_stream_that_falls_silent_is_given_up_before_the_deadline "
            "test_error_in_the_middle_of_a_stream_keeps_its_words_and_the_bill_of_what_came",
    }),
    "F67": Row("A worker's LOCAL_DIR is gone, no folder, or shut", {
        "processes/test_local_folder.py":
            "test_worker_without_its_folder_beats_sweeps_and_claims_what_no_doorbell_announced "
            "test_worker_whose_folder_cannot_be_made_says_so_and_does_not_start",
        "worker/test_worker_parts.py": "test_step_of_the_pulse_that_raises_stops_no_other_and_is_logged_once",
        "services/alerts/test_alerts.py": "test_folder_that_is_gone_is_told_like_a_full_disk",
    }, "remove_folder"),
    "F68": Row("A worker's host takes no write", {
        "processes/test_local_folder.py": "test_worker_whose_host_takes_no_write_works_on",
    }, "take_disk"),
    "F69": Row("Two administrators save the same form", {
        "admin/test_editing.py":
            "test_second_of_two_reads_what_the_first_changed "
            "test_of_two_at_the_same_instant_one_wins_and_the_other_reads_what_changed "
            "test_what_was_changed_meanwhile_is_not_deleted_unseen",
    }, "two_administrators"),
    "F70": Row("One refusal while workers stand still", {
        "core/test_concurrency_recovery.py":
            "test_limit_is_back_at_its_ceiling_in_bounded_time_from_any_state "
            "test_replies_of_half_a_minute_end_what_one_slow_moment_began",
    }, "single_429s"),
    "F71": Row("One request is refused for ever in the words of a rate limit", {
        "services/chunks/test_refusals.py":
            "test_part_that_alone_is_turned_away_ends_with_its_last_attempt "
            "test_route_that_never_answered_a_call_and_speaks_of_load_has_none "
            "test_others_that_are_turned_away_too_make_it_the_load",
        "core/test_outcomes.py": "test_what_the_provider_turns_away_for_one_part_alone_ends_that_part",
    }),
}


def test_every_fault_is_in_the_table():
    assert list(FAULTS) == [f"F{number}" for number in range(1, 72)]
    assert uncovered(FAULTS) == []


def test_every_test_that_is_named_exists():
    assert missing(FAULTS) == {}


@pytest.mark.parametrize("number", [number for number, row in FAULTS.items() if row.steps])
def test_every_step_of_chaos_that_is_named_covers_its_fault(number):
    for step in FAULTS[number].steps.split():
        assert number in COVERS[step]


def test_every_fault_that_chaos_covers_says_so_here():
    covered = {number: step for step, numbers in COVERS.items() for number in numbers}
    assert sorted(number for number, _step in covered.items() if not FAULTS[number].steps) == []
