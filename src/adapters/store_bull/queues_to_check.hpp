#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "adapters/redis_client/redis.hpp"
#include "adapters/store_bull/bull_store.hpp"

namespace cutroom::store_bull {

// Each queue under the prefix that has jobs, had them, or is known to the store.
boost::asio::awaitable<Result<std::vector<std::string>>> queues_to_check(std::shared_ptr<redis_client::Redis>,
                                                                         BullOptions);

}  // namespace cutroom::store_bull
