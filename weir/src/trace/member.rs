//! Optional members: missing is unknown, `null` is absent.

use filter_core::facts::Fact;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(super) fn deserialize<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Fact<T>, D::Error> {
    Ok(Option::<T>::deserialize(from)?.map_or(Fact::Absent, Fact::Present))
}

pub(super) fn serialize<S: Serializer, T: Serialize>(fact: &Fact<T>, to: S) -> Result<S::Ok, S::Error> {
    match fact {
        Fact::Present(value) => value.serialize(to),
        Fact::Absent | Fact::Unknown => to.serialize_none(),
    }
}

pub(super) fn is_unknown<T>(fact: &Fact<T>) -> bool {
    matches!(fact, Fact::Unknown)
}

/// The same knowledge about what is inside.
pub(super) fn lend<T>(fact: &Fact<T>) -> Fact<&T> {
    match fact {
        Fact::Unknown => Fact::Unknown,
        Fact::Absent => Fact::Absent,
        Fact::Present(value) => Fact::Present(value),
    }
}
