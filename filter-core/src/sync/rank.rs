//! Which records others need most: evidence before volume.

use crate::state::sketches::{Rates, Scale};
use crate::state::{Account, Address, Client, ClientDetail, Endpoint, Kind, Network, Site, Tool};

/// A kind of record as snapshots have it.
pub(super) trait Shared: Kind {
    /// Its number in the wire form.
    const NUMBER: usize;
    /// Hundredths of a snapshot's bytes that it may take.
    const SHARE: usize;
    /// How much others need it; the greatest are taken.
    fn rank(&self, now: u64) -> u32;
}

/// What came in the last hours, and failures eight times: a failed login says more than a page.
fn volume(rates: &Rates, failures: u32, now: u64) -> u32 {
    rates.count(Scale::Hours, now).saturating_add(failures.saturating_mul(8))
}

macro_rules! shared {
    ($($number:literal $record:ident $share:literal: |$one:ident, $now:ident| $rank:expr;)*) => {
        /// Kinds, and places in the wire form.
        pub(super) const KINDS: usize = [$($number),*].len();
        const _: () = assert!(0 $(+ $share)* == 100);

        $(impl Shared for $record {
            const NUMBER: usize = $number;
            const SHARE: usize = $share;

            fn rank(&self, $now: u64) -> u32 {
                let $one = self;
                $rank
            }
        })*
    };
}

shared! {
    0 Client 28: |client, now| {
        let suspicion = u32::from(client.score).saturating_mul(4);
        client.rates.count(Scale::Hours, now).saturating_add(suspicion)
    };
    // Goes with its client.
    1 ClientDetail 18: |_detail, _now| 0;
    // Many clients, tools or accounts at one address: an office, or somebody who changes names.
    2 Address 20: |address, now| {
        let logins = address.logins.counts();
        let names = address.tools.count().saturating_add(logins.accounts);
        volume(&address.rates, logins.failed, now).saturating_add(names.saturating_mul(4))
    };
    3 Network 8: |network, now| volume(&network.rates, network.logins.counts(now).failed, now);
    4 Tool 8: |tool, now| volume(&tool.rates, tool.logins.counts(now).failed, now);
    // From how many addresses: that is how an account is attacked without one of them failing often.
    5 Account 12: |account, now| {
        let addresses = account.addresses.count().saturating_mul(4);
        volume(&account.rates, account.failures.count(Scale::Hours, now), now).saturating_add(addresses)
    };
    6 Endpoint 4: |endpoint, now| volume(&endpoint.rates, endpoint.failures.count(Scale::Hours, now), now);
    7 Site 2: |site, now| volume(&site.rates, site.logins.counts(now).failed, now);
}
