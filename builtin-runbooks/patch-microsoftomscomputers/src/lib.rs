//! patch-microsoftomscomputers
