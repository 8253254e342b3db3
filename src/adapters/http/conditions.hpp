// Conditional and partial requests (RFC 9110, 13 and 14). Pure.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace cutroom::http {

// Whether an If-None-Match header names `etag` (quotes and all), or anything with "*". Empty: no header, so
// no.
bool none_match_hits(std::string_view if_none_match, std::string_view etag);

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
  bool operator==(const ByteRange&) const = default;
};
struct WholeFile {
  bool operator==(const WholeFile&) const = default;
};
struct Unsatisfiable {
  bool operator==(const Unsatisfiable&) const = default;
};
using RangeAnswer = std::variant<WholeFile, ByteRange, Unsatisfiable>;

// What a Range header asks of a file. Broken ones, other units and several ranges at once are answered with
// the whole, as the RFC allows. `if_range` must be empty or equal to `etag` for a range to count.
RangeAnswer choose_range(std::string_view range, std::string_view if_range, std::string_view etag,
                         std::uint64_t size);

}  // namespace cutroom::http
