// A cut-out's options as the JSON of an order: {"options": {...}} of its `work`.
#pragma once

#include <boost/json/object.hpp>

#include "imaging/cut_out.hpp"

namespace cutroom::engine {

// Only what differs from the default, so that a job's data stays as short as the caller sent it.
boost::json::object options_to_json(const imaging::CutOutOptions&);
// What an order's work holds with these options: nothing where they are the defaults.
boost::json::object cut_out_order_of(const imaging::CutOutOptions&);
// What isn't readable is left at its default: it was checked before it was queued.
imaging::CutOutOptions cut_out_options_from(const boost::json::object& work);

}  // namespace cutroom::engine
