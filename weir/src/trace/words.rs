//! The words of a trace and what they mean. A wrong one is refused with the list of right ones.

use filter_core::facts::{HeaderOrder, Ja4By, Provenance, TlsVersion};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that a trace writes as one of a few words.
pub(super) trait Word: Copy + PartialEq + Sized + 'static {
    const WORDS: &'static [(&'static str, Self)];
}

impl Word for HeaderOrder {
    const WORDS: &'static [(&'static str, Self)] =
        &[("kept", HeaderOrder::Kept), ("lost", HeaderOrder::Lost), ("original", HeaderOrder::Original)];
}

impl Word for Ja4By {
    const WORDS: &'static [(&'static str, Self)] = &[("spec", Ja4By::Spec), ("envoy", Ja4By::Envoy)];
}

impl Word for Provenance {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("peer", Provenance::Peer),
        ("hop", Provenance::Hop),
        ("cdn", Provenance::Cdn),
        ("unverified", Provenance::Unverified),
    ];
}

impl Word for TlsVersion {
    const WORDS: &'static [(&'static str, Self)] =
        &[("1.3", TlsVersion::V1_3), ("1.2", TlsVersion::V1_2), ("1.1", TlsVersion::V1_1), ("1.0", TlsVersion::V1_0)];
}

/// A word on its way in or out.
#[derive(Clone, Copy)]
pub(super) struct Spelled<W>(pub(super) W);

impl<'de, W: Word> Deserialize<'de> for Spelled<W> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        W::WORDS.iter().find(|(word, _)| *word == text).map(|(_, value)| Spelled(*value)).ok_or_else(|| {
            let words: Vec<_> = W::WORDS.iter().map(|(word, _)| format!("`{word}`")).collect();
            D::Error::custom(format_args!("`{}` is not one of {}", text.escape_debug(), words.join(", ")))
        })
    }
}

impl<W: Word> Serialize for Spelled<W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let word = W::WORDS.iter().find(|(_, value)| *value == self.0).map_or("", |(word, _)| word);
        serializer.serialize_str(word)
    }
}
