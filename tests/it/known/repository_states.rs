//! States of a repository in which a change is compared.
