//! `multipart/form-data` (RFC 7578).

use super::fields::Picker;
use crate::bytes::{find, find_ignore_case};
use crate::scan::{Coding, Value};

/// Parts looked at.
const PARTS: usize = 64;

/// Bytes of a boundary (RFC 2046, 5.1.1), with the dashes and the line end before it.
const BOUNDARY: usize = 74;

pub(super) fn read(body: &[u8], boundary: &[u8], picker: &mut Picker<'_>) {
    let mut delimiter = [0u8; BOUNDARY];
    let length = boundary.len().saturating_add(4);
    let Some(slot) = delimiter.get_mut(..length).filter(|_| !boundary.is_empty()) else { return };
    let text = b"\r\n--".iter().chain(boundary);
    slot.iter_mut().zip(text).for_each(|(slot, byte)| *slot = *byte);
    let (delimiter, dashes) =
        (delimiter.get(..length).unwrap_or_default(), delimiter.get(2..length).unwrap_or_default());
    let Some(start) = find(body, dashes) else { return };
    let mut rest = body.get(start.saturating_add(dashes.len())..).unwrap_or_default();
    for _ in 0..PARTS {
        // A part that the limit cuts through has no end.
        let Some(end) = find(rest, delimiter) else { return };
        read_part(rest.get(..end).unwrap_or_default(), picker);
        rest = rest.get(end.saturating_add(delimiter.len())..).unwrap_or_default();
    }
}

fn read_part(part: &[u8], picker: &mut Picker<'_>) {
    let Some(end) = find(part, b"\r\n\r\n") else { return };
    let (head, value) = (part.get(..end).unwrap_or_default(), part.get(end.saturating_add(4)..).unwrap_or_default());
    for line in head.split(|byte| *byte == b'\n') {
        if find_ignore_case(line, b"content-disposition:") != Some(0) {
            continue;
        }
        // Not `filename`.
        let Some(at) = [&b" name="[..], b";name="].iter().find_map(|text| find_ignore_case(line, text)) else {
            continue;
        };
        let name = line.get(at.saturating_add(6)..).unwrap_or_default().trim_ascii();
        let name = match name.strip_prefix(b"\"") {
            Some(quoted) => quoted.split(|byte| *byte == b'"').next(),
            None => name.split(|byte| matches!(byte, b';' | b' ')).next(),
        };
        picker.offer(&Value { path: &[], name: name.unwrap_or_default(), raw: value, coding: Coding::Plain });
    }
}
