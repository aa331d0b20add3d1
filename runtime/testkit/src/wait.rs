//! Waiting for a condition, in place of sleeping: fast where it holds soon, and clear about what is
//! lacking.

use std::time::Duration;
use tokio::time::Instant;

const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// Waits until `condition` gives a value, asking again after pauses that grow from 2 to 200 ms.
///
/// Panics after `timeout`, with `what` and the last thing that the condition said it lacks.
pub async fn wait_for<T, L: std::fmt::Display>(
    what: &str,
    timeout: Duration,
    mut condition: impl AsyncFnMut() -> Result<T, L>,
) -> T {
    let deadline = Instant::now() + timeout;
    let mut pause = FIRST_PAUSE;
    loop {
        let lack = match condition().await {
            Ok(value) => return value,
            Err(lack) => lack,
        };
        assert!(Instant::now() < deadline, "waited {timeout:?} for {what}; still lacking: {lack}");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Waits until `condition` holds; panics with `what` after `timeout`.
pub async fn wait_until(what: &str, timeout: Duration, mut condition: impl AsyncFnMut() -> bool) {
    wait_for(what, timeout, async || match condition().await {
        true => Ok(()),
        false => Err("the condition does not hold"),
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_value_comes_as_soon_as_the_condition_holds() {
        let mut asked = 0;
        let value = wait_for("three questions", Duration::from_secs(5), async || {
            asked += 1;
            if asked == 3 { Ok(asked) } else { Err(format!("asked {asked} times")) }
        })
        .await;
        assert_eq!(value, 3);
    }

    #[tokio::test]
    async fn the_panic_says_what_is_lacking() {
        let waiting = tokio::spawn(wait_for("a worker", Duration::from_millis(10), async || {
            Err::<(), _>("0 of 1 connected")
        }));
        let panic = waiting.await.expect_err("it panics").into_panic();
        let text = panic.downcast_ref::<String>().expect("a sentence");
        assert_eq!(text, "waited 10ms for a worker; still lacking: 0 of 1 connected");
    }
}
