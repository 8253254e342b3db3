#include "adapters/redis_client/asker.hpp"

#include <utility>

namespace cutroom::redis_client {

Asker::Asker(boost::asio::any_io_executor executor, const Options& options, std::shared_ptr<TlsSetup> tls,
             std::vector<Words> greeting)
    : executor_(std::move(executor)),
      settings_{.endpoint = {},
                .connect_timeout = options.connect_timeout,
                .command_timeout = options.command_timeout,
                .greeting = std::move(greeting),
                .push = {},
                .tls = std::move(tls)} {}

boost::asio::awaitable<Result<Reply>> Asker::ask(Endpoint endpoint, Words question) {
  if (stopped_) co_return Error{.code = Errc::unavailable, .detail = "the client is stopping"};
  Link::Settings settings = settings_;
  settings.endpoint = std::move(endpoint);
  settings.greeting.push_back(std::move(question));
  const auto link = std::make_shared<Link>(executor_, std::move(settings));
  std::erase_if(links_, [](const auto& weak) { return weak.expired(); });
  links_.push_back(link);
  auto answers = co_await link->open();
  link->close({.code = Errc::unavailable, .detail = "no longer needed"});
  if (!answers) co_return answers.error();
  co_return std::move(answers->back());
}

void Asker::stop() {
  stopped_ = true;
  for (const auto& weak : links_)
    if (const auto link = weak.lock())
      link->close({.code = Errc::unavailable, .detail = "the client is stopping"});
}

}  // namespace cutroom::redis_client
