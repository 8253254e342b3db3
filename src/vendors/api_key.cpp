#include "vendors/api_key.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "base/token.hpp"

namespace cutroom::vendors {
namespace {

// Six bytes: a collision among a million keys is as likely as a lottery win, and the store refuses one.
constexpr std::size_t kIdBytes = 6;
constexpr std::size_t kSecretBytes = 24;

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

NewApiKey make_api_key(VendorId vendor, std::string label, TimePoint now) {
  const std::string secret = random_token(kSecretBytes);
  ApiKey key{.id = random_token(kIdBytes),
             .vendor = std::move(vendor),
             .label = std::move(label),
             .secret_sha256 = sha256_hex(secret),
             .created_at = now};
  std::string text = std::string(kApiKeyPrefix) + key.id + "_" + secret;
  return {.key = std::move(key), .text = std::move(text)};
}

std::optional<ApiKeyParts> api_key_parts(std::string_view text) {
  if (!text.starts_with(kApiKeyPrefix)) return std::nullopt;
  text.remove_prefix(kApiKeyPrefix.size());
  const ApiKeyParts parts{.id = text.substr(0, text.find('_')),
                          .secret = text.substr(std::min(text.size(), text.find('_')))};
  if (parts.id.size() != 2 * kIdBytes || parts.secret.size() != 1 + 2 * kSecretBytes) return std::nullopt;
  const std::string_view secret = parts.secret.substr(1);
  if (!is_hex(parts.id) || !is_hex(secret)) return std::nullopt;
  return ApiKeyParts{.id = parts.id, .secret = secret};
}

bool opens(const ApiKey& key, std::string_view secret) {
  return equal_in_constant_time(key.secret_sha256, sha256_hex(secret)) && !key.revoked_at;
}

}  // namespace cutroom::vendors
