#include "adapters/redis_client/exchange.hpp"

#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cutroom::redis_client {

using boost::asio::use_awaitable;

boost::asio::awaitable<void> exchange(const boost::asio::any_io_executor& executor, Link* link,
                                      std::span<const Words> commands, std::span<Result<Reply>> answers) {
  if (link == nullptr || !link->has_room()) {
    const Error error{.code = Errc::unavailable,
                      .detail = link == nullptr ? "not connected to Redis" : "too many calls wait for Redis"};
    // A caller that tries again at once must not keep the executor from what would help it.
    co_await boost::asio::post(use_awaitable);
    for (auto& answer : answers) answer = error;
    co_return;
  }
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
      [&](auto handler) {
        using Waiting = CallOf<std::decay_t<decltype(handler)>>;
        link->submit(std::make_unique<Waiting>(commands, answers, std::move(handler), executor));
      },
      use_awaitable);
}

}  // namespace cutroom::redis_client
