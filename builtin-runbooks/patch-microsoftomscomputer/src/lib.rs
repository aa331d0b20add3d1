//! patch-microsoftomscomputer
