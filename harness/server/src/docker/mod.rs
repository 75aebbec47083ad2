//! Servers in containers, by testcontainers.

mod build_image;
mod client;
mod container;
mod image;

pub use build_image::build_image;
pub(crate) use client::{IMAGE_LABEL, answers, containers, images, kept_name, remove_container, remove_image};
pub(crate) use container::{Container, start};
pub(crate) use image::{Image, find, look};
