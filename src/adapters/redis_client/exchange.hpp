// One round trip over a link.
#pragma once

#include <span>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "adapters/redis_client/link.hpp"

namespace cutroom::redis_client {

// Fills in as many answers as there are commands; all of them unavailable where there is no link. To be
// awaited on the link's executor, which is given too.
boost::asio::awaitable<void> exchange(const boost::asio::any_io_executor&, Link*,
                                      std::span<const Words> commands, std::span<Result<Reply>> answers);

}  // namespace cutroom::redis_client
