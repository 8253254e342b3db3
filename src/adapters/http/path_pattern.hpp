// Patterns of the route table: "/job/:id" matches one segment, "/assets/*key" all that follows (at least one
// character).
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace cutroom::http {

// Whether `path` (percent-encoded, no query) is one that `pattern` means; a slash at its end makes no
// difference. On success `params` holds what the pattern's names stand for, percent-decoded and in order. A
// segment is cut out before it is decoded, so an encoded slash can't make two of one.
bool match_path(std::string_view pattern, std::string_view path, std::array<std::string, 2>& params);

}  // namespace cutroom::http
