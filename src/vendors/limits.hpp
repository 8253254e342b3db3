// How many requests may come in which time: "30/1h", "100/15m" or "off". The five limits of the API, with
// their defaults; a vendor may have some of its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace cutroom::vendors {

struct Limit {
  std::uint32_t requests = 0;  // 0: off, everything passes.
  Millis window{0};
  bool is_off() const { return requests == 0; }
  bool operator==(const Limit&) const = default;
};

// Bounds of a limit that is on. Beyond them it would mean "off" or "never".
inline constexpr std::uint32_t kLimitRequestsMax = 10'000'000;
inline constexpr Millis kLimitWindowMin{1'000};
inline constexpr Millis kLimitWindowMax{31LL * 86'400'000};

// N/WINDOW, where WINDOW is a whole number of s, m, h or d (the number may be left out: "30/h"), or "off".
inline constexpr std::string_view kLimitAllowed = "N/DURATION like 30/1h, 100/15m, 5/10s; or off";
std::optional<Limit> limit_from(std::string_view text);
// As limit_from() reads it, in the largest unit that is exact.
std::string to_string(const Limit&);
// "30 requests per hour", for people.
std::string describe(const Limit&);

enum class LimitKind : std::uint8_t { global, reads, image_processing, background_removal, bulk };
inline constexpr std::size_t kLimitKinds = 5;

struct LimitRow {
  LimitKind kind;
  std::string_view name;     // In the API.
  std::string_view of_what;  // For people: "background-removal requests".
  bool per_address;          // Counted by the caller's address; else by vendor.
  Limit standard;            // The default.
};
std::span<const LimitRow> limit_table();
const LimitRow& limit_row(LimitKind);
std::optional<LimitKind> limit_kind_from(std::string_view name);

// One limit for each kind.
class Limits {
 public:
  Limits();  // The defaults.
  const Limit& operator[](LimitKind kind) const { return limits_.at(static_cast<std::size_t>(kind)); }
  Limit& operator[](LimitKind kind) { return limits_.at(static_cast<std::size_t>(kind)); }
  bool operator==(const Limits&) const = default;

 private:
  std::array<Limit, kLimitKinds> limits_;
};

// What a vendor has of its own; the rest is as for everybody.
class LimitOverrides {
 public:
  const std::optional<Limit>& operator[](LimitKind kind) const {
    return limits_.at(static_cast<std::size_t>(kind));
  }
  std::optional<Limit>& operator[](LimitKind kind) { return limits_.at(static_cast<std::size_t>(kind)); }
  bool operator==(const LimitOverrides&) const = default;

 private:
  std::array<std::optional<Limit>, kLimitKinds> limits_{};
};

}  // namespace cutroom::vendors
