//! The ClientHello as the client sent it (RFC 8446, 4.1.2), read before the handshake: only what JA4 is made of.

/// Bytes of TLS records that are waited for. A hello with a post-quantum key share has about 2 KB; rustls takes 64 KB.
pub const LONGEST: usize = 32 * 1024;

/// Items of one list that are kept: no client sends half as many, and JA4 prints two digits.
const ITEMS: usize = 512;

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_NAME: u16 = 0x0000;
const SIGNATURE_ALGORITHMS: u16 = 0x000d;
const ALPN: u16 = 0x0010;
const SUPPORTED_VERSIONS: u16 = 0x002b;

/// What a client offered, GREASE values included, in its own order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientHello {
    /// Version in the hello itself, which stopped growing at TLS 1.2.
    pub legacy_version: u16,
    /// Cipher suites.
    pub ciphers: Vec<u16>,
    /// Extension types.
    pub extensions: Vec<u16>,
    /// Versions in the extension for them.
    pub versions: Vec<u16>,
    /// Signature algorithms.
    pub signature_algorithms: Vec<u16>,
    /// The first protocol offered by ALPN.
    pub alpn: Option<Vec<u8>>,
    /// Whether a server name was sent.
    pub has_server_name: bool,
}

/// How far the bytes reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is not whole yet.
    Incomplete,
    /// The handshake will fail or be one that we cannot read.
    NotAHello,
    /// Read.
    Whole(ClientHello),
}

impl ClientHello {
    /// Reads the first handshake message of a stream; it may be spread over records.
    ///
    /// ```
    /// use weir_sidecar::tls::hello::{ClientHello, Progress};
    /// assert_eq!(ClientHello::read(b"\x16\x03\x01\x00"), Progress::Incomplete);
    /// assert_eq!(ClientHello::read(b"GET / HTTP/1.1\r\n"), Progress::NotAHello);
    /// ```
    pub fn read(stream: &[u8]) -> Progress {
        let mut records = Reader(stream);
        let mut message = Vec::new();
        loop {
            if let Some(hello) = whole(&message) {
                return Self::body(hello).map_or(Progress::NotAHello, Progress::Whole);
            }
            match records.0.first() {
                Some(kind) if *kind != HANDSHAKE => return Progress::NotAHello,
                _ => {}
            }
            if message.first().is_some_and(|kind| *kind != CLIENT_HELLO) {
                return Progress::NotAHello;
            }
            let Some(part) = records.take(3).and_then(|_| records.list16()) else {
                return if stream.len() < LONGEST { Progress::Incomplete } else { Progress::NotAHello };
            };
            if part.is_empty() {
                return Progress::NotAHello;
            }
            message.extend_from_slice(part);
        }
    }

    fn body(body: &[u8]) -> Option<Self> {
        let mut reader = Reader(body);
        let legacy_version = reader.u16()?;
        reader.take(32)?;
        reader.list8()?;
        let ciphers = words(reader.list16()?);
        reader.list8()?;
        let mut hello = ClientHello { legacy_version, ciphers, ..ClientHello::default() };
        // Before TLS 1.2 there may be no extensions at all.
        let mut extensions = Reader(if reader.0.is_empty() { &[] } else { reader.list16()? });
        while !extensions.0.is_empty() {
            let kind = extensions.u16()?;
            let content = extensions.list16()?;
            hello.extension(kind, content);
        }
        Some(hello)
    }

    fn extension(&mut self, kind: u16, content: &[u8]) {
        if self.extensions.len() < ITEMS {
            self.extensions.push(kind);
        }
        let mut content = Reader(content);
        match kind {
            SERVER_NAME => self.has_server_name = true,
            SIGNATURE_ALGORITHMS => self.signature_algorithms = words(content.list16().unwrap_or_default()),
            SUPPORTED_VERSIONS => self.versions = words(content.list8().unwrap_or_default()),
            ALPN => {
                let first = content.list16().and_then(|list| Reader(list).list8());
                self.alpn = first.filter(|name| !name.is_empty()).map(<[u8]>::to_vec);
            }
            _ => {}
        }
    }
}

/// The body of the first handshake message, once all of it is there.
fn whole(message: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader(message);
    if *reader.take(1)?.first()? != CLIENT_HELLO {
        return None;
    }
    let length = reader.take(3)?.iter().fold(0usize, |sum, byte| sum.wrapping_shl(8) | usize::from(*byte));
    reader.take(length)
}

fn words(bytes: &[u8]) -> Vec<u16> {
    let pairs = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok());
    pairs.map(u16::from_be_bytes).take(ITEMS).collect()
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    /// Bytes after a length of one byte.
    fn list8(&mut self) -> Option<&'a [u8]> {
        let length = *self.take(1)?.first()?;
        self.take(usize::from(length))
    }

    /// Bytes after a length of two bytes.
    fn list16(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(usize::from(length))
    }
}
