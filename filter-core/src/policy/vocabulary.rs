//! The closed vocabularies of conditions, for those who compile policies. No edge needs them.

use super::condition::{Proof, Word};
use crate::facts::{Provenance, TlsVersion};
use crate::fingerprint::{Category, Engine, Family, Platform};
use crate::request::{HttpVersion, RequestKind};
use crate::score::Class;
use crate::signals::infrastructure::NetworkKind;

/// One closed set of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the types' names")]
pub enum Vocabulary {
    Class,
    RequestKind,
    Provenance,
    HttpVersion,
    TlsVersion,
    Family,
    Engine,
    Platform,
    Category,
    NetworkKind,
    /// `verified`, `impostor` or `unverifiable`: what [`CrawlerProof`](crate::signals::infrastructure::CrawlerProof) comes to.
    Proof,
}

impl Vocabulary {
    /// Its words.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Vocabulary::Class => Class::NAMES,
            Vocabulary::RequestKind => RequestKind::NAMES,
            Vocabulary::Provenance => Provenance::NAMES,
            Vocabulary::HttpVersion => HttpVersion::NAMES,
            Vocabulary::TlsVersion => TlsVersion::NAMES,
            Vocabulary::Family => Family::NAMES,
            Vocabulary::Engine => Engine::NAMES,
            Vocabulary::Platform => Platform::NAMES,
            Vocabulary::Category => Category::NAMES,
            Vocabulary::NetworkKind => NetworkKind::NAMES,
            Vocabulary::Proof => Proof::NAMES,
        }
    }
}
