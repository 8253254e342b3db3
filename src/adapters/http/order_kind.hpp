// What the three kinds of orders don't share: their queue and the fields of their own.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include <boost/json/object.hpp>

#include "adapters/http/field_problems.hpp"

namespace cutroom::http {

struct OrderKind {
  std::string_view queue;
  // Fields of the body that a form may give as parts of their own, as JSON where they aren't plain text.
  std::span<const std::string_view> fields;
  // Options that a form may give as parts of their own.
  std::span<const std::string_view> option_names;
  // Reads the kind's own fields and its options (an object; empty where the body has none; without the
  // options that all kinds share) and answers the order's `work`.
  std::function<boost::json::object(const boost::json::object& body, const boost::json::object& options,
                                    FieldProblems&)>
      read;
  // Of the vendor: what an option is where the request says nothing.
  const boost::json::object* defaults = nullptr;
};

// order_kind_cut_out.cpp
extern const OrderKind kCutOutKind;
// order_kind_image.cpp
extern const OrderKind kImageKind;

}  // namespace cutroom::http
