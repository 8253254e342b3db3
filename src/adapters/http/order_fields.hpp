// The fields that all ways of ordering share, checked one by one.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "adapters/http/field_problems.hpp"
#include "adapters/http/order_kind.hpp"
#include "engine/orders.hpp"

namespace cutroom::http {

inline constexpr std::string_view kRequired = "is required";

// What is wrong with the value, nothing where it is good. kRequired for nullptr, null and empty text.
// An id of the platform is a string or a whole number; whether a photo's address may be fetched is checked
// later.
std::string_view id_problem(const boost::json::value*);
std::string_view photo_url_problem(const boost::json::value*);

// vendorId as text, empty where there is none.
std::string read_vendor(const boost::json::object& body, FieldProblems&);
// projectId, null where there is none.
boost::json::value read_project(const boost::json::object& body, FieldProblems&);

// The options that all kinds share, and the kind's own fields as the order's `work`.
void read_work(const OrderKind&, const boost::json::object& body, engine::Order&, FieldProblems&);

}  // namespace cutroom::http
