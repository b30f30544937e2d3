//! `application/x-www-form-urlencoded`: `name=value&name=value` (WHATWG URL, 5.1).

use zeroize::Zeroizing;

use super::fields::Picker;
use crate::scan::{Coding, NAME, Value, decode_into};

/// Fields looked at. Login forms have fewer than ten; ASP.NET's carry some dozens.
const FIELDS: usize = 256;

pub(super) fn read(body: &[u8], is_cut: bool, picker: &mut Picker<'_>) {
    let mut pairs = body.split(|byte| *byte == b'&').take(FIELDS).peekable();
    while let Some(pair) = pairs.next() {
        if is_cut && pairs.peek().is_none() {
            return;
        }
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        let (Some(name), Some(value)) = (parts.next(), parts.next()) else { continue };
        let mut buffer = Zeroizing::new([0u8; NAME]);
        let Some(length) = decode_into(name.trim_ascii(), Coding::Form, buffer.as_mut_slice()) else { continue };
        let name = buffer.get(..length).unwrap_or_default();
        let raw = if pairs.peek().is_none() { value.trim_ascii_end() } else { value };
        picker.offer(&Value { path: &[], name, raw, coding: Coding::Form });
    }
}
