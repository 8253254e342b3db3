// What this server can't do of what an order may ask for, although the order is well formed: said when it is
// handed in, not by a job that fails.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "base/error.hpp"

namespace cutroom::engine {

struct Abilities {
  std::string model;  // The one that is there; empty: not known here, and the worker will tell.
  bool writes_avif = true;
};

// By the names of a request's fields.
std::vector<FieldProblem> beyond(const Abilities&, const boost::json::object& work);

}  // namespace cutroom::engine
