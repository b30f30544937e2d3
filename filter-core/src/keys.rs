//! Keys made from the tenant's secret, one for each use.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use siphasher::sip::SipHasher24;

/// What stands in the place of a host's secret while golden tests run. Everybody knows it, so no host is given it.
pub const TEST_SECRET: &[u8] = b"weir-golden-tests-1";

/// The same at a desk without settings, where bundles that tag need one.
pub const DESK_SECRET: &[u8] = b"weir at a desk: nobody's secret";

/// Every key a host needs. Each is HMAC-SHA256 of its purpose's name under the secret, so that one can be handed out (the
/// tag key to an origin) without giving the others away.
#[derive(Clone)]
pub struct Keys {
    ids: SipHasher24,
    credentials: SipHasher24,
    receipts: SipHasher24,
    tag: Hmac<Sha256>,
}

impl Keys {
    /// Derives the keys from the secret's bytes.
    pub fn derive(secret: &[u8]) -> Self {
        Keys {
            ids: sip(&subkey(secret, b"weir-ids-1")),
            credentials: sip(&subkey(secret, b"weir-credentials-1")),
            receipts: sip(&subkey(secret, b"weir-receipts-1")),
            tag: mac(&subkey(secret, b"weir-tag-1")),
        }
    }

    /// A hasher for ids; 64 bits.
    pub(crate) fn ids(&self) -> SipHasher24 {
        self.ids
    }

    /// Tells this secret from others without giving anything of it away.
    pub(crate) fn seed(&self) -> u64 {
        use core::hash::Hasher;
        let mut hasher = self.ids;
        hasher.write(b"weir-seed-1");
        hasher.finish()
    }

    /// A hasher for login names and passwords.
    pub(crate) fn credentials(&self) -> SipHasher24 {
        self.credentials
    }

    /// A hasher for receipts.
    pub(crate) fn receipts(&self) -> SipHasher24 {
        self.receipts
    }

    /// A started signature.
    pub(crate) fn tag(&self) -> Hmac<Sha256> {
        self.tag.clone()
    }
}

impl core::fmt::Debug for Keys {
    /// Says nothing of the keys.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Keys(..)")
    }
}

fn subkey(secret: &[u8], purpose: &[u8]) -> [u8; 32] {
    mac(secret).chain_update(purpose).finalize().into_bytes().into()
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    // RFC 2104: a key longer than the block is hashed, a shorter one padded; no length is refused.
    let mut block = [0u8; 64];
    if key.len() > block.len() {
        use sha2::Digest;
        let digest = Sha256::digest(key);
        block.iter_mut().zip(digest.iter()).for_each(|(slot, byte)| *slot = *byte);
    } else {
        block.iter_mut().zip(key).for_each(|(slot, byte)| *slot = *byte);
    }
    Hmac::new(&block.into())
}

fn sip(key: &[u8; 32]) -> SipHasher24 {
    let mut half = [0u8; 16];
    half.iter_mut().zip(key).for_each(|(slot, byte)| *slot = *byte);
    SipHasher24::new_with_key(&half)
}
