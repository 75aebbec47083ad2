//! Who is told what goes on.

/// Gets lines of progress for a person, as they come.
pub(crate) type Notice<'a> = dyn FnMut(&str) + Send + 'a;
