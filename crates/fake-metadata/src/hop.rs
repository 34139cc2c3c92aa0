//! A connection whose packets may be given fewer hops for one answer.
//!
//! EC2 limits how far the answer to a request for a token may travel (`HttpPutResponseHopLimit`)
//! by the IP time-to-live of its packets, over IPv6 their hop limit; other answers travel as usual.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The hops the next answer may take; 0 for as many as the system gives.
pub(crate) type Hops = Arc<AtomicU32>;

pub(crate) struct HopLimited {
    stream: TcpStream,
    /// What was read of it before, to be read again.
    first: Vec<u8>,
    wanted: Hops,
    /// What was set last; 0 while the system's own value holds.
    current: u32,
    usual: u32,
    is_ipv6: bool,
}

impl HopLimited {
    pub(crate) fn new(stream: TcpStream, first: Vec<u8>, peer: IpAddr) -> (HopLimited, Hops) {
        let wanted = Hops::default();
        // A socket of IPv6 that takes connections over IPv4 as well sends packets of IPv4 to those.
        let is_ipv6 = peer.to_canonical().is_ipv6();
        (HopLimited { stream, first, wanted: wanted.clone(), current: 0, usual: 0, is_ipv6 }, wanted)
    }

    fn set_hops(&mut self) -> io::Result<()> {
        let wanted = self.wanted.load(Ordering::Relaxed);
        if wanted == self.current {
            return Ok(());
        }
        let socket = SockRef::from(&self.stream);
        if self.usual == 0 {
            self.usual = if self.is_ipv6 { socket.unicast_hops_v6()? } else { socket.ttl_v4()? };
        }
        let hops = if wanted == 0 { self.usual } else { wanted };
        if self.is_ipv6 {
            socket.set_unicast_hops_v6(hops)?
        } else {
            socket.set_ttl_v4(hops)?
        }
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
        if !self.first.is_empty() {
            let now = buffer.remaining().min(self.first.len());
            buffer.put_slice(&self.first[..now]);
            // All of it, as a rule, since it is less than hyper reads at once.
            self.first.drain(..now);
            return Poll::Ready(Ok(()));
        }
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
