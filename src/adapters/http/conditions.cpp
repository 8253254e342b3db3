#include "adapters/http/conditions.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace cutroom::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

bool none_match_hits(std::string_view header, std::string_view etag) {
  if (trimmed(header) == "*") return true;
  while (!header.empty()) {
    std::string_view entry = trimmed(header.substr(0, header.find(',')));
    header.remove_prefix(std::min(
        header.size(), header.find(',') == std::string_view::npos ? header.size() : header.find(',') + 1));
    if (entry.starts_with("W/")) entry.remove_prefix(2);  // Weak comparison: RFC 9110, 13.1.2.
    if (entry == etag) return true;
  }
  return false;
}

RangeAnswer choose_range(std::string_view range, std::string_view if_range, std::string_view etag,
                         std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!range.starts_with(kUnit) || (!if_range.empty() && if_range != etag)) return WholeFile{};
  range = trimmed(range.substr(kUnit.size()));
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos || range.find(',') != std::string_view::npos) return WholeFile{};
  const std::string_view from = range.substr(0, dash);
  const std::string_view to = range.substr(dash + 1);

  if (from.empty()) {  // The last so many bytes.
    const auto count = number(to);
    if (!count) return WholeFile{};
    if (*count == 0 || size == 0) return Unsatisfiable{};
    const std::uint64_t length = std::min(*count, size);
    return ByteRange{size - length, length};
  }
  const auto first = number(from);
  const auto last = to.empty() ? std::optional(size) : number(to);
  if (!first || !last || (!to.empty() && *last < *first)) return WholeFile{};
  if (*first >= size) return Unsatisfiable{};
  return ByteRange{*first, std::min(*last, size - 1) - *first + 1};
}

}  // namespace cutroom::http
