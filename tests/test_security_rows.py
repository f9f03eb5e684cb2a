"""Every threat that was thought of, and what shows that we stand it."""

from tests.coverage_tables import Row, missing, uncovered

THREATS = {
    "S1": Row("Instructions hidden in a user's brief", {
        "scenarios/test_injection.py":
            "test_obedient_model_makes_the_accepted_document_or_none test_no_obedience_changes_what_was_accepted "
            "test_rules_in_the_text_of_a_lesson_are_sent_back_and_never_stored "
            "test_text_that_hides_or_floods_does_not_come_in",
        "core/test_prompting.py":
            "test_text_in_a_block_cannot_close_it_or_open_another test_every_block_of_others_is_named_as_data",
        "core/test_text.py":
            "test_nothing_closes_the_block_it_is_quoted_in "
            "test_characters_that_hide_or_reorder_text_are_named",
        "simulator/test_simulator_content.py": "test_user_text_cannot_pose_as_a_block",
    }),
    "S2": Row("Instructions hidden in knowledge documents", not_here="There is no knowledge base yet."),
    "S3": Row("Scripts in what models or users wrote, on our pages", {
        "core/test_markup.py":
            "test_hostile_markdown_is_inert test_whatever_is_rendered_is_inert "
            "test_markdown_that_is_given_out_holds_no_html_and_leads_nowhere_strange",
        "kinds/test_contract.py": "test_what_is_given_out_holds_no_html_and_no_strange_link",
        "admin/test_xss.py":
            "test_stored_text_never_acts test_messages_and_forms_are_inert "
            "test_only_the_rendering_module_trusts_markup test_no_template_trusts_text",
        "api/test_documents.py":
            "test_markup_from_the_model_is_inert test_page_has_no_inline_style_or_script",
        "admin/test_policy.py":
            "test_admin_allows_what_the_theme_needs_and_no_more test_other_pages_are_strict",
        "test_architecture.py": "test_only_sanitised_text_is_declared_safe",
    }),
    "S4": Row("Calls into our own network by way of webhooks", {
        "delivery/test_addresses.py":
            "test_refused_with_a_reason test_first_and_last_address_of_every_special_network_is_private "
            "test_last_word_before_the_socket",
        "delivery/test_sender.py":
            "test_name_that_leads_inside_opens_no_socket test_public_then_private_is_asked_once "
            "test_redirect_is_not_followed test_proxy_of_the_environment_is_not_used "
            "test_what_it_answers_is_neither_read_nor_shown test_body_is_bounded",
        "services/outbox/test_deliveries.py": "test_receiver_verifies_in_three_lines",
    }),
    "S5": Row("Jobs and documents of others, by their ids", {
        "api/test_access.py":
            "test_every_operation_is_in_a_table test_owner_may test_stranger_finds_nothing "
            "test_anonymous_is_asked_to_sign_in test_what_is_ones_own_alone_is_for_nobody_else",
        "api/test_events.py":
            "test_stranger_cannot_listen test_stream_ends_with_the_right_to_it "
            "test_stream_of_somebody_elses_job_ends_with_the_permission test_stream_of_a_browser_ends_with_its_session",
        "api/test_jobs.py": "test_cursor_of_somebody_else_leads_nowhere",
        "services/cache/test_similar.py": "test_nobody_is_offered_what_they_may_not_see",
    }, not_here="There is one tenant; people are kept apart by owner and permission."),
    "S6": Row("Fields that only the server decides, in requests and answers", {
        "api/test_openapi.py":
            "test_no_input_takes_what_only_the_server_decides test_every_input_refuses_unknown_fields",
        "api/test_bad_input.py": "test_wrong_body_is_refused_with_its_place",
    }),
    "S7": Row("Secrets and people's words in logs, rows and errors", {
        "core/test_secret_patterns.py": "test_what_looks_like_a_secret_is_hidden",
        "telemetry/test_journal.py":
            "test_key_that_the_provider_echoes_reaches_no_column "
            "test_configured_secrets_are_hidden_whatever_they_look_like "
            "test_process_log_does_not_quote_people_or_models test_lines_of_libraries_are_scrubbed_too "
            "test_witness_notices_a_leak test_leak_into_a_column_is_noticed",
        "services/alerts/test_alerts.py": "test_alert_tells_nothing_that_people_wrote",
        "services/outbox/test_deliveries.py":
            "test_payload_holds_nothing_that_people_or_models_wrote test_database_holds_no_secret",
    }),
    "S8": Row("API tokens that are guessed, stolen from the database, or outlive their time", {
        "admin/test_accounts.py":
            "test_secret_is_shown_once_and_works test_secret_is_stored_nowhere test_expiry_is_kept "
            "test_revoked_token_is_refused_and_says_so",
        "api/test_access.py": "test_wrong_token_is_refused test_revoked_token_and_inactive_user_are_refused",
        "api/test_tokens.py":
            "test_token_is_long_random_and_found_by_its_hash test_expired_token_is_refused_to_the_second "
            "test_token_outlives_the_process_that_made_it",
    }, not_here="A token has no scopes of its own: it may what its user may."),
    "S9": Row("Ways around the rate limits", {
        "api/test_edge.py":
            "test_spoofed_addresses_do_not_help test_two_hundred_spoofed_addresses_are_one_client "
            "test_address_is_what_the_trusted_proxy_saw "
            "test_addresses_of_one_customer_count_together_and_those_of_another_do_not",
        "services/test_quotas.py": "test_clocks_an_hour_apart_change_nothing",
        "accounts/test_windows.py": "test_over_any_k_windows_never_more_than_k_limits_and_one_burst",
    }),
    "S10": Row("Spending somebody else's money", {
        "services/test_quotas.py":
            "test_thousand_requests_spend_no_more_than_the_roles_cap test_fifty_at_once_run_no_more_jobs_than_allowed "
            "test_pause_refuses_with_its_reason_and_lets_go_on_what_was_accepted",
        "api/test_limits.py": "test_spent_budget_of_everybody_is_503_with_its_reason_and_no_call_leaves",
        "scenarios/test_wrong_content.py":
            "test_plan_for_another_number_of_weeks_makes_no_units_and_takes_no_more_than_was_reserved",
    }),
    "S11": Row("Another site presses our buttons with a user's session", {
        "api/test_access.py":
            "test_session_without_csrf_token_changes_nothing test_nothing_is_open_without_authentication",
        "api/test_bad_input.py": "test_signed_in_browser_cannot_send_a_form",
        "admin/test_actions.py":
            "test_opening_an_address_changes_nothing test_nothing_is_done_without_a_csrf_token",
        "admin/test_every_address.py": "test_opening_changes_nothing test_nothing_is_pressed_from_another_site",
    }),
    "S12": Row("Staff who do more than they may", {
        "admin/test_actions.py":
            "test_who_may_retry test_who_may_cancel test_who_may_regenerate test_who_may_ask "
            "test_who_may_act_on_the_list test_one_permission_gives_one_action test_who_may_resume_a_route "
            "test_list_action_asks_before_it_acts test_who_acted_stands_in_the_log",
        "admin/test_pages.py":
            "test_staff_without_permissions_opens_nothing test_nobody_deletes_or_edits_a_record",
        "admin/test_every_address.py":
            "test_staff_without_permissions_gets_nowhere test_whoever_may_only_look_changes_nothing "
            "test_completion_of_a_field_shows_nobody_more_than_they_may_see",
        "admin/test_accounts.py": "test_nobody_makes_themselves_superuser test_who_may_manage_whom",
        "api/test_access.py": "test_each_change_needs_its_own_permission",
    }),
    "S13": Row("Formulas in exported tables", {
        "core/test_csvtext.py": "test_text_never_starts_a_formula test_harmless_text_stays_as_it_is",
        "admin/test_limits.py": "test_export_cannot_run_anything",
        "admin/test_log.py": "test_csv_runs_nothing_in_a_spreadsheet",
    }),
    "S14": Row("Uploads that blow up", not_here="Nothing can be uploaded yet."),
    "S15": Row("What is kept of people, and for how long", {
        "services/maintenance/test_erasure.py":
            "test_fixture_puts_the_word_everywhere "
            "test_no_column_has_the_word_any_more_and_no_cost_has_changed "
            "test_others_keep_everything test_account_is_closed_and_nameless",
        "services/maintenance/test_retention.py":
            "test_lines_are_kept_as_long_as_their_severity_says test_replies_are_forgotten_and_their_cost_stays "
            "test_a_turn_prunes_one_batch_at_most",
        "services/cache/test_cache_entries.py": "test_erasing_an_owner_leaves_nothing_of_theirs",
        "services/outbox/test_deliveries.py": "test_owner_is_erased_with_endpoints_and_deliveries",
    }),
    "S16": Row("Our instructions in a document", {
        "core/test_leaks.py":
            "test_printed_instructions_are_found test_instructions_spread_over_fields_are_found "
            "test_every_kinds_own_rules_are_found_and_its_example_is_not",
        "scenarios/test_injection.py":
            "test_obedient_model_makes_the_accepted_document_or_none "
            "test_rules_in_the_text_of_a_lesson_are_sent_back_and_never_stored",
    }),
    "S17": Row("Documents of others out of the cache", {
        "services/cache/test_cache_entries.py":
            "test_strangers_share_nothing test_scope_says_who_is_served test_nothing_but_valid_results_is_kept "
            "test_promoted_user_is_no_longer_served_what_the_old_role_shares "
            "test_what_the_simulator_wrote_never_serves_a_real_service",
        "services/cache/test_single_flight.py": "test_strangers_do_not_wait_for_each_other",
    }),
    "S18": Row("Forged task messages", {
        "processes/test_messages.py": "test_forged_messages_change_nothing_and_the_worker_goes_on",
        "processes/test_redis.py": "test_forged_messages_are_dropped_and_the_worker_lives",
    }),
    "S19": Row("What we stand on is exchanged for something else", {
        "test_supply.py":
            "test_everything_that_is_installed_is_pinned_with_its_hashes test_pins_name_no_index "
            "test_models_are_rows_and_never_constants",
        "commands/test_verify_setup.py": "test_missing_route_is_bad",
    }),
    "S20": Row("A document is taken for the word of an expert", {
        "api/test_documents.py":
            "test_simulated_document_says_so test_real_document_says_that_nobody_has_reviewed_it",
        "admin/test_job_page.py": "test_simulated_documents_are_marked_wherever_they_are",
        "kinds/test_contract.py": "test_gaps_are_listed_and_rendered",
    }, not_here="Approval by staff is not built yet, so every document says that nobody has reviewed it."),
    "S21": Row("Probing our network by way of a local model", {
        "admin/test_local_model.py":
            "test_whoever_may_not_add_probes_nothing test_address_where_no_route_leads_is_not_asked",
        "admin/test_where_keys_go.py": "test_this_machine_is_called_in_production_only_if_the_environment_names_it",
        "llm/test_local_server.py":
            "test_forbidden_addresses_open_no_socket_however_they_are_spelled "
            "test_what_is_no_model_server_is_told_in_a_sentence_and_not_quoted",
    }),
    "S22": Row("A brief whose words, quoted by a provider's error, close a route for everybody or are read by others", {
        "llm/test_answers.py":
            "test_words_of_the_brief_in_an_error_mean_nothing test_json_of_the_brief_in_an_error_means_nothing",
        "llm/dialects/test_cases.py": "test_words_of_a_brief_that_a_server_quotes_close_the_route_for_nobody",
        "services/routing/test_learning.py": "test_words_about_one_brief_are_not_shown_to_those_who_wait",
    }),
    "S23": Row("A provider's key, or everybody's prompts, by way of a route that leads elsewhere", {
        "admin/test_where_keys_go.py":
            "test_named_key_goes_to_the_address_that_the_environment_binds_it_to_and_to_no_other "
            "test_redirect_takes_no_key_to_another_host "
            "test_name_with_one_forbidden_address_is_not_called "
            "test_proxy_of_the_environment_carries_only_what_the_environment_names "
            "test_administrator_without_the_permission_leads_no_route_elsewhere "
            "test_who_may_direct_routes_is_written_down_and_raises_an_alert_each_time",
        "core/test_addresses.py": "test_address_is_within_another_by_scheme_host_port_and_path",
    }),
}


def test_every_threat_is_in_the_table():
    assert list(THREATS) == [f"S{number}" for number in range(1, 24)]
    assert uncovered(THREATS) == []


def test_every_test_that_is_named_exists():
    assert missing(THREATS) == {}
