//! Messages between worker and control plane.
