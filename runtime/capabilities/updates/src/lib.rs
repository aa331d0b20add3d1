//! Enumerate, plan and install updates.
