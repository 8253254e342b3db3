// The store's steps by name, for tests in other languages: a JSON object in, one out.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include "adapters/store_bull/bull_store.hpp"

namespace cutroom::bull_test {

// {"op": "add", "queue": ..., ...}; `now` (ms) is the system's where it is left out. {"error": ...} where the
// step failed.
boost::asio::awaitable<boost::json::object> do_step(store_bull::BullStore&, boost::json::object);

// {"op": "fsck", "queue": ..., "repair": ...}: {"jobs": n, "findings": ["id: what (detail)", ...]}
boost::asio::awaitable<boost::json::object> do_fsck(std::shared_ptr<redis_client::Redis>,
                                                    store_bull::BullOptions, boost::json::object);

}  // namespace cutroom::bull_test
