// Looking through the names of keys.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "adapters/redis_client/redis.hpp"

namespace cutroom::store_bull {

constexpr const char* kScanned = "1000";  // Keys, or entries, that one SCAN looks at.

// What stands for itself in a pattern of Redis.
std::string literal(std::string_view text);

// One SCAN from `cursor` on the node that has the keys beginning with `base`: {next cursor, keys}.
boost::asio::awaitable<Result<redis_client::Reply>> scan(redis_client::Redis&, std::string base,
                                                         std::string cursor, std::string pattern);

}  // namespace cutroom::store_bull
