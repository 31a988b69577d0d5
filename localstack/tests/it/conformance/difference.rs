//! Where LocalStack is known to differ from AWS. The README of this crate says of each which side is right, and why.

/// One difference, of what a behaviour is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A BatchWriteItem may name an item twice.
    BatchNamesItemTwice,
    /// A BatchWriteItem may have more than 25 items.
    BatchOfAnySize,
    /// A write that has nothing to show answers with an empty map of attributes instead of none.
    EmptyAttributes,
    /// A page that ends with the last item says that it is the last.
    LastPageIsKnown,
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
    pub const ALL: [Self; 9] = [
        Self::BatchNamesItemTwice,
        Self::BatchOfAnySize,
        Self::EmptyAttributes,
        Self::LastPageIsKnown,
        Self::NumberAsWritten,
        Self::SenderIsNotAtFault,
        Self::SubjectOfSeveralLines,
        Self::SubscriptionsUncounted,
        Self::TransactionTokenIgnored,
    ];

    /// What it is called in the README's table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BatchNamesItemTwice => "batch names an item twice",
            Self::BatchOfAnySize => "batch of any size",
            Self::EmptyAttributes => "empty attributes",
            Self::LastPageIsKnown => "last page is known",
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
            | Self::EmptyAttributes
            | Self::LastPageIsKnown
            | Self::NumberAsWritten
            | Self::TransactionTokenIgnored => true,
            Self::SenderIsNotAtFault | Self::SubjectOfSeveralLines | Self::SubscriptionsUncounted => false,
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
