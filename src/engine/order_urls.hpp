// Addresses that an order has beside its photo's: images that go onto or behind it. They are no more to be
// trusted than the photo's own, and a data: URI is kept as a file, not in each job.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace cutroom::engine {

struct OrderUrl {
  std::string field;           // As the API calls it: operations[1].imageUrl.
  boost::json::string* value;  // In the order's `work`.
};

std::vector<OrderUrl> further_urls(boost::json::object& work);

// The image of this address is in the asset store under `key`: said by the payload's heldImages, which no
// caller can set.
void hold_image(boost::json::object& work, std::string_view url, std::string_view key);
// nullopt: it has to be fetched.
std::optional<std::string> held_image(const boost::json::object& work, std::string_view url);

}  // namespace cutroom::engine
