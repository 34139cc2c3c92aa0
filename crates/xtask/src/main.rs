//! `cargo run -p xtask -- completions FOLDER`: writes the shell completions of the programs, made from
//! the definitions of their command lines, each package's in a folder of its own, under the names
//! under which Debian installs them.

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap_complete::{Shell, generate};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [command, folder] = arguments.as_slice() else { return usage() };
    if command != "completions" {
        return usage();
    }
    match completions(Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {folder}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("xtask: use: cargo run -p xtask -- completions FOLDER");
    ExitCode::from(64)
}

fn completions(folder: &Path) -> io::Result<()> {
    let commands = [
        ("fake-metadata", fake_metadata::command()),
        ("fake-metadata", fake_metadata_setup::command()),
        ("fake-metadata-aws", fake_metadata_aws::command()),
    ];
    for (package, mut command) in commands {
        let name = command.get_name().to_owned();
        for (shell, file) in [
            (Shell::Bash, name.clone()),
            (Shell::Zsh, format!("_{name}")),
            (Shell::Fish, format!("{name}.fish")),
        ] {
            let folder = folder.join(package).join(shell.to_string());
            fs::create_dir_all(&folder)?;
            let mut text = Vec::new();
            generate(shell, &mut command, &name, &mut text);
            fs::write(folder.join(file), text)?;
        }
    }
    Ok(())
}
