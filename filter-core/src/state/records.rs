//! The records of one request, lent by whoever keeps them.

use super::{
    Account, Address, Alarm, Beside, Cells, Client, ClientDetail, Endpoint, LoginResult, Network, Shown, Site, Tool,
    Touched, Visit, Vouched,
};
use crate::facts::{Fact, Outcome};
use crate::fingerprint::credentials::Attempt;

/// Records to count a request in. Those that are `None` are not kept, and what needs them stays silent.
///
/// A host that lives long lends them from its [`Tables`](super::Tables); one that does not reads them with `from_bytes`,
/// lends them, and stores `to_bytes` of those that [`Touched::keys`] names.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "one of each kind")]
pub struct Records<'r> {
    pub client: Option<&'r mut Client>,
    pub detail: Option<&'r mut ClientDetail>,
    pub address: Option<&'r mut Address>,
    pub network: Option<&'r mut Network>,
    pub tool: Option<&'r mut Tool>,
    pub account: Option<&'r mut Account>,
    pub endpoint: Option<&'r mut Endpoint>,
    pub site: Option<&'r mut Site>,
    /// What other nodes say of the same keys: read, not counted in. Hosts take it from their tables.
    pub beside: Beside<'r>,
    /// Cells of rate limits.
    pub cells: Option<Cells<'r>>,
}

/// What is remembered about those who take part in a request, the request counted. `None`: not kept on this host, or not yet.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs, reason = "one of each kind")]
pub struct Memory<'r> {
    pub client: Option<&'r Client>,
    pub detail: Option<&'r ClientDetail>,
    pub address: Option<&'r Address>,
    pub network: Option<&'r Network>,
    pub tool: Option<&'r Tool>,
    pub account: Option<&'r Account>,
    pub endpoint: Option<&'r Endpoint>,
    pub site: Option<&'r Site>,
    /// The request as it was counted; `None` without any record.
    pub visit: Option<Visit>,
    /// Milliseconds since the client's last act, where this is one of the same session.
    pub pause: Option<u64>,
    /// Key of the network, 0 where nothing names one.
    pub network_key: u64,
    /// Key of the endpoint.
    pub endpoint_key: u64,
    /// Which records nobody can choose for himself.
    pub vouched: Vouched,
}

impl<'r> Records<'r> {
    /// Nothing is lent.
    pub fn is_empty(&self) -> bool {
        let Records { client, detail, address, network, tool, account, endpoint, site, beside: _, cells } = self;
        client.is_none()
            && detail.is_none()
            && address.is_none()
            && network.is_none()
            && tool.is_none()
            && account.is_none()
            && endpoint.is_none()
            && site.is_none()
            && cells.is_none()
    }

    /// Counts a request in every record, and gives them back to be read, put together with what other nodes counted. [`Engine::decide`](crate::engine::Engine::decide) does this.
    pub fn count(self, touched: &Touched) -> Memory<'r> {
        let Touched { keys, visit, vouched } = touched;
        let mut pause = None;
        // Whoever has no name has no record, whatever was lent.
        let client = self.client.filter(|_| keys.client != 0).map(|client| {
            pause = client.visit(visit);
            &*client
        });
        let nobody = Client::EMPTY;
        let (mut lesson, mut again) = (None, None);
        let is_crowded = self.address.as_ref().is_some_and(|address| address.is_crowded());
        let detail = self.detail.filter(|_| keys.client != 0).map(|detail| {
            let client = client.unwrap_or(&nobody);
            let is_usual = client.is_usual(visit);
            lesson = detail.visit(visit, keys, client, pause).filter(|_| is_usual && detail.is_new());
            let teaches =
                is_usual && visit.is_act() && !visit.is_foreign && !is_crowded && detail.teaches(keys.endpoint);
            again = detail.is_again(keys.endpoint).filter(|_| teaches);
            &*detail
        });
        let own = Memory {
            client,
            detail,
            address: self.address.filter(|_| keys.address != 0).map(|record| {
                record.visit(visit, keys);
                &*record
            }),
            network: self.network.filter(|_| keys.network != 0).map(|record| {
                record.visit(visit, keys);
                &*record
            }),
            tool: self.tool.map(|record| {
                record.visit(visit, keys);
                &*record
            }),
            account: self.account.filter(|_| keys.account != 0).map(|record| {
                record.visit(visit, keys);
                &*record
            }),
            endpoint: self.endpoint.map(|record| {
                record.visit(visit, keys, pause, again);
                &*record
            }),
            site: self.site.map(|record| {
                record.visit(visit, keys, client, lesson);
                &*record
            }),
            visit: Some(*visit),
            pause,
            vouched: *vouched,
            network_key: keys.network,
            endpoint_key: keys.endpoint,
        };
        self.beside.join(own, keys)
    }

    /// Counts the answer, the score that the request had, and what came of its login or of what it tried.
    /// [`Engine::settle`](crate::engine::Engine::settle) does this. Gives what is to be told of the account.
    pub fn settle(
        mut self,
        touched: &Touched,
        score: u8,
        outcome: &Outcome<'_>,
        result: Option<LoginResult>,
        now: u64,
    ) -> Option<Alarm> {
        let visit = &touched.visit;
        let alarm = match (result, visit.attempt) {
            (Some(result), Some(attempt)) => self.settle_login(touched, &attempt, result),
            (Some(result), None) => {
                self.settle_try(visit, touched.keys.endpoint, result);
                None
            }
            (None, _) => None,
        };
        let mut shown = Shown::default();
        if outcome.header(b"set-cookie").is_present() {
            shown.set(Shown::COOKIE_GIVEN);
        }
        if outcome.header(b"etag").is_present() || outcome.header(b"last-modified").is_present() {
            shown.set(Shown::VALIDATOR_GIVEN);
        }
        let (status, size) = (outcome.status.present(), outcome.size.present());
        if let Some(client) = self.client {
            client.settle(shown, score, status);
        }
        let Some(status) = status else { return alarm };
        if let Some(detail) = self.detail {
            detail.settle(visit, status, size.unwrap_or(0));
        }
        if let Some(record) = self.address {
            record.settle(status);
        }
        if let Some(record) = self.network {
            record.settle(status);
        }
        if let Some(record) = self.tool {
            record.settle(status);
        }
        if let Some(record) = self.endpoint {
            let took = match outcome.took {
                Fact::Present(took) => Some(took),
                Fact::Unknown => now.checked_sub(visit.at),
                Fact::Absent => None,
            };
            record.settle(visit, status, size, took);
        }
        if let Some(record) = self.site {
            record.settle(status);
        }
        alarm
    }

    fn settle_try(&mut self, visit: &Visit, endpoint_key: u64, result: LoginResult) {
        let (Some(client), Some(endpoint)) = (&mut self.client, &mut self.endpoint) else { return };
        // Another site's page could have a visitor refused as often as it likes.
        if visit.is_foreign {
            return;
        }
        if let Some(unlike) = endpoint.doubt(result) {
            client.settle_try(result, unlike);
        }
        let is_crowded = self.address.as_ref().is_some_and(|address| address.is_crowded());
        let teaches = self.detail.as_ref().is_some_and(|detail| detail.teaches(endpoint_key));
        if client.is_usual(visit) && teaches && !is_crowded {
            endpoint.settle_try(result);
        }
    }

    fn settle_login(&mut self, touched: &Touched, attempt: &Attempt, result: LoginResult) -> Option<Alarm> {
        let Touched { keys, visit, .. } = touched;
        if let Some(record) = &mut self.detail {
            record.logins.add(result, attempt.account);
        }
        if let Some(record) = &mut self.address {
            record.logins.add(result, attempt.account);
        }
        if let Some(record) = &mut self.network {
            record.logins.add(visit.at, result, attempt.account);
        }
        if let Some(record) = &mut self.tool {
            record.logins.add(visit.at, result, attempt.account);
        }
        if let Some(record) = &mut self.site {
            record.settle_login(visit, attempt, result);
        }
        self.account.as_mut().and_then(|record| record.settle(visit, keys, result))
    }
}
