// A cut-out's options out of their JSON, checked. docs/cut-out-options.md has them all.
#pragma once

#include <boost/json/object.hpp>

#include "base/error.hpp"
#include "engine/field_reader.hpp"
#include "imaging/cut_out_options.hpp"

namespace cutroom::engine {

// Problems are named options.NAME. What isn't readable is left at its default.
imaging::CutOutOptions read_cut_out_options(const boost::json::object& options, Problems&);

}  // namespace cutroom::engine
