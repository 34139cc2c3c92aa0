//! An STS that says what it is told to, and keeps what it was asked.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

pub(crate) struct Sts {
    pub(crate) url: String,
    asked: Receiver<String>,
}

impl Sts {
    /// Gives these answers in turn, then that it is busy.
    pub(crate) fn new(answers: Vec<(u16, String)>) -> Sts {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, asked) = channel();
        thread::spawn(move || serve(&listener, answers, &tell));
        Sts { url, asked }
    }

    /// The forms that were sent so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.try_iter().collect()
    }
}

fn serve(listener: &TcpListener, answers: Vec<(u16, String)>, tell: &Sender<String>) {
    let mut answers = answers.into_iter();
    for stream in listener.incoming() {
        let stream = stream.unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let form = form(&mut reader);
        let (status, text) = answers.next().unwrap_or((503, String::new()));
        if tell.send(form).is_err() {
            return;
        }
        answer(stream, status, &text);
    }
}

fn form(reader: &mut impl BufRead) -> String {
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut form = vec![0; length];
    reader.read_exact(&mut form).unwrap();
    String::from_utf8(form).unwrap()
}

fn answer(mut stream: TcpStream, status: u16, text: &str) {
    let length = text.len();
    let head = format!("HTTP/1.1 {status} -\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    // A client that has gone is its own affair.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(text.as_bytes()));
}

/// The keys of an assumed role.
pub(crate) fn keys(id: &str) -> (u16, String) {
    let text = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         <Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>made-up</SecretAccessKey>\
         <SessionToken>made-up-session</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration>\
         </Credentials></AssumeRoleResult></AssumeRoleResponse>"
    );
    (200, text)
}

/// An error in AWS's form.
pub(crate) fn refusal(status: u16, code: &str, message: &str) -> (u16, String) {
    let text = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    );
    (status, text)
}
