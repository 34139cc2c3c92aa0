//! What may be shown of text that somebody else wrote.

/// As much of it as is shown, in characters.
const SHOWN: usize = 300;
/// Words of this length are no words.
const LONGEST_WORD: usize = 36;

/// The end of what a program said, on one line, with nothing in it that could be a key.
pub(super) fn shown(text: &str) -> String {
    let visible = text.replace(|char: char| char.is_control(), " ");
    let words: Vec<&str> =
        visible.split_whitespace().map(|word| if could_be_key(word) { "(...)" } else { word }).collect();
    let line = words.join(" ");
    let beginning = line.char_indices().rev().nth(SHOWN - 1).map_or(0, |(at, _)| at);
    line.get(beginning..).unwrap_or_default().to_owned()
}

/// Keys' ids begin with four capitals that tell their kind (IAM User Guide, "Unique identifiers");
/// secrets and tokens are long runs of base64.
fn could_be_key(word: &str) -> bool {
    let mut runs = word.split(|char: char| !(char.is_ascii_alphanumeric() || "+/=".contains(char)));
    let is_id = |run: &str| {
        run.len() >= 16
            && (run.contains("AKIA") || run.contains("ASIA"))
            && run.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    // Paths are long, too, but not in one of their names.
    let is_long = |run: &str| {
        run.len() >= LONGEST_WORD
            && (run.split('/').any(|name| name.len() >= LONGEST_WORD / 2) || run.contains(['+', '=']))
    };
    runs.any(|run| is_id(run) || is_long(run))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_left_out() {
        let said = "error:\n\tkey ASIAFAKEFAKEFAKEFAKE and \"FakeSecret/FakeSecretFakeSecretFakeSecret+12\" of\u{1b}[1m /usr/local/bin/keys-for-the-development-account";
        assert_eq!(
            shown(said),
            "error: key (...) and (...) of [1m /usr/local/bin/keys-for-the-development-account"
        );
        assert_eq!(shown(&"word ".repeat(1000)).len(), SHOWN);
        assert_eq!(shown(""), "");
    }
}
