//! The notification-service function.
