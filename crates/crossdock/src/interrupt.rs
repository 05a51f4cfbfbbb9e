//! Ctrl-C and its kin, and the end of the program that started this one.

/// Waits until a person or the system asks this program to end: Ctrl-C, a termination, the end of the terminal.
pub(crate) async fn interrupted() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut hang_up)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
            }
            return;
        }
    }
    // without a handler there is nothing to wait for but the end of the process
    let _ = interrupt.await;
}

/// The same; where `starter` says so, also waits for the end of standard input. Whoever starts this program with a pipe for input and
/// is gone, by `kill -9` even, leaves nothing behind that serves on.
pub(crate) async fn interrupted_or_left(starter: &Starter) {
    if !starter.with_starter {
        return interrupted().await;
    }
    let (gone, wait) = tokio::sync::oneshot::channel();
    // a thread of its own: nothing waits for it when the program ends
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        // nobody waits any more when the program ends for another reason
        let _ = gone.send(());
    });
    tokio::select! {
        () = interrupted() => {}
        _ = wait => {}
    }
}

/// Whether the program that started this one is watched.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Starter {
    /// End when standard input ends: whoever started this is gone
    #[arg(long, hide = true)]
    with_starter: bool,
}
