// Times as people and other programs read them.
#pragma once

#include <string>

#include "base/clock.hpp"

namespace cutroom {

// "2024-05-06T07:08:09.010Z".
std::string iso8601(TimePoint);

}  // namespace cutroom
