//! A connection whose packets may be given fewer hops for one answer.
//!
//! EC2 limits how far the answer to a request for a token may travel (`HttpPutResponseHopLimit`)
//! by the IP time-to-live of its packets; other answers travel as usual.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The hops the next answer may take; 0 for as many as the system gives.
pub(crate) type Hops = Arc<AtomicU32>;

pub(crate) struct HopLimited {
    stream: TcpStream,
    wanted: Hops,
    /// What was set last; 0 while the system's own value holds.
    current: u32,
    usual: u32,
}

impl HopLimited {
    pub(crate) fn new(stream: TcpStream) -> (HopLimited, Hops) {
        let wanted = Hops::default();
        (HopLimited { stream, wanted: wanted.clone(), current: 0, usual: 0 }, wanted)
    }

    fn set_hops(&mut self) -> io::Result<()> {
        let wanted = self.wanted.load(Ordering::Relaxed);
        if wanted == self.current {
            return Ok(());
        }
        if self.usual == 0 {
            self.usual = self.stream.ttl()?;
        }
        self.stream.set_ttl(if wanted == 0 { self.usual } else { wanted })?;
        self.current = wanted;
        Ok(())
    }
}

impl AsyncRead for HopLimited {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for HopLimited {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.set_hops()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.set_hops()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
