//! The cursor of a list: where the page before ended, sealed for the very filter that it was made for.

use rez_core::clock::Moment;
use rez_core::message::MessageId;
use rez_core::store::{Listing, Position};
use uuid::Uuid;

use crate::error::{ApiError, Detail, ErrorCode};
use crate::seal::{Purpose, Seal};

const ID_LEN: usize = 16;
const MILLIS_LEN: usize = 8;

pub fn seal(seal: &Seal, listing: &Listing, position: Position) -> String {
    let mut plain = [0; ID_LEN + MILLIS_LEN];
    plain[..ID_LEN].copy_from_slice(position.id.0.as_bytes());
    plain[ID_LEN..].copy_from_slice(&position.created.epoch_ms().to_be_bytes());
    seal.seal(Purpose::Cursor, context(listing).as_bytes(), &plain)
}

/// # Errors
/// `invalid_cursor` for anything that [`seal`] did not make for this listing.
pub fn open(seal: &Seal, listing: &Listing, cursor: &str) -> Result<Position, ApiError> {
    let plain = seal.open(Purpose::Cursor, context(listing).as_bytes(), cursor);
    plain.as_deref().and_then(position).ok_or_else(|| {
        ApiError::new(ErrorCode::InvalidCursor).with_detail(Detail::new("cursor", "was not given for this query"))
    })
}

fn position(plain: &[u8]) -> Option<Position> {
    let (id, millis) = plain.split_first_chunk::<ID_LEN>()?;
    let millis: [u8; MILLIS_LEN] = millis.try_into().ok()?;
    Some(Position { id: MessageId(Uuid::from_bytes(*id)), created: Moment::from_epoch_ms(i64::from_be_bytes(millis)) })
}

/// Everything that decides which messages are listed; how many a page is not part of it.
fn context(listing: &Listing) -> String {
    let Listing { stage, status, from, to } = listing;
    let millis = |moment: &Option<Moment>| moment.map(Moment::epoch_ms);
    format!("{stage}/{}/{:?}/{:?}", status.map_or("", |status| status.as_str()), millis(from), millis(to))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rez_core::message::Status;
    use rez_core::stage::Stage;

    use super::*;

    const ALL: Listing = Listing { stage: Stage::Dev, status: None, from: None, to: None };

    fn key() -> Seal {
        Seal::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").expect("a good key")
    }

    fn position_at(created_ms: i64) -> Position {
        Position { id: MessageId(Uuid::from_u128(7)), created: Moment::from_epoch_ms(created_ms) }
    }

    #[test]
    fn it_opens_for_its_own_query_alone() {
        let cursor = seal(&key(), &ALL, position_at(5));
        assert_eq!(open(&key(), &ALL, &cursor).ok(), Some(position_at(5)));
        let at = |ms| Some(Moment::from_epoch_ms(ms));
        for other in [
            Listing { stage: Stage::Prod, ..ALL },
            Listing { status: Some(Status::Created), ..ALL },
            Listing { from: at(0), ..ALL },
            Listing { to: at(0), ..ALL },
        ] {
            assert_eq!(open(&key(), &other, &cursor).expect_err("another query").code, ErrorCode::InvalidCursor);
        }
        assert!(cursor.len() < 256, "well within the bound of the contract");
    }

    proptest! {
        #[test]
        fn any_position_survives(created_ms in any::<i64>()) {
            let cursor = seal(&key(), &ALL, position_at(created_ms));
            prop_assert_eq!(open(&key(), &ALL, &cursor).ok(), Some(position_at(created_ms)));
        }

        #[test]
        fn any_text_is_refused(cursor in "[A-Za-z0-9_-]{0,200}|.{0,60}") {
            prop_assert!(open(&key(), &ALL, &cursor).is_err());
        }
    }
}
