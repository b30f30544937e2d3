//! A buffer for what must not stay in memory.

use zeroize::Zeroize;

/// Bytes kept of a name or password. Login names have at most 254 as e-mail addresses (RFC 5321, errata 1690).
const LENGTH: usize = 256;

/// Holds a decoded name or password, and is zeroed when it goes. Never moved once it holds something: a move would leave a copy.
pub(super) struct Secret {
    bytes: [u8; LENGTH],
    length: usize,
    /// More came than there is room for.
    is_cut: bool,
}

impl Secret {
    pub(super) const fn new() -> Self {
        Secret { bytes: [0; LENGTH], length: 0, is_cut: false }
    }

    /// Begins anew.
    pub(super) fn clear(&mut self) {
        self.bytes.zeroize();
        (self.length, self.is_cut) = (0, false);
    }

    pub(super) fn push(&mut self, byte: u8) {
        match self.bytes.get_mut(self.length) {
            Some(slot) => {
                *slot = byte;
                self.length = self.length.saturating_add(1);
            }
            None => self.is_cut = true,
        }
    }

    /// What is held; of something longer its beginning.
    pub(super) fn start(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// What is held; nothing where it was too long.
    pub(super) fn whole(&self) -> Option<&[u8]> {
        (!self.is_cut).then(|| self.start())
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}
