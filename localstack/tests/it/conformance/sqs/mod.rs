//! Queues.

mod batches;
mod dead_letters;
mod errors;
mod messages;
mod moves;
mod queues;
mod redrive;
mod tags;
mod visibility;

super::behaviours![
    batches::a_batch_is_sent_received_and_deleted,
    batches::one_bad_entry_does_not_spoil_the_others,
    batches::an_unknown_handle_spoils_its_entry_alone,
    batches::a_batch_must_be_one,
    dead_letters::a_message_goes_on_the_receive_after_the_last,
    dead_letters::a_receive_skips_what_it_moves,
    errors::a_queue_that_is_not_there,
    errors::numbers_have_their_limits,
    errors::a_body_has_its_limits,
    errors::a_handle_must_be_one,
    messages::what_was_sent_is_received,
    messages::attributes_are_told_when_asked_for,
    messages::attributes_of_the_sender_come_along,
    messages::an_empty_queue_answers_with_nothing,
    messages::a_long_poll_lasts_as_long_as_asked,
    messages::a_long_poll_ends_with_the_first_message,
    messages::a_delayed_message_comes_later,
    queues::a_queue_is_found_by_name_and_described,
    moves::a_cancelled_move_leaves_the_rest,
    moves::only_a_running_move_is_cancelled,
    moves::a_move_that_is_not_there_is_not_cancelled,
    moves::a_dead_letter_queue_tells_its_sources,
    queues::purging_takes_everything,
    queues::attributes_can_be_changed,
    queues::queues_are_listed_by_how_they_begin,
    queues::a_deleted_queue_is_gone_and_its_name_rests,
    redrive::messages_go_back_to_where_they_came_from,
    redrive::what_cannot_be_redriven,
    tags::a_queue_is_tagged_and_untagged,
    tags::a_queue_may_have_tags_from_the_start,
    visibility::a_message_is_hidden_until_its_time_is_over,
    visibility::zero_leaves_it_visible,
    visibility::it_can_be_changed,
    visibility::an_old_handle_still_works,
    visibility::a_handle_outlives_the_visibility_timeout,
    visibility::deleting_twice_is_fine,
    visibility::what_is_deleted_cannot_be_hidden,
];
