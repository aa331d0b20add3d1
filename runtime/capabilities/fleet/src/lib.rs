//! The computers of the workspace.
