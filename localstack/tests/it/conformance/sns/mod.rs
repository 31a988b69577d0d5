//! Topics, and the queues that hear them.

mod delivery;
mod errors;
mod lists;
mod topics;

super::behaviours![
    delivery::a_message_arrives_in_an_envelope,
    delivery::raw_it_arrives_as_it_was,
    delivery::every_subscriber_gets_it,
    delivery::a_batch_arrives_entry_by_entry,
    delivery::each_protocol_may_have_a_message_of_its_own,
    delivery::the_trace_goes_along,
    errors::a_topic_that_is_not_there,
    errors::a_message_has_its_limits,
    errors::a_batch_must_be_one,
    lists::topics_and_subscriptions_are_listed_and_described,
    topics::a_topic_is_the_same_when_created_again,
    topics::an_attribute_of_a_topic_is_set,
    topics::a_deleted_topic_is_gone,
    topics::an_attribute_of_a_subscription_is_set_and_obeyed,
    topics::who_unsubscribed_hears_no_more,
];
