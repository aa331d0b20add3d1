//! What every store promises about blobs.

use crate::blobs::Blobs;
use bindery_core::digest::Digest;
use bytes::Bytes;
use std::sync::Arc;

/// Runs every case against a fresh store.
pub async fn suite(make: impl AsyncFn() -> Arc<dyn Blobs>) {
    what_was_put_is_there_under_its_digest(make().await).await;
    what_was_never_put_is_absent(make().await).await;
    putting_twice_is_as_good_as_once(make().await).await;
}

async fn what_was_put_is_there_under_its_digest(blobs: Arc<dyn Blobs>) {
    for bytes in [Bytes::new(), Bytes::from_static(b"\0asm"), Bytes::from(vec![7; 5 << 20])] {
        let digest = blobs.put(bytes.clone()).await.expect("put");
        assert_eq!(digest, Digest::of(&bytes));
        assert!(blobs.has(&digest).await.expect("has"));
        assert!(blobs.get(&digest).await.expect("get") == Some(bytes));
    }
}

async fn what_was_never_put_is_absent(blobs: Arc<dyn Blobs>) {
    let digest = Digest::of(b"nothing");
    assert!(!blobs.has(&digest).await.expect("has"));
    assert_eq!(blobs.get(&digest).await.expect("get"), None);
}

async fn putting_twice_is_as_good_as_once(blobs: Arc<dyn Blobs>) {
    let bytes = Bytes::from_static(b"same");
    let (one, two) = tokio::join!(blobs.put(bytes.clone()), blobs.put(bytes.clone()));
    assert_eq!(one.expect("put"), two.expect("put"));
    assert_eq!(blobs.get(&Digest::of(&bytes)).await.expect("get"), Some(bytes));
}
