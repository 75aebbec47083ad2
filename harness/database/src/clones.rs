//! Clones of a checkpoint, made ahead of their use: while the gates run on one, the next is being copied.

use tokio::{sync::mpsc, task::JoinHandle};

use crate::{Database, Error, Host};

/// Clones that are being made in the background.
#[derive(Debug)]
pub struct Clones {
    ready: mpsc::Receiver<Result<Database, Error>>,
    maker: JoinHandle<()>,
}

impl Clones {
    pub(super) fn start(host: Host, checkpoint: Database, number: usize) -> Self {
        let (sender, ready) = mpsc::channel(number.max(1));
        let maker = tokio::spawn(async move {
            for _ in 0..number {
                let clone = host.clone_of(&checkpoint).await;
                let is_over = clone.is_err();
                if sender.send(clone).await.is_err() || is_over {
                    return;
                }
            }
        });
        Self { ready, maker }
    }

    /// The next clone; waits for it if it is not ready yet.
    ///
    /// # Errors
    /// When it could not be made, or all have been taken.
    pub async fn take(&mut self) -> Result<Database, Error> {
        if let Some(clone) = self.ready.recv().await {
            return clone;
        }
        // The maker is over: either all clones have been taken, or it panicked.
        match (&mut self.maker).await {
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            _ => Err(Error::mistake("more clones were taken than asked for")),
        }
    }
}

impl Drop for Clones {
    fn drop(&mut self) {
        self.maker.abort();
    }
}
