//! Where LocalStack is known to differ from AWS. The README of this crate says of each which side is right, and why.

/// One difference, of what a behaviour is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A queue's attributes may be set beyond their limits.
    AttributesUnbounded,
    /// A BatchWriteItem may name an item twice.
    BatchNamesItemTwice,
    /// A BatchWriteItem may have more than 25 items.
    BatchOfAnySize,
    /// DeleteTable tells of a table that is active.
    DeletedTableIsActive,
    /// A write that has nothing to show answers with an empty map of attributes instead of none.
    EmptyAttributes,
    /// A move of dead letters that has ended may be cancelled.
    FinishedMoveIsCancelled,
    /// A page that ends with the last item says that it is the last.
    LastPageIsKnown,
    /// A parameter that is not there is named without its first slash.
    MissingParameterIsRenamed,
    /// What a table expires by is refused with another code where there is no table.
    NoTableByAnotherCode,
    /// A number is given back as it was written, `1.10`, instead of as a number, `1.1`.
    NumberAsWritten,
    /// A failed entry of a batch is told to be the service's fault.
    SenderIsNotAtFault,
    /// A subject may have several lines.
    SubjectOfSeveralLines,
    /// A topic does not count its confirmed subscriptions.
    SubscriptionsUncounted,
    /// A transaction with the token of another one is carried out again.
    TransactionTokenIgnored,
}

impl Difference {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::AttributesUnbounded,
        Self::BatchNamesItemTwice,
        Self::BatchOfAnySize,
        Self::DeletedTableIsActive,
        Self::EmptyAttributes,
        Self::FinishedMoveIsCancelled,
        Self::LastPageIsKnown,
        Self::MissingParameterIsRenamed,
        Self::NoTableByAnotherCode,
        Self::NumberAsWritten,
        Self::SenderIsNotAtFault,
        Self::SubjectOfSeveralLines,
        Self::SubscriptionsUncounted,
        Self::TransactionTokenIgnored,
    ];

    /// What it is called in the README's table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AttributesUnbounded => "attributes unbounded",
            Self::BatchNamesItemTwice => "batch names an item twice",
            Self::BatchOfAnySize => "batch of any size",
            Self::DeletedTableIsActive => "deleted table is active",
            Self::EmptyAttributes => "empty attributes",
            Self::FinishedMoveIsCancelled => "finished move is cancelled",
            Self::LastPageIsKnown => "last page is known",
            Self::MissingParameterIsRenamed => "missing parameter is renamed",
            Self::NoTableByAnotherCode => "no table, by another code",
            Self::NumberAsWritten => "number as written",
            Self::SenderIsNotAtFault => "sender is not at fault",
            Self::SubjectOfSeveralLines => "subject of several lines",
            Self::SubscriptionsUncounted => "subscriptions uncounted",
            Self::TransactionTokenIgnored => "transaction token ignored",
        }
    }

    /// Whether it is of moto, which serves DynamoDB in the image that is built here. The registry's image has AWS's DynamoDB
    /// Local in its place, which is held to what AWS does.
    pub const fn is_motos(self) -> bool {
        match self {
            Self::BatchNamesItemTwice
            | Self::BatchOfAnySize
            | Self::DeletedTableIsActive
            | Self::EmptyAttributes
            | Self::LastPageIsKnown
            | Self::NoTableByAnotherCode
            | Self::NumberAsWritten
            | Self::TransactionTokenIgnored => true,
            Self::AttributesUnbounded
            | Self::FinishedMoveIsCancelled
            | Self::MissingParameterIsRenamed
            | Self::SenderIsNotAtFault
            | Self::SubjectOfSeveralLines
            | Self::SubscriptionsUncounted => false,
        }
    }
}

#[test]
fn each_stands_in_the_readme() {
    let readme = include_str!("../../../README.md");
    for difference in Difference::ALL {
        let row = readme.lines().find(|line| line.starts_with(&format!("| {} |", difference.name())));
        let whose = if difference.is_motos() { "moto's |" } else { "LocalStack's |" };
        assert!(row.is_some_and(|row| row.ends_with(whose)), "{difference:?}: {row:?}");
    }
}
