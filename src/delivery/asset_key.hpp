// How every asset store names its files, so that links stay the same when the store changes.
#pragma once

#include <string>
#include <string_view>

#include "delivery/asset_store.hpp"

namespace cutroom::delivery {

// png, webp, jpg, bin ...: 1 to 8 lower-case letters and digits.
bool is_asset_extension(std::string_view);

// From the content's SHA-256 in hex: "3f/3fa4…e1.png".
AssetKey asset_key_of(std::string_view sha256_hex, std::string_view extension);

// Whether asset_key_of could have made it. Nothing else may get near a path: no "..", no further slash.
bool is_asset_key(std::string_view);

// The part between folder and extension: the content's SHA-256 in hex. The key must be one.
std::string_view digest_of(std::string_view key);

// By the extension; application/octet-stream for what isn't an image that Cutroom makes or takes.
std::string_view content_type_of(std::string_view key);

}  // namespace cutroom::delivery
