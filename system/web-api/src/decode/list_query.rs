//! The query of `GET /api/messages`.

use rez_core::clock::Moment;
use rez_core::message::Status;
use rez_core::stage::Stage;
use rez_core::store::Listing;

use super::fields::{Fields, Problem};
use super::query;
use crate::error::ApiError;

const LIMIT_MAX: u32 = 100;
const LIMIT_DEFAULT: u32 = 25;

/// 9999-12-30T22:00:00.999Z: later ones are not everywhere in a year of four digits.
const LAST_MOMENT: Moment = Moment::from_epoch_ms(253_402_207_200_999);

/// Length of `2026-11-23T08:00:00.123456789`.
const NANOSECOND_END: usize = 29;

/// A sealed cursor has less than half of this.
const CURSOR_LEN_MAX: usize = 512;

/// Which messages are asked for; a cursor is bound to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The stage that answers, where none is given.
    pub stage: Option<Stage>,
    pub status: Option<Status>,
    /// Created then or later.
    pub from: Option<Moment>,
    /// Created before.
    pub to: Option<Moment>,
}

impl Filter {
    pub fn listing(self, stage: Stage) -> Listing {
        let Self { stage: given, status, from, to } = self;
        Listing { stage: given.unwrap_or(stage), status, from, to }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    pub filter: Filter,
    /// Messages a page, 1 to 100.
    pub limit: u32,
    /// Not yet opened.
    pub cursor: Option<String>,
}

/// # Errors
/// `invalid_request` with every parameter that is unknown, given twice, or out of bounds.
pub fn decode(query: &str) -> Result<ListQuery, ApiError> {
    let mut fields = query::fields(query);
    let filter = Filter {
        stage: fields.optional("stage", |text| text.parse().map_err(|_| "must be dev, stage or prod".into())),
        status: fields.optional("status", status),
        from: fields.optional("from", |text| moment(&text)),
        to: fields.optional("to", |text| moment(&text)),
    };
    demand_order(&mut fields, &filter);
    let limit = fields.optional("limit", |text| limit(&text)).unwrap_or(LIMIT_DEFAULT);
    let cursor = fields.optional("cursor", cursor);
    fields.finish()?;
    Ok(ListQuery { filter, limit, cursor })
}

fn demand_order(fields: &mut Fields<String>, filter: &Filter) {
    if let (Some(from), Some(to)) = (filter.from, filter.to)
        && from >= to
    {
        fields.refuse("to", "must be later than `from`");
    }
}

fn status(text: String) -> Result<Status, Problem> {
    text.parse().map_err(|_| "must be created, processing, completed, failed or cancelled".into())
}

/// Digits only: `+5` is no number of a query.
fn limit(text: &str) -> Result<u32, Problem> {
    let is_number = text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let limit = text.parse().ok().filter(|limit| is_number && (1..=LIMIT_MAX).contains(limit));
    limit.ok_or_else(|| format!("must be a whole number from 1 to {LIMIT_MAX}").into())
}

fn cursor(text: String) -> Result<String, Problem> {
    let is_good = (1..=CURSOR_LEN_MAX).contains(&text.len());
    if is_good { Ok(text) } else { Err(format!("must have 1 to {CURSOR_LEN_MAX} characters").into()) }
}

/// RFC 3339. A zone can push a time out of the four-digit years, where moments would no longer sort as text; and the
/// last hours of the year 9999 are beyond what a timestamp holds. As bounds of a list, all of them are as good as the
/// nearest moment that there is.
fn moment(text: &str) -> Result<Moment, Problem> {
    let text = Some(text).filter(|text| has_shape(text)).map(to_nanoseconds);
    let moment =
        text.as_deref().and_then(|text| Moment::parse(text).or_else(|| is_last_year(text).then_some(LAST_MOMENT)));
    let moment = moment.ok_or("must be a time in RFC 3339, such as 2026-11-23T08:00:00Z")?;
    Ok(moment.clamp(Moment::from_epoch_ms(0), LAST_MOMENT))
}

/// RFC 3339 bounds no fraction, and `Moment::parse` does. What is cut off is less than any two messages are apart.
fn to_nanoseconds(text: &str) -> String {
    let end = text.find(['z', 'Z', '+']).or_else(|| text.rfind('-')).unwrap_or(text.len());
    let (time, zone) = text.split_at(end);
    format!("{}{zone}", &time[..time.len().min(NANOSECOND_END)])
}

/// Whether this is a time of the year 9999 that is a time in another year, too.
fn is_last_year(text: &str) -> bool {
    text.strip_prefix("9999").is_some_and(|rest| Moment::parse(&format!("9995{rest}")).is_some())
}

/// `2026-11-23T08:00:00`, a fraction or none, and `Z` or `+01:00`: what `Moment::parse` takes beyond that is not in the
/// contract.
fn has_shape(text: &str) -> bool {
    let Some((head, rest)) = text.split_at_checked(19) else { return false };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|character: char| character.is_ascii_digit()),
        None => rest,
    };
    let is_like = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text
                .bytes()
                .zip(shape.bytes())
                .all(|(byte, like)| if like == b'0' { byte.is_ascii_digit() } else { byte == like })
    };
    let is_offset = |sign| is_like(zone, sign) && &zone[1..3] <= "23";
    let is_zone = zone.eq_ignore_ascii_case("z") || is_offset("+00:00") || is_offset("-00:00");
    text.len() <= 40 && is_like(&head.to_ascii_uppercase(), "0000-00-00T00:00:00") && is_zone
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(query: &str) -> Result<ListQuery, Vec<String>> {
        decode(query).map_err(|error| error.details.into_iter().map(|detail| detail.field).collect())
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let filter = Filter { stage: None, status: None, from: None, to: None };
        assert_eq!(check(""), Ok(ListQuery { filter, limit: 25, cursor: None }));
    }

    #[test]
    fn times_are_compared_whatever_their_zone() {
        let query =
            check("from=2026-11-23T01:00:00.5%2B01:00&to=2026-11-23t00:00:01z&limit=100").expect("a good query");
        assert_eq!(query.filter.from.map(|from| from.to_string()).as_deref(), Some("2026-11-23T00:00:00.500Z"));
        assert_eq!(query.limit, 100);
    }

    #[test]
    fn every_mistake_is_named() {
        let cases = [
            ("stage=test", "stage"),
            ("stage=", "stage"),
            ("status=Failed", "status"),
            ("from=yesterday", "from"),
            ("from=2026-11-23", "from"),
            ("from=2026-11-23T00:00:00", "from"),
            ("from=2026-13-23T00:00:00Z", "from"),
            ("from=2026-11-23T00:00:00Z[UTC]", "from"),
            ("from=%2B002026-11-23T00:00:00Z", "from"),
            ("to=ääääääääääääää", "to"),
            ("from=2026-11-23T00:00:00Z&to=2026-11-23T00:00:00Z", "to"),
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=+5", "limit"),
            ("limit=", "limit"),
            ("limit=1&limit=2", "limit"),
            ("cursor=", "cursor"),
            ("sort=asc", "sort"),
        ];
        for (query, field) in cases {
            assert_eq!(check(query).expect_err(query), [field], "{query}");
        }
        assert_eq!(check(&format!("cursor={}", "x".repeat(513))).expect_err("too long"), ["cursor"]);
    }

    proptest! {
        #[test]
        fn any_query_is_read_or_refused(query in "(from|to|limit|stage|cursor|x)=.{0,40}(&.{0,40})?") {
            let _ = decode(&query);
        }

        #[test]
        fn a_time_that_is_taken_has_four_digits_of_year(year in "0000|1969|2026|9999", zone in "Z|[+-](00|23):59") {
            let moment = moment(&format!("{year}-12-31T23:59:59{zone}")).expect("a good time");
            prop_assert_eq!(moment.to_string().len(), 24);
        }

        #[test]
        fn any_text_is_a_time_or_refused(text in "[0-9TZtz:.+-]{0,45}|.{0,45}") {
            let _ = moment(&text);
        }
    }
}
