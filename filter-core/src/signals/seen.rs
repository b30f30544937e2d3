//! What a signal may look at: everything the stages before it made.

use super::infrastructure::Origin;
use crate::facts::Fact;
use crate::fingerprint::{Claim, Engine, Family, Fingerprint};
use crate::request::{HeaderName, Method, Request, RequestKind};
use crate::state::Memory;

/// The view every signal gets.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The request.
    pub request: &'a Request<'a>,
    /// Who made it, and with what.
    pub fingerprint: &'a Fingerprint<'a>,
    /// Which networks its address belongs to, and whether they prove its name.
    pub origin: &'a Origin<'a>,
    /// What is remembered of those who take part, this request counted; empty without memory.
    pub memory: &'a Memory<'a>,
    /// Milliseconds since the epoch.
    pub now: u64,
}

impl<'a> Seen<'a> {
    /// A header of the request.
    pub fn header(&self, name: HeaderName) -> Fact<&'a [u8]> {
        self.request.header(name)
    }

    /// The browser that is claimed, if the user agent names no automation beside it: a crawler with a browser's user agent
    /// is judged by its name, not by what browsers do.
    pub fn browser(&self) -> Option<&'a Claim<'a>> {
        let claim = &self.fingerprint.claim;
        (claim.is_browser() && self.fingerprint.named.is_none()).then_some(claim)
    }

    /// The Chromium major version that is claimed. On iOS every browser is WebKit.
    pub fn chromium(&self) -> Option<u32> {
        self.browser().filter(|claim| claim.engine == Engine::Chromium)?.engine_major
    }

    /// The Gecko major version that is claimed.
    pub fn gecko(&self) -> Option<u32> {
        self.browser().filter(|claim| claim.engine == Engine::Gecko)?.engine_major
    }

    /// The Safari or iOS major version that is claimed.
    pub fn webkit(&self) -> Option<u32> {
        self.browser().filter(|claim| claim.engine == Engine::WebKit)?.engine_major
    }

    /// A page is loaded, by GET.
    pub fn is_page_load(&self) -> bool {
        self.request.kind == RequestKind::Navigation && self.request.method == Method::Get
    }

    /// A worker's script is fetched: Chromium's browser process does that itself, with other headers in another order.
    pub fn is_for_worker(&self) -> bool {
        let dest = self.header(HeaderName::SecFetchDest);
        matches!(dest, Fact::Present(b"worker" | b"sharedworker" | b"serviceworker"))
    }

    /// The claimed program embeds pages in another app; its headers follow the app's wishes.
    pub fn is_embedded(&self) -> bool {
        let claim = &self.fingerprint.claim;
        claim.webview || matches!(claim.family, Family::IosWebView | Family::AndroidWebView)
    }
}
