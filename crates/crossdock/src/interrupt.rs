//! Ctrl-C and its kin, and the end of the program that started this one.

/// Waits until a person or the system asks this program to end: Ctrl-C, a termination, the end of the terminal. From the call on, so that
/// who asks before it is waited for is heard, too. Within a Tokio runtime.
pub(crate) fn interrupted() -> impl Future<Output = ()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let [interrupt, terminate, hang_up] =
            [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal);
        async {
            tokio::select! {
                () = received(interrupt) => {}
                () = received(terminate) => {}
                () = received(hang_up) => {}
            }
        }
    }
    #[cfg(not(unix))]
    async {
        // without a handler there is nothing to wait for but the end of the process
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// Ready when that signal comes; without a handler there is nothing to wait for but the end of the process.
#[cfg(unix)]
async fn received(signal: std::io::Result<tokio::signal::unix::Signal>) {
    match signal {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

/// The same; where `starter` says so, also waits for the end of standard input. Whoever starts this program with a pipe for input and
/// is gone, by `kill -9` even, leaves nothing behind that serves on.
pub(crate) fn interrupted_or_left(starter: &Starter) -> impl Future<Output = ()> + use<> {
    let (interrupted, left) = (interrupted(), starter.with_starter.then(left));
    async {
        let Some(left) = left else { return interrupted.await };
        tokio::select! {
            () = interrupted => {}
            // nobody can say any more that they are there
            _ = left => {}
        }
    }
}

/// Ready when standard input ends.
fn left() -> tokio::sync::oneshot::Receiver<()> {
    let (gone, wait) = tokio::sync::oneshot::channel();
    // a thread of its own: nothing waits for it when the program ends
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        // nobody waits any more when the program ends for another reason
        let _ = gone.send(());
    });
    wait
}

/// Whether the program that started this one is watched.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Starter {
    /// End when standard input ends: whoever started this is gone
    #[arg(long, hide = true)]
    with_starter: bool,
}
