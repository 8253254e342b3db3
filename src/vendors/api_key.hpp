// The keys by which vendors show who they are: "ck_<id>_<secret>".
//
// The id is public and finds the key; the secret is 192 random bits. Only its SHA-256 is kept: with that many
// random bits nothing slower is needed against guessing, and a look-up costs a microsecond. Compared in
// constant time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "vendors/day.hpp"
#include "vendors/vendor.hpp"

namespace cutroom::vendors {

struct ApiKey {
  std::string id;  // Unique among all keys of all vendors.
  VendorId vendor;
  std::string label;          // For people: what it is used for.
  std::string secret_sha256;  // Lower-case hex.
  TimePoint created_at{};
  std::optional<TimePoint> revoked_at{};
  std::optional<Day> last_used{};
  bool operator==(const ApiKey&) const = default;
};

inline constexpr std::string_view kApiKeyPrefix = "ck_";
inline constexpr std::size_t kKeysPerVendorMax = 50;  // Revoked ones count: they stay in the list.

struct NewApiKey {
  ApiKey key;
  std::string text;  // What the vendor gets. Shown once; nobody can tell it again.
};
NewApiKey make_api_key(VendorId vendor, std::string label, TimePoint now);

// The two parts of a key's text; views into it. nullopt: it can't be one.
struct ApiKeyParts {
  std::string_view id;
  std::string_view secret;
};
std::optional<ApiKeyParts> api_key_parts(std::string_view text);

// Whether the secret is this key's and the key is still good.
bool opens(const ApiKey&, std::string_view secret);

}  // namespace cutroom::vendors
