//! JSON laid out as EC2 lays it out: two spaces of indentation, a space on each side of the colon,
//! line feeds, and nothing after the closing brace.

/// A member's value: text, or `null`.
pub(crate) type Member<'a> = (&'a str, Option<&'a str>);

/// An object with its members in the order given.
pub(crate) fn object(members: &[Member<'_>]) -> String {
    let lines: Vec<String> = members
        .iter()
        .map(|(name, value)| {
            let name = serde_json::Value::from(*name);
            let value = serde_json::Value::from(*value);
            format!("  {name} : {value}")
        })
        .collect();
    format!("{{\n{}\n}}", lines.join(",\n"))
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
