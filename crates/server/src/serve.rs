//! Serving connections, so that nobody who is slow keeps others out.

use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};

/// The line and the headers of a request have to be there within this time, or the connection ends: whoever sends them byte by byte would
/// hold thousands of connections for nothing.
pub const HEADERS_WITHIN: Duration = Duration::from_secs(30);
/// What is under way when the server stops has so long to be answered.
const STOP_WITHIN: Duration = Duration::from_secs(20);
/// So long nobody is let in when the system has no more connections to give.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves until `stop`, then answers what is under way.
pub async fn serve(listener: TcpListener, router: Router, headers_within: Duration, stop: impl Future<Output = ()>) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(headers_within);
    let connections = GracefulShutdown::new();
    // made once: the router with its routes is shared by all connections
    let router = router.with_state(());
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = builder.serve_connection(io_of(stream), TowerToHyperService::new(router.clone()));
                let connection = connections.watch(connection);
                tokio::spawn(async move {
                    // the other side went away, or was too slow: nothing is left to tell it
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "a connection ended early");
                    }
                });
            }
            // theirs: they were gone before they were let in
            Err(error) if is_theirs(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted; raise the limit of open files");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(STOP_WITHIN, connections.shutdown()).await.is_err() {
        tracing::warn!("some requests were not answered before the stop");
    }
}

fn io_of(stream: TcpStream) -> TokioIo<TcpStream> {
    // small answers leave at once; where that cannot be set they leave a little later
    let _ = stream.set_nodelay(true);
    TokioIo::new(stream)
}

fn is_theirs(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Serves a router of one path until the sender is dropped.
    async fn started(headers_within: Duration) -> (std::net::SocketAddr, tokio::sync::oneshot::Sender<()>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", axum::routing::get(|| async { "here" }));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        tokio::spawn(serve(listener, router, headers_within, async {
            let _ = stopped.await;
        }));
        (address, stop)
    }

    async fn answer(stream: &mut TcpStream) -> String {
        let mut text = String::new();
        let read = stream.read_to_string(&mut text);
        tokio::time::timeout(Duration::from_secs(60), read).await.expect("the connection never ends").unwrap();
        text
    }

    #[tokio::test]
    async fn whoever_never_ends_a_request_loses_the_connection_and_others_are_served() {
        let (address, _stop) = started(Duration::from_millis(50)).await;
        let mut slow = Vec::new();
        for _ in 0..200 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-a: ").await.unwrap();
            slow.push(stream);
        }
        let mut quick = TcpStream::connect(address).await.unwrap();
        quick.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        assert!(answer(&mut quick).await.ends_with("here"));
        for stream in &mut slow {
            assert!(!answer(stream).await.contains("200 OK"));
        }
    }

    #[tokio::test]
    async fn a_stop_lets_nobody_in_any_more() {
        let (address, stop) = started(HEADERS_WITHIN).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut first = [0; 15];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200 OK");
        drop(stop);
        answer(&mut stream).await;
        assert!(TcpStream::connect(address).await.is_err());
    }
}
