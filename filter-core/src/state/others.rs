//! What other nodes say of the same keys, kept apart from what this node saw itself.

use super::{
    Account, Address, Client, ClientDetail, Endpoint, Kind, Limits, Memory, Network, RecordKeys, Site, Tables, Tool,
};

/// Records as other nodes counted them, all nodes as one. They are read beside this node's own, never written to by a request, and thrown
/// away whole when newer ones come: whatever is delivered twice is counted once.
pub(super) struct Others {
    pub(super) tables: Tables,
    view: View,
}

impl Others {
    /// Room for a part of what a node with these limits holds itself.
    pub(super) fn new(limits: &Limits) -> Self {
        Others { tables: Tables::new(&limits.of_others()), view: View::default() }
    }

    /// Lends what others say, and room to put it together.
    pub(super) fn lend(&mut self) -> Beside<'_> {
        Beside(Some((&self.tables, &mut self.view)))
    }
}

/// One record of each kind, to put both together in: nothing is allocated a request.
#[derive(Debug, Default)]
struct View {
    client: Client,
    detail: ClientDetail,
    address: Address,
    network: Network,
    tool: Tool,
    account: Account,
    endpoint: Endpoint,
    site: Site,
}

/// Other nodes' records, to be read beside those lent.
#[derive(Debug, Default)]
pub struct Beside<'r>(Option<(&'r Tables, &'r mut View)>);

impl<'r> Beside<'r> {
    /// What is remembered here and elsewhere. Of the client's steps and the site's present minute only this node's own is known.
    pub(super) fn join(self, own: Memory<'r>, keys: &RecordKeys) -> Memory<'r> {
        let Some((theirs, view)) = self.0 else { return own };
        Memory {
            client: both(own.client, theirs, keys.client, &mut view.client),
            detail: both(own.detail, theirs, keys.client, &mut view.detail),
            address: both(own.address, theirs, keys.address, &mut view.address),
            network: both(own.network, theirs, keys.network, &mut view.network),
            tool: both(own.tool, theirs, keys.tool, &mut view.tool),
            account: both(own.account, theirs, keys.account, &mut view.account),
            endpoint: both(own.endpoint, theirs, keys.endpoint, &mut view.endpoint),
            site: both(own.site, theirs, keys.site, &mut view.site),
            ..own
        }
    }

    /// Whether others know a client well.
    pub(super) fn has_details(&self, client: u64) -> bool {
        self.0.as_ref().is_some_and(|(theirs, _)| ClientDetail::table(theirs).get(client).is_some())
    }
}

fn both<'r, R: Kind>(own: Option<&'r R>, theirs: &'r Tables, key: u64, room: &'r mut R) -> Option<&'r R> {
    let theirs = R::table(theirs).get(key);
    match (own, theirs) {
        (Some(own), Some(theirs)) => {
            *room = *own;
            room.merge(theirs);
            Some(room)
        }
        (own, theirs) => own.or(theirs),
    }
}
