// JSON has no infinity, but Boost.JSON reads 1e999 as one and would write it as a word that no parser takes.
#pragma once

#include <boost/json/value.hpp>

namespace cutroom::engine {

// No number in it, at any depth, is infinite. What others have written is asked this before it is written
// again.
bool is_finite(const boost::json::value&);

}  // namespace cutroom::engine
