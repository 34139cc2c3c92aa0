//! `fake-metadata get PATH`: asks the running server as a client would.

use std::io::{self, Write};

use settings::Settings;

use crate::Result;
use crate::cli::Get;
use crate::client::Client;
use crate::crawl;
use crate::error::Error;

pub(crate) fn run(options: &Get) -> Result {
    let settings = Settings::load(options.config.file.as_deref())?;
    let path = match options.path.as_str() {
        path if path.starts_with('/') => path.to_owned(),
        path => format!("/latest/{path}"),
    };
    if path.chars().any(|char| char.is_whitespace() || char.is_control()) {
        return Err(Error::Path(path));
    }
    let client = Client::new(&settings);
    let client = if options.v1 { client } else { client.with_token()? };
    let output = if options.recursive {
        let found = crawl::crawl(&client, &path)?;
        let tree = || crawl::as_tree(&found);
        if options.json { format!("{found:#}\n").into_bytes() } else { tree().into_bytes() }
    } else {
        let answer = client.get(&path)?;
        let mut output =
            if options.headers { format!("{}\n\n", answer.head).into_bytes() } else { Vec::new() };
        // With the headers, a refusal is shown as well: it is what a client would see.
        let answer = if options.headers { answer } else { answer.expect_ok(&path)? };
        output.extend(&answer.body);
        if answer.is_text() && !answer.body.is_empty() {
            output.push(b'\n');
        }
        output
    };
    // A reader that went away, such as `head`, has had what it wanted.
    let _ = io::stdout().write_all(&output);
    Ok(())
}
