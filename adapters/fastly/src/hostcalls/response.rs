//! Answers: the origin's as they pass, and our own.

use core::ops::Range;

use fastly_shared::BodyWriteEnd;
use fastly_sys::fastly_http_body as body;
use fastly_sys::fastly_http_resp as sys;

use super::{Answer, Arena, done};

/// An answer and its body, held by the host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Response {
    pub(crate) head: u32,
    pub(crate) body: u32,
}

impl Response {
    /// An answer of our own.
    pub(crate) fn make<'h>(
        status: u16,
        headers: impl Iterator<Item = (&'h str, &'h str)>,
        content: &[u8],
    ) -> Answer<Self> {
        let mut response = Response { head: u32::MAX, body: u32::MAX };
        // SAFETY: the places live as long as the calls.
        unsafe {
            done(sys::new(&mut response.head))?;
            done(body::new(&mut response.body))?;
            done(sys::status_set(response.head, status))?;
        }
        for (name, value) in headers {
            // SAFETY: name and value live as long as the call.
            let status =
                unsafe { sys::header_append(response.head, name.as_ptr(), name.len(), value.as_ptr(), value.len()) };
            done(status)?;
        }
        let mut rest = content;
        while !rest.is_empty() {
            let mut written = 0usize;
            // SAFETY: the rest lives as long as the call.
            done(unsafe { body::write(response.body, rest.as_ptr(), rest.len(), BodyWriteEnd::Back, &mut written) })?;
            rest = rest.get(written.max(1)..).unwrap_or_default();
        }
        Ok(response)
    }

    pub(crate) fn status(self) -> Answer<u16> {
        let mut status = 0;
        // SAFETY: the place lives as long as the call.
        done(unsafe { sys::status_get(self.head, &mut status) })?;
        Ok(status)
    }

    /// A header's first value; refused where there is none.
    pub(crate) fn header(self, name: &str, to: &mut Arena) -> Answer<Range<usize>> {
        // SAFETY: the host writes into the room that the arena offers.
        to.fill(|at, room, written| unsafe {
            sys::header_value_get(self.head, name.as_ptr(), name.len(), at, room, written)
        })
    }

    /// To the client; the body goes on without us.
    pub(crate) fn send(self) -> Answer<()> {
        // SAFETY: the host closes both handles.
        done(unsafe { sys::send_downstream(self.head, self.body, 0) })
    }
}
