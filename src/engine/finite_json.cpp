#include "engine/finite_json.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

namespace cutroom::engine {

// As deep as the parser allows, which is not very.
bool is_finite(const boost::json::value& value) {
  if (const double* number = value.if_double()) return std::isfinite(*number);
  if (const auto* array = value.if_array()) return std::ranges::all_of(*array, is_finite);
  if (const auto* object = value.if_object())
    return std::ranges::all_of(*object, [](const auto& member) { return is_finite(member.value()); });
  return true;
}

}  // namespace cutroom::engine
