//! HTTP/2 heads out of a stream, and the fingerprint of what a client sends before its first request.
//!
//! The fingerprint is `settings|window|priority|pseudo`: `1:65536;2:0|15663105|0|m,a,s,p`. Settings and PRIORITY frames as
//! sent (`stream:exclusive:parent:weight`), `00` without a WINDOW_UPDATE of the connection, `0` without PRIORITY.

use std::fmt::Write;

use super::head::{HEAD, Head};
use super::hpack::Decoder;

/// What a client says first (RFC 9113, 3.4).
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Settings and PRIORITY frames that are written down: the longest list seen in real clients has 9 and 6.
const ITEMS: usize = 32;
/// Bytes of a frame that is read. hyper refuses frames past 16 KiB, which is what clients may send unasked.
const FRAME: usize = 16 * 1024;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const SETTINGS: u8 = 4;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

const ACK: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;
const HAS_PRIORITY: u8 = 0x20;

/// Where in the stream we are.
#[derive(Debug, Default)]
pub(super) struct Http2 {
    /// How much of the preface was read.
    preface: usize,
    /// Frame header and payload so far; a payload that is not needed is passed over.
    frame: Vec<u8>,
    skip: usize,
    block: Vec<u8>,
    /// The stream whose block is not whole yet.
    open: Option<u32>,
    last_stream: u32,
    decoder: Decoder,
    fingerprint: Fingerprint,
}

#[derive(Debug, Default)]
struct Fingerprint {
    settings: Vec<(u16, u32)>,
    window: Option<u32>,
    priorities: Vec<(u32, bool, u32, u16)>,
}

/// What was found.
pub(super) enum Found {
    /// Before the first head, once.
    Fingerprint(String),
    /// A request.
    Head(Head),
}

impl Http2 {
    /// Takes the next bytes of the stream and hands on what ends in them. `None`: the stream cannot be followed.
    pub(super) fn feed(&mut self, mut bytes: &[u8], mut found: impl FnMut(Found)) -> Option<()> {
        let preface = PREFACE.get(self.preface..).unwrap_or_default();
        let (start, rest) = bytes.split_at_checked(preface.len()).unwrap_or((bytes, &[]));
        if !preface.starts_with(start) {
            return None;
        }
        self.preface = self.preface.saturating_add(start.len());
        bytes = rest;
        while !bytes.is_empty() {
            let skipped = self.skip.min(bytes.len());
            self.skip = self.skip.saturating_sub(skipped);
            bytes = bytes.get(skipped..).unwrap_or_default();
            let wanted = self.wanted().saturating_sub(self.frame.len());
            let (taken, rest) = bytes.split_at_checked(wanted).unwrap_or((bytes, &[]));
            self.frame.extend_from_slice(taken);
            bytes = rest;
            if self.wanted() > FRAME.saturating_add(9) {
                return None;
            }
            // A frame of no payload is whole with its header.
            while self.frame.len() >= 9 && self.skip == 0 && self.frame.len() >= self.wanted() {
                let frame = std::mem::take(&mut self.frame);
                self.frame(&frame, &mut found)?;
                self.frame = frame;
                self.frame.clear();
            }
        }
        Some(())
    }

    /// Bytes until the next thing to do: a frame's header, then its payload where that is read.
    fn wanted(&self) -> usize {
        let Some([a, b, c, kind, ..]) = self.frame.get(..9) else { return 9 };
        match is_read(*kind) {
            true => usize::from(*a).wrapping_shl(16) | usize::from(*b).wrapping_shl(8) | usize::from(*c),
            false => 0,
        }
        .saturating_add(9)
    }

    fn frame(&mut self, frame: &[u8], found: &mut impl FnMut(Found)) -> Option<()> {
        let (header, payload) = frame.split_at_checked(9)?;
        let [a, b, c, kind, flags, rest @ ..] = header else { return None };
        let length = usize::from(*a).wrapping_shl(16) | usize::from(*b).wrapping_shl(8) | usize::from(*c);
        let stream = u32::from_be_bytes(rest.try_into().ok()?) & 0x7fff_ffff;
        if self.open.is_some_and(|open| *kind != CONTINUATION || open != stream) {
            return None;
        }
        let is_first = self.last_stream == 0;
        match *kind {
            HEADERS => {
                self.block.clear();
                self.block.extend_from_slice(fragment(payload, *flags)?);
                self.block_part(stream, *flags, found)
            }
            CONTINUATION => {
                self.open?;
                self.block.extend_from_slice(payload);
                self.block_part(stream, *flags, found)
            }
            SETTINGS if is_first && flags & ACK == 0 => self.fingerprint.settings(payload),
            WINDOW_UPDATE if is_first && stream == 0 => {
                let size = u32::from_be_bytes(payload.try_into().ok()?) & 0x7fff_ffff;
                self.fingerprint.window.get_or_insert(size);
                Some(())
            }
            PRIORITY if is_first => self.fingerprint.priority(stream, payload),
            kind => {
                self.skip = if is_read(kind) { 0 } else { length };
                Some(())
            }
        }
    }

    fn block_part(&mut self, stream: u32, flags: u8, found: &mut impl FnMut(Found)) -> Option<()> {
        if self.block.len() > HEAD {
            return None;
        }
        self.open = (flags & END_HEADERS == 0).then_some(stream);
        if self.open.is_some() {
            return Some(());
        }
        let mut head = Head::default();
        self.decoder.read(&self.block, HEAD, |name, value| head.push_field(name, value))?;
        // Trailers come on a stream that was there before.
        if stream <= self.last_stream {
            return Some(());
        }
        if self.last_stream == 0 {
            found(Found::Fingerprint(self.fingerprint.text(head.pseudo_order())));
        }
        self.last_stream = stream;
        if !head.is_oversized() {
            found(Found::Head(head));
        }
        Some(())
    }
}

fn is_read(kind: u8) -> bool {
    kind != DATA && kind <= CONTINUATION
}

/// A HEADERS payload without padding and priority.
fn fragment(payload: &[u8], flags: u8) -> Option<&[u8]> {
    let mut rest = payload;
    let mut padding = 0;
    if flags & PADDED != 0 {
        let (first, after) = rest.split_first()?;
        (padding, rest) = (usize::from(*first), after);
    }
    if flags & HAS_PRIORITY != 0 {
        rest = rest.get(5..)?;
    }
    rest.get(..rest.len().checked_sub(padding)?)
}

impl Fingerprint {
    fn settings(&mut self, payload: &[u8]) -> Option<()> {
        for item in payload.chunks_exact(6) {
            let (id, value) = item.split_at_checked(2)?;
            if self.settings.len() < ITEMS {
                let id = u16::from_be_bytes(id.try_into().ok()?);
                self.settings.push((id, u32::from_be_bytes(value.try_into().ok()?)));
            }
        }
        Some(())
    }

    fn priority(&mut self, stream: u32, payload: &[u8]) -> Option<()> {
        let (parent, weight) = payload.split_at_checked(4)?;
        let parent = u32::from_be_bytes(parent.try_into().ok()?);
        let weight = u16::from(*weight.first()?).saturating_add(1);
        if self.priorities.len() < ITEMS {
            self.priorities.push((stream, parent & 0x8000_0000 != 0, parent & 0x7fff_ffff, weight));
        }
        Some(())
    }

    fn text(&self, pseudo: &[u8]) -> String {
        let settings: Vec<_> = self.settings.iter().map(|(id, value)| format!("{id}:{value}")).collect();
        let mut text = settings.join(";");
        // Writing to a string does not fail.
        let _ = match self.window {
            Some(size) => write!(text, "|{size}|"),
            None => write!(text, "|00|"),
        };
        let line = |(stream, exclusive, parent, weight): &(u32, bool, u32, u16)| {
            format!("{stream}:{}:{parent}:{weight}", u8::from(*exclusive))
        };
        let priorities: Vec<_> = self.priorities.iter().map(line).collect();
        text.push_str(if priorities.is_empty() { "0" } else { "" });
        text.push_str(&priorities.join(","));
        text.push('|');
        let letters: Vec<_> = pseudo.iter().map(|letter| char::from(*letter).to_string()).collect();
        text.push_str(&letters.join(","));
        text
    }
}

#[cfg(test)]
#[path = "http2_tests.rs"]
mod tests;
