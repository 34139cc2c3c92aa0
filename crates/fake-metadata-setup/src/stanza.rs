//! Our lines in the text of `/etc/network/interfaces` (interfaces(5)): found, inserted, removed.
//!
//! Works on bytes, since the file need not be UTF-8, and leaves every byte that is not ours alone:
//! removing what was inserted gives back the text from before.

use std::fmt;

/// What stands first in the block, and what stands last; both are comments to ifupdown.
const BEGIN: &[u8] = b"# BEGIN fake-metadata";
const END: &[u8] = b"# END fake-metadata";

/// The block. A bare `iptables-restore` would wipe all other rules of the machine; the program
/// called here adds what is missing and nothing else. A failure must not keep `lo` from coming up.
const BLOCK: [&str; 3] = [
    "# BEGIN fake-metadata (fake-metadata-setup revert takes these lines out again)",
    "    up [ ! -x /usr/sbin/fake-metadata-setup ] || /usr/sbin/fake-metadata-setup apply --runtime || true",
    "# END fake-metadata",
];

/// Why the text is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// A first line without a last one; its number.
    NoEnd(usize),
    /// A last line without a first one; its number.
    NoBegin(usize),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, found, missing) = match self {
            Problem::NoEnd(line) => (line, "BEGIN", "END"),
            Problem::NoBegin(line) => (line, "END", "BEGIN"),
        };
        write!(
            f,
            "line {line} is `# {found} fake-metadata` without its `# {missing} fake-metadata`; \
             take out what is left of the block by hand, then run this again"
        )
    }
}

/// The text with the block below the first `iface lo inet loopback`; `None` if it has no such line.
pub(crate) fn insert(text: &[u8]) -> Result<Option<Vec<u8>>, Problem> {
    let text = remove(text)?;
    let Some(at) = end_of_loopback_line(&text) else { return Ok(None) };
    let (before, after) = text.split_at(at);
    // A last line without an end gets one, and the block is then the one without.
    let is_open = !before.ends_with(b"\n");
    let line_end: &[u8] = if before.ends_with(b"\r\n") { b"\r\n" } else { b"\n" };
    let block = BLOCK.map(str::as_bytes).join(line_end);
    let inserted = match is_open {
        true => [before, line_end, &block, after].concat(),
        false => [before, &block, line_end, after].concat(),
    };
    Ok(Some(inserted))
}

/// The text without our blocks.
pub(crate) fn remove(text: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut kept = Vec::with_capacity(text.len());
    let mut begun = None;
    for (number, line) in (1..).zip(lines(text)) {
        match (begun, mark(line)) {
            (None, Some(Mark::Begin)) => begun = Some(number),
            (Some(_), Some(Mark::End)) => {
                begun = None;
                if !line.ends_with(b"\n") && kept.ends_with(b"\n") {
                    kept.pop();
                }
            }
            (Some(line), Some(Mark::Begin)) => return Err(Problem::NoEnd(line)),
            (None, Some(Mark::End)) => return Err(Problem::NoBegin(number)),
            (Some(_), None) => {}
            (None, None) => kept.extend_from_slice(line),
        }
    }
    match begun {
        Some(line) => Err(Problem::NoEnd(line)),
        None => Ok(kept),
    }
}

/// The text without the lines for which this holds. As above, where the last line goes and had no
/// end, the one that is last by then gets none.
pub(crate) fn without(text: &[u8], goes: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    for line in lines(text) {
        if !goes(line) {
            kept.extend_from_slice(line);
        } else if !line.ends_with(b"\n") && kept.ends_with(b"\n") {
            kept.pop();
        }
    }
    kept
}

enum Mark {
    Begin,
    End,
}

fn mark(line: &[u8]) -> Option<Mark> {
    let line = line.trim_ascii();
    let is = |mark: &[u8]| line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest[0] == b' ');
    if is(BEGIN) {
        Some(Mark::Begin)
    } else if is(END) {
        Some(Mark::End)
    } else {
        None
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|byte| *byte == b'\n')
}

/// Where the first `iface lo inet loopback` ends, continuation lines and all.
fn end_of_loopback_line(text: &[u8]) -> Option<usize> {
    let mut words: Vec<&[u8]> = Vec::new();
    let mut end = 0;
    let mut is_continued = false;
    for line in lines(text) {
        end += line.len();
        if !is_continued && line.trim_ascii_start().starts_with(b"#") {
            continue;
        }
        let bare = line.strip_suffix(b"\n").unwrap_or(line);
        let continued = bare.strip_suffix(b"\\");
        is_continued = continued.is_some();
        let spaces = |byte: &u8| byte.is_ascii_whitespace();
        words.extend(continued.unwrap_or(bare).split(spaces).filter(|word| !word.is_empty()));
        if is_continued {
            continue;
        }
        if words == [&b"iface"[..], b"lo", b"inet", b"loopback"] {
            return Some(end);
        }
        words.clear();
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(before: &[u8], after: &[u8]) {
        let inserted = insert(before).unwrap().unwrap();
        assert_eq!(String::from_utf8_lossy(&inserted), String::from_utf8_lossy(after));
        assert_eq!(insert(&inserted).unwrap().unwrap(), inserted, "twice is once");
        assert_eq!(remove(&inserted).unwrap(), before, "the same bytes as before");
    }

    fn block(line_end: &str) -> String {
        BLOCK.join(line_end)
    }

    #[test]
    fn below_the_loopback_line() {
        let rest = "\nauto eth0\niface eth0 inet dhcp\n";
        check(
            format!("auto lo\niface lo inet loopback\n{rest}").as_bytes(),
            format!("auto lo\niface lo inet loopback\n{}\n{rest}", block("\n")).as_bytes(),
        );
    }

    #[test]
    fn dos_lines_and_a_missing_last_end() {
        check(
            b"auto lo\r\niface lo inet loopback\r\n",
            format!("auto lo\r\niface lo inet loopback\r\n{}\r\n", block("\r\n")).as_bytes(),
        );
        check(b"iface lo inet loopback", format!("iface lo inet loopback\n{}", block("\n")).as_bytes());
    }

    #[test]
    fn bytes_that_are_no_text() {
        let before = b"# caf\xe9\niface lo inet loopback\n\xff\xfe\n";
        let after =
            [b"# caf\xe9\niface lo inet loopback\n", block("\n").as_bytes(), b"\n\xff\xfe\n"].concat();
        check(before, &after);
    }

    #[test]
    fn the_first_of_several_stanzas_and_none_that_is_commented_out() {
        let block = block("\n");
        check(
            b"#iface lo inet loopback\niface lo inet6 loopback\niface lo inet loopback\niface lo inet loopback\n",
            format!(
                "#iface lo inet loopback\niface lo inet6 loopback\niface lo inet loopback\n{block}\niface lo inet loopback\n"
            )
            .as_bytes(),
        );
        assert_eq!(insert(b"# iface lo inet loopback\nauto eth0\n"), Ok(None));
        assert_eq!(insert(b""), Ok(None));
    }

    #[test]
    fn continued_lines() {
        check(
            b"iface lo \\\n  inet loopback\n\tup true\n",
            format!("iface lo \\\n  inet loopback\n{}\n\tup true\n", block("\n")).as_bytes(),
        );
        // A comment ends at its line's end, whatever that is.
        check(
            b"# comment \\\niface lo inet loopback\n",
            format!("# comment \\\niface lo inet loopback\n{}\n", block("\n")).as_bytes(),
        );
    }

    #[test]
    fn half_a_block_is_refused() {
        for (text, problem) in [
            (&b"a\n# BEGIN fake-metadata\nb\n"[..], Problem::NoEnd(2)),
            (b"# END fake-metadata\n# BEGIN fake-metadata\n", Problem::NoBegin(1)),
            (b"# BEGIN fake-metadata x\n# BEGIN fake-metadata\n# END fake-metadata\n", Problem::NoEnd(1)),
        ] {
            assert_eq!(insert(text), Err(problem));
            assert_eq!(remove(text), Err(problem));
        }
    }

    #[test]
    fn doubled_and_older_blocks_become_one() {
        let text = "iface lo inet loopback\n# BEGIN fake-metadata\nold\n# END fake-metadata\n\
                    # BEGIN fake-metadata\nold\n# END fake-metadata\nrest\n";
        assert_eq!(remove(text.as_bytes()).unwrap(), b"iface lo inet loopback\nrest\n");
        let inserted = insert(text.as_bytes()).unwrap().unwrap();
        assert_eq!(
            String::from_utf8(inserted).unwrap(),
            format!("iface lo inet loopback\n{}\nrest\n", block("\n"))
        );
    }

    #[test]
    fn a_name_that_only_begins_like_ours_is_not_ours() {
        let text = b"# BEGIN fake-metadata-other\n# END fake-metadatas\n";
        assert_eq!(remove(text).unwrap(), text);
    }

    proptest! {
        /// Any file made of pieces that matter, in any order, with any line ends.
        #[test]
        fn insert_then_remove_gives_back_the_same_bytes(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    &b"iface lo inet loopback"[..], b"auto lo", b"# iface lo inet loopback", b"iface lo \\",
                    b"inet loopback", b"\tup true", b"\n", b"\n", b"\r\n", b"\r", b"\\\n", b" ", b"\xff\x00",
                    b"# BEGIN", b"fake-metadata",
                ]),
                0..24,
            ),
        ) {
            let text = pieces.concat();
            if let Ok(Some(inserted)) = insert(&text) {
                prop_assert_eq!(remove(&inserted).unwrap(), text);
                prop_assert_eq!(insert(&inserted).unwrap().unwrap(), inserted);
            }
        }
    }
}
