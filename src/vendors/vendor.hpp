// A vendor as the operator has set it up. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "vendors/limits.hpp"

namespace cutroom::vendors {

using VendorId = std::string;

struct Vendor {
  VendorId id;
  std::string name;  // For people; may be empty.

  double weight = 1.0;       // Twice the weight, twice the share of a queue.
  std::size_t cap = 0;       // Jobs that run at the same time; 0: no cap.
  bool cap_is_hard = false;  // An elastic cap binds only while another vendor could use the slot.
  bool paused = false;       // Its jobs are taken in, but wait.

  LimitOverrides limits{};
  std::uint64_t monthly_quota = 0;          // Photos taken in per calendar month (UTC); 0: no quota.
  std::vector<std::string> source_hosts{};  // Photos may come from these alone; empty: from anywhere.
  // {"backgroundRemoval": {...}, ...}: what a request of that kind gets where it says nothing itself. Opaque
  // here.
  std::string default_options_json = "{}";

  // {"badge": {...}, ...}: its own presets of face crops, by name. Opaque here.
  std::string face_presets_json = "{}";

  // Where its events go (Standard Webhooks).
  std::optional<std::string> webhook_url{};
  std::optional<std::string> webhook_secret{};
  std::optional<std::string> webhook_events{};

  bool operator==(const Vendor&) const = default;
};

inline constexpr double kWeightMin = 0.001;
inline constexpr double kWeightMax = 1'000.0;
inline constexpr std::size_t kCapMax = 100'000;
inline constexpr std::size_t kSourceHostsMax = 100;
inline constexpr std::size_t kVendorIdBytesMax = 64;
inline constexpr std::size_t kNameBytesMax = 200;
inline constexpr std::size_t kDefaultOptionsBytesMax = 16U << 10U;
inline constexpr std::size_t kFacePresetsBytesMax = 256U << 10U;
inline constexpr std::uint64_t kQuotaMax = 1'000'000'000'000;

// What is wrong with it, field by field, in the words of the API; empty where all is well.
std::vector<FieldProblem> problems_of(const Vendor&);

// Whether photos may come from this host, given as the fetcher compares it: lower case, no dot at its end.
// "example.com" is that host, "*.example.com" every name below it.
bool may_fetch_from(const Vendor&, std::string_view host);

}  // namespace cutroom::vendors
