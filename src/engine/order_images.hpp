// The bytes of an order's further images, at the time its work is done.
#pragma once

#include <stop_token>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "delivery/asset_store.hpp"
#include "delivery/photo_source.hpp"
#include "engine/orders.hpp"

namespace cutroom::engine {

class OrderImages {
 public:
  OrderImages(delivery::PhotoSource& photos, delivery::AssetStore& assets)
      : photos_(photos), assets_(assets) {}

  // Held in the asset store, or fetched by the rules for photos. `field` begins the message of an error.
  boost::asio::awaitable<Result<Bytes>> get(const Payload&, std::string url, std::string field,
                                            std::stop_token);

 private:
  delivery::PhotoSource& photos_;
  delivery::AssetStore& assets_;
};

}  // namespace cutroom::engine
