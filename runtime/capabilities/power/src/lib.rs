//! Reboot.
