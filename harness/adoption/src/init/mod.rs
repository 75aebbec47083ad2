//! A first suite for the migrations that lie in a folder: found, observed once, and written so that it runs at once.
