#include "delivery/asset_key.hpp"

#include <algorithm>
#include <array>

namespace cutroom::delivery {
namespace {

constexpr std::size_t kShard = 2;    // Characters of the folder.
constexpr std::size_t kDigest = 64;  // SHA-256 in hex.
constexpr std::size_t kDot = kShard + 1 + kDigest;

struct TypeRow {
  std::string_view extension;
  std::string_view content_type;
};

constexpr std::array kTypes{
    TypeRow{"png", "image/png"},       TypeRow{"webp", "image/webp"}, TypeRow{"jpg", "image/jpeg"},
    TypeRow{"jpeg", "image/jpeg"},     TypeRow{"avif", "image/avif"}, TypeRow{"heic", "image/heic"},
    TypeRow{"tiff", "image/tiff"},     TypeRow{"gif", "image/gif"},   TypeRow{"bmp", "image/bmp"},
    TypeRow{"zip", "application/zip"},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }

}  // namespace

bool is_asset_extension(std::string_view text) {
  return !text.empty() && text.size() <= 8 && std::ranges::all_of(text, is_word);
}

AssetKey asset_key_of(std::string_view sha256_hex, std::string_view extension) {
  return std::string(sha256_hex.substr(0, kShard)) + "/" + std::string(sha256_hex) + "." +
         std::string(extension);
}

bool is_asset_key(std::string_view key) {
  return key.size() > kDot && key[kShard] == '/' && key[kDot] == '.' &&
         is_asset_extension(key.substr(kDot + 1)) && std::ranges::all_of(digest_of(key), is_hex) &&
         digest_of(key).starts_with(key.substr(0, kShard));
}

std::string_view digest_of(std::string_view key) { return key.substr(kShard + 1, kDigest); }

std::string_view content_type_of(std::string_view key) {
  const std::string_view extension = key.substr(key.rfind('.') + 1);
  const auto row = std::ranges::find(kTypes, extension, &TypeRow::extension);
  return row == kTypes.end() ? "application/octet-stream" : row->content_type;
}

}  // namespace cutroom::delivery
