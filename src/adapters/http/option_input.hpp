// The options of an order, from the words of the API. Unknown names are problems: an option that is silently
// not applied is found out a thousand pictures later.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "adapters/http/field_problems.hpp"
#include "base/clock.hpp"
#include "imaging/cut_out_options.hpp"

namespace cutroom::http {

// What every kind of order may have.
struct SharedOptions {
  int priority = 0;
  Millis delay{0};
  std::string webhook_url;
  bool durable = false;
};

inline constexpr std::array<std::string_view, 4> kSharedOptionNames{"priority", "delayMs", "webhookUrl",
                                                                    "durable"};
// The options of a cut-out alone.
inline constexpr std::array<std::string_view, 12> kCutOutOptionNames{
    "format",   "quality", "background",    "backgroundImageUrl",
    "maskOnly", "zip",     "decontaminate", "cropToSubject",
    "canvas",   "shadow",  "refine",        "model"};

// Takes the shared ones out of `options`.
SharedOptions take_shared_options(boost::json::object& options, FieldProblems&);
// All of `options`.
imaging::CutOutOptions read_cut_out_options(const boost::json::object& options, FieldProblems&);

}  // namespace cutroom::http
