//! A bundle in its compact form, for hosts that load often or may not stop for long.

use std::fmt;

use filter_core::policy::compact;

use super::Opened;

/// The first line as it stands, and after it the compact form of what the second says: as bytes, or in base64 where only text can
/// travel.
///
/// # Errors
/// Where the first line vouches for no compact form.
pub fn pack(bundle: &Opened, is_text: bool) -> Result<Vec<u8>, NotVouched> {
    // Which form it names, and that it is this content's, was looked at when it was opened.
    bundle.manifest.bincode.as_ref().ok_or(NotVouched)?;
    let form = compact::write(&bundle.content).ok_or(NotVouched)?;
    let first = bundle.text.split_once('\n').map_or(bundle.text.as_str(), |(first, _)| first).trim_end();
    let mut bytes = [first.as_bytes(), b"\n"].concat();
    if is_text {
        bytes.extend_from_slice(compact::text(&form).as_bytes());
        bytes.push(b'\n');
    } else {
        bytes.extend_from_slice(&form);
    }
    Ok(bytes)
}

/// No host would take its compact form.
#[derive(Debug)]
pub struct NotVouched;

impl fmt::Display for NotVouched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("its first line names no compact form; build it again with `weir build`")
    }
}

impl std::error::Error for NotVouched {}

#[cfg(test)]
mod tests {
    use filter_core::policy::Bundle;
    use filter_core::policy::wire::Manifest;

    use super::*;
    use crate::bundle::open;

    #[test]
    fn the_default_bundle_is_the_same_packed() {
        let opened = open(crate::desk::DEFAULT).unwrap();
        let expected = Bundle::parse(crate::desk::DEFAULT).unwrap();
        for is_text in [false, true] {
            let packed = Bundle::parse(&pack(&opened, is_text).unwrap()).unwrap();
            assert_eq!(format!("{packed:?}"), format!("{expected:?}"));
        }
    }

    #[test]
    fn what_no_host_would_take_is_not_packed() {
        let line = r#"{"otherwise":"allow"}"#;
        let text = format!("{}\n{line}\n", serde_json::to_string(&Manifest::of(line, 1)).unwrap());
        let refused = pack(&open(text.as_bytes()).unwrap(), false).unwrap_err().to_string();
        assert_eq!(refused, "its first line names no compact form; build it again with `weir build`");
    }
}
