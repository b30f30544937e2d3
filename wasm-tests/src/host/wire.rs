//! Header maps in the form that crosses the host boundary. Written apart from the adapter's, so that each checks the other.

/// Names and values in order.
pub type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// Puts pairs in wire form.
pub fn write(pairs: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut wire = (pairs.len() as u32).to_le_bytes().to_vec();
    for (name, value) in pairs {
        wire.extend((name.len() as u32).to_le_bytes());
        wire.extend((value.len() as u32).to_le_bytes());
    }
    for (name, value) in pairs {
        wire.extend(name);
        wire.push(0);
        wire.extend(value);
        wire.push(0);
    }
    wire
}

/// Reads pairs; `None` where the bytes are not a map.
pub fn read(wire: &[u8]) -> Option<Pairs> {
    if wire.is_empty() {
        return Some(Vec::new());
    }
    let number = |at: usize| Some(u32::from_le_bytes(wire.get(at..at + 4)?.try_into().ok()?) as usize);
    let count = number(0)?;
    let mut at = 4 + count * 8;
    let mut pairs = Vec::new();
    for index in 0..count {
        let (name, value) = (number(4 + index * 8)?, number(8 + index * 8)?);
        let pair = (wire.get(at..at + name)?.to_vec(), wire.get(at + name + 1..at + name + 1 + value)?.to_vec());
        at += name + value + 2;
        pairs.push(pair);
    }
    (at == wire.len()).then_some(pairs)
}
