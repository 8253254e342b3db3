// The options of an order, from the words of the API.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include <boost/json/value.hpp>

#include "adapters/http/field_problems.hpp"
#include "imaging/cut_out.hpp"

namespace cutroom::http {

struct OrderOptions {
  imaging::CutOutOptions cut_out{};
  int priority = 0;
};

// Every name that options may have.
inline constexpr std::array<std::string_view, 6> kOptionNames{"format",   "quality",       "background",
                                                              "maskOnly", "decontaminate", "priority"};

// `options` is an object, or null for all defaults. Unknown names are problems: an option that is silently
// not applied is found out a thousand pictures later.
OrderOptions read_options(const boost::json::value& options, FieldProblems&);

// "#rrggbb" or "r,g,b" with 0..255 each.
std::optional<imaging::Rgb> colour_from(std::string_view);

}  // namespace cutroom::http
