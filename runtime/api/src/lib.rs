//! The HTTP contract: paths, data types, problem codes and the OpenAPI document.
