use super::*;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A field without indexing, in plain text.
fn field(name: &str, value: &str) -> Vec<u8> {
    let length = |text: &str| u8::try_from(text.len()).unwrap();
    [&[0, length(name)], name.as_bytes(), &[length(value)], value.as_bytes()].concat()
}

fn stream() -> Vec<u8> {
    let first =
        [field(":method", "GET"), field(":path", "/"), field("b", "1"), field("a", "2"), field("b", "3")].concat();
    let second = [field(":path", "/2"), field(":authority", "shop.example"), field(":method", "POST")].concat();
    let (start, end) = second.split_at(7);
    let padded = [&[2u8, 0x80, 0, 0, 3, 9], start, &[0, 0]].concat();
    [
        PREFACE.to_vec(),
        frame(SETTINGS, 0, 0, &[0, 1, 0, 1, 0, 0, 0, 4, 0, 0x60, 0, 0]),
        frame(WINDOW_UPDATE, 0, 0, &15_663_105u32.to_be_bytes()),
        frame(PRIORITY, 0, 3, &[0, 0, 0, 0, 200]),
        frame(PRIORITY, 0, 11, &[0x80, 0, 0, 3, 0]),
        frame(HEADERS, END_HEADERS, 13, &first),
        frame(SETTINGS, ACK, 0, &[]),
        frame(WINDOW_UPDATE, 0, 13, &7u32.to_be_bytes()),
        frame(HEADERS, PADDED | HAS_PRIORITY, 15, &padded),
        frame(CONTINUATION, END_HEADERS, 15, end),
        frame(DATA, 0, 15, &[b'x'; 300]),
        frame(HEADERS, END_HEADERS, 15, &field("trailer", "x")),
        frame(0x20, 0, 15, b"of a kind that nobody knows"),
        frame(HEADERS, END_HEADERS, 17, &field(":method", "HEAD")),
    ]
    .concat()
}

fn found(pieces: impl Iterator<Item = Vec<u8>>) -> (Vec<String>, bool) {
    let (mut http2, mut out, mut is_followed) = (Http2::default(), Vec::new(), true);
    for piece in pieces {
        let fed = http2.feed(&piece, |found| match found {
            Found::Fingerprint(text) => out.push(text),
            Found::Head(head) => {
                let lines: Vec<_> = head
                    .lines()
                    .map(|line| format!("{}={}", line.name.escape_ascii(), line.value.escape_ascii()))
                    .collect();
                let order = head.pseudo_order().escape_ascii();
                out.push(format!(
                    "{order} {} {} {}",
                    head.method().escape_ascii(),
                    head.target().escape_ascii(),
                    lines.join(";")
                ));
            }
        });
        is_followed &= fed.is_some();
    }
    (out, is_followed)
}

#[test]
fn heads_are_found_however_the_stream_is_cut() {
    let expected =
        ["1:65536;4:6291456|15663105|3:0:0:201,11:1:3:1|m,p", "mp GET / b=1;a=2;b=3", "pam POST /2 ", "m HEAD  "];
    let stream = stream();
    for size in 1..stream.len() {
        let (out, is_followed) = found(stream.chunks(size).map(<[u8]>::to_vec));
        assert_eq!((out, is_followed), (expected.map(str::to_owned).to_vec(), true), "pieces of {size}");
    }
}

#[test]
fn what_cannot_be_followed_is_not_guessed_at() {
    let after = |frame: Vec<u8>| [PREFACE.to_vec(), frame].concat();
    let streams = [
        b"PRI * HTTP/1.1\r\n".to_vec(),
        after(frame(HEADERS, END_HEADERS, 1, &[0x80])),
        after([frame(HEADERS, 0, 1, &[]), frame(SETTINGS, 0, 0, &[])].concat()),
        after(frame(CONTINUATION, END_HEADERS, 1, &[])),
        after(frame(HEADERS, END_HEADERS | PADDED, 1, &[9])),
        after(frame(HEADERS, END_HEADERS, 1, &vec![0; FRAME + 1])),
    ];
    for stream in streams {
        assert!(!found([stream.clone()].into_iter()).1, "{}", stream.escape_ascii());
    }
}
