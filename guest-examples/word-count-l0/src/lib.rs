//! word-count-l0
