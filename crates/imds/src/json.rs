//! JSON laid out as EC2 lays it out: two spaces of indentation, a space on each side of the colon,
//! line feeds, and nothing after the closing brace.

/// A member's value: text, or `null`.
pub(crate) type Member<'a> = (&'a str, Option<&'a str>);

/// An object with its members in the order given. It is written in one piece, so that where a value is
/// secret no copy of it is left behind.
pub(crate) fn object(members: &[Member<'_>]) -> String {
    let room = |(name, value): &Member<'_>| 2 * (name.len() + value.map_or(4, str::len)) + 12;
    let mut text = Vec::with_capacity(members.iter().map(room).sum::<usize>() + 4);
    for (index, (name, value)) in members.iter().enumerate() {
        text.extend_from_slice(if index == 0 { b"{\n  " } else { b",\n  " });
        // A string can be written to memory without fail.
        let _ = serde_json::to_writer(&mut text, name);
        text.extend_from_slice(b" : ");
        let _ = serde_json::to_writer(&mut text, value);
    }
    text.extend_from_slice(b"\n}");
    String::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_escapes() {
        let text = object(&[("Code", Some("Success")), ("Odd", Some("a\"b\\c\n")), ("None", None)]);
        assert_eq!(
            text,
            "{\n  \"Code\" : \"Success\",\n  \"Odd\" : \"a\\\"b\\\\c\\n\",\n  \"None\" : null\n}"
        );
    }
}
