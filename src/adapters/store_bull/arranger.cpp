#include "adapters/store_bull/arranger.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "adapters/store_bull/scripts.hpp"
#include "base/log.hpp"

namespace cutroom::store_bull {

Arranger::Arranger(boost::asio::any_io_executor executor, std::shared_ptr<redis_client::Redis> redis,
                   std::shared_ptr<Homes> homes,
                   std::function<std::vector<std::string>(const std::string&)> words)
    : strand_(std::move(executor)),
      redis_(std::move(redis)),
      homes_(std::move(homes)),
      words_(std::move(words)) {}

void Arranger::arrange(const std::string& queue) {
  boost::asio::post(strand_, [self = shared_from_this(), queue] {
    const auto [at, is_new] = self->running_.try_emplace(queue, Run::once);
    at->second = is_new ? Run::once : Run::again;
    if (is_new) boost::asio::co_spawn(self->strand_, self->run(queue), boost::asio::detached);
  });
}

boost::asio::awaitable<void> Arranger::run(std::string queue) {
  const auto self = shared_from_this();
  for (;;) {
    auto keys = homes_->keys(queue);
    auto args = words_(queue);
    args.push_back(homes_->name_of(queue));
    auto answer = Result<redis_client::Reply>(Error{.code = Errc::unavailable});
    const auto is_open = co_await homes_->open(queue);
    if (is_open) answer = co_await redis_->run(scripts().arrange, std::move(keys), std::move(args));
    // The next message, or the next step of the queue, does it again.
    if (!answer) log::debug("Jobs that others pushed got no place yet: {}", answer.error().detail);
    auto& state = running_.at(queue);
    const bool is_some_left = answer && answer->integer() != 0;
    if (!answer || (state == Run::once && !is_some_left)) break;
    state = Run::once;
  }
  running_.erase(queue);
}

}  // namespace cutroom::store_bull
