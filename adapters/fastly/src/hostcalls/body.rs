//! Bodies read and written whole: only those that are known to be small.

use fastly_sys::fastly_http_body as sys;

use super::{Answer, done};

/// Bytes read at once.
const PART: usize = 64 << 10;

/// Reads a body to its end and closes it; `None`: it has more than `most` bytes.
pub(crate) fn read(handle: u32, most: usize) -> Answer<Option<Vec<u8>>> {
    let mut content = Vec::new();
    let mut length = 0usize;
    loop {
        content.resize(length.saturating_add(PART), 0);
        let rest = content.get_mut(length..).unwrap_or_default();
        let mut read = 0usize;
        // SAFETY: the host writes into `rest`.
        let status = unsafe { sys::read(handle, rest.as_mut_ptr(), rest.len(), &mut read) };
        length = length.saturating_add(read);
        if status.is_err() || read == 0 || length > most {
            content.truncate(length);
            // SAFETY: the handle is ours. What a refusal would mean here, nobody could act on.
            let _ = unsafe { sys::close(handle) };
            return done(status).map(|()| (length <= most).then_some(content));
        }
    }
}

/// A body of these bytes.
pub(crate) fn of(content: &[u8]) -> Answer<u32> {
    let mut handle = u32::MAX;
    // SAFETY: the place lives as long as the call.
    done(unsafe { sys::new(&mut handle) })?;
    let mut rest = content;
    while !rest.is_empty() {
        let mut written = 0usize;
        // SAFETY: the rest lives as long as the call.
        done(unsafe {
            sys::write(handle, rest.as_ptr(), rest.len(), fastly_shared::BodyWriteEnd::Back, &mut written)
        })?;
        rest = rest.get(written.max(1)..).unwrap_or_default();
    }
    Ok(handle)
}
