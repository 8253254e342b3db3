// A first look at what came: refuses early, while it still arrives, what is clearly not an image. What is an
// image is for the codec to say; bytes that mean nothing here pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cutroom::fetch_curl {

inline constexpr std::size_t kSniffBytes = 512;

// What it is instead of an image, with its article ("an HTML page"); nullopt: an image, or not known.
// `head`: the first kSniffBytes, or all there is.
std::optional<std::string_view> not_an_image(std::span<const std::uint8_t> head);

}  // namespace cutroom::fetch_curl
