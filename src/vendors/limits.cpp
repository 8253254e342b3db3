#include "vendors/limits.hpp"

#include <charconv>

namespace cutroom::vendors {
namespace {

constexpr Millis kSecond{1'000};
constexpr Millis kMinute{60'000};
constexpr Millis kHour{3'600'000};
constexpr Millis kDay{86'400'000};

struct Unit {
  char letter;
  Millis length;
  std::string_view name;
};
constexpr std::array kUnits{Unit{'d', kDay, "day"}, Unit{'h', kHour, "hour"}, Unit{'m', kMinute, "minute"},
                            Unit{'s', kSecond, "second"}};

// The limits of the stack that is replaced, number by number. It counted reads with everything else, which
// locked browsers out that asked for a job's state each second; so reads have a limit of their own, far above
// what people and pages do and far below what the server bears.
constexpr std::array kTable{
    LimitRow{LimitKind::global, "global", "requests", true, {100, 15 * kMinute}},
    LimitRow{LimitKind::reads, "reads", "reading requests", true, {6'000, kMinute}},
    LimitRow{LimitKind::image_processing,
             "imageProcessing",
             "image-processing requests",
             false,
             {50, 15 * kMinute}},
    LimitRow{LimitKind::background_removal,
             "backgroundRemoval",
             "background-removal requests",
             false,
             {30, kHour}},
    LimitRow{LimitKind::bulk, "bulk", "bulk operations", false, {10, kHour}},
};
static_assert(kTable.size() == kLimitKinds);

// The whole of `text`, > 0.
std::optional<std::int64_t> count_from(std::string_view text, std::int64_t most) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || value < 1 || value > most)
    return std::nullopt;
  return value;
}

const Unit& largest_exact(Millis window) {
  for (const Unit& unit : kUnits)
    if (window % unit.length == Millis{0}) return unit;
  return kUnits.back();
}

}  // namespace

std::optional<Limit> limit_from(std::string_view text) {
  if (text == "off") return Limit{};
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash + 1 == text.size()) return std::nullopt;
  const auto requests = count_from(text.substr(0, slash), kLimitRequestsMax);
  std::string_view window = text.substr(slash + 1);
  const char letter = window.back();
  window.remove_suffix(1);
  const auto number =
      window.empty() ? std::optional<std::int64_t>(1) : count_from(window, kLimitWindowMax / kSecond);
  if (!requests || !number) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (unit.letter != letter) continue;
    const Millis length = *number * unit.length;
    if (length < kLimitWindowMin || length > kLimitWindowMax) return std::nullopt;
    return Limit{.requests = static_cast<std::uint32_t>(*requests), .window = length};
  }
  return std::nullopt;
}

std::string to_string(const Limit& limit) {
  if (limit.is_off()) return "off";
  const Unit& unit = largest_exact(limit.window);
  return std::to_string(limit.requests) + "/" + std::to_string(limit.window / unit.length) + unit.letter;
}

std::string describe(const Limit& limit) {
  if (limit.is_off()) return "no limit";
  const Unit& unit = largest_exact(limit.window);
  const auto count = limit.window / unit.length;
  const std::string window =
      count == 1 ? std::string(unit.name) : std::to_string(count) + " " + std::string(unit.name) + "s";
  return std::to_string(limit.requests) + " per " + window;
}

std::span<const LimitRow> limit_table() { return kTable; }

const LimitRow& limit_row(LimitKind kind) { return kTable.at(static_cast<std::size_t>(kind)); }

std::optional<LimitKind> limit_kind_from(std::string_view name) {
  for (const LimitRow& row : kTable)
    if (row.name == name) return row.kind;
  return std::nullopt;
}

Limits::Limits() : limits_() {
  for (const LimitRow& row : kTable) (*this)[row.kind] = row.standard;
}

}  // namespace cutroom::vendors
