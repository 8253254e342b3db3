// A vendor's fields between the server's JSON and a shell.
#pragma once

#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "app/commands/commands.hpp"

namespace cutroom::app {

// A cell: text as it is, null as nothing.
std::string cell(const boost::json::value& from, std::string_view field);
// 2026-11-24T09:15:00.000Z as people need it.
std::string day_of(const std::string& time);
// "bulk=off backgroundRemoval=300/1h"
std::string limits_of(const boost::json::value& vendor);

// What `add` and `set` send.
boost::json::object body_of(const VendorArguments&);

}  // namespace cutroom::app
