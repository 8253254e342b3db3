#include "adapters/store_bull/durability.hpp"

#include <optional>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/store_bull/server_info.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;
using redis_client::Reply;

namespace {

std::string life_in(std::string_view replication) {
  return std::string(value_of(replication, "master_replid"));
}

Error impossible() {
  const std::string problem =
      "this server's Redis can't say that a job is safe: that takes a replica, or Redis 7.2 with an "
      "append-only file";
  return {.code = Errc::invalid_input,
          .message = "options.durable: " + problem,
          .fields = {{"options.durable", problem}}};
}

Error too_late(std::string detail) {
  return {.code = Errc::unavailable,
          .message =
              "Nobody confirmed in time that the job is safe on a disk or a second server. It may have "
              "been taken: repeat the request with the same Idempotency-Key",
          .detail = std::move(detail)};
}

}  // namespace

Durability::Durability(boost::asio::any_io_executor executor, std::shared_ptr<redis_client::Redis> redis,
                       std::shared_ptr<Homes> homes, Connect connect)
    : strand_(executor), redis_(std::move(redis)), homes_(std::move(homes)), connect_(std::move(connect)) {}

// EXISTS leads the others to the node that has the queue.
awaitable<Result<Durability::Server>> Durability::server_of(std::string queue) {
  std::vector<std::vector<std::string>> commands{{"EXISTS", homes_->base_of(queue) + "id"},
                                                 {"INFO", "server"},
                                                 {"INFO", "persistence"},
                                                 {"INFO", "replication"}};
  const auto answers = co_await redis_->pipeline(std::move(commands));
  if (!answers) co_return answers.error();
  const auto version = value_of(answers->at(1).text(), "redis_version");
  const std::string& replication = answers->at(3).text();
  Server server{.witness = Witness::disk, .life = life_in(replication)};
  // WAITAOF came with 7.2.
  if (is_at_least(version, 7, 2) && value_of(answers->at(2).text(), "aof_enabled") == "1") co_return server;
  server.witness = Witness::replica;
  const auto replicas = value_of(replication, "connected_slaves");
  if (!replicas.empty() && replicas != "0") co_return server;
  co_return impossible();
}

awaitable<Result<std::string>> Durability::check(std::string queue) {
  auto server = co_await server_of(std::move(queue));
  if (!server) co_return server.error();
  co_return std::move(server->life);
}

awaitable<Result<std::string>> Durability::ask(std::string queue) {
  const auto server = co_await server_of(queue);
  // There was a witness before: it may come back, and the job has been taken.
  if (!server) co_return too_late(server.error().detail);
  const std::string time = std::to_string(kDurableMax.count());
  // A connection waits for its own last write, and for all that was written before it.
  std::vector<std::vector<std::string>> commands{
      {"SET", homes_->root_of(queue) + "durable", std::to_string(to_unix_ms(SystemClock().now()))},
      {"INFO", "replication"}};
  if (server->witness == Witness::disk)
    commands.push_back({"WAITAOF", "1", "0", time});
  else
    commands.push_back({"WAIT", "1", time});
  if (!second_) second_ = connect_();
  const auto answers = co_await second_->pipeline(std::move(commands));
  if (!answers) co_return too_late(answers.error().detail);
  const Reply& said = answers->at(2);
  const auto witnesses = server->witness == Witness::disk ? said.array().at(0).integer() : said.integer();
  if (witnesses < 1) co_return too_late("no witness");
  co_return life_in(answers->at(1).text());
}

awaitable<void> Durability::run(std::string queue) {
  const auto self = shared_from_this();
  Line& line = lines_[queue];
  while (!line.waiting.empty()) {
    const auto waiting = std::exchange(line.waiting, {});
    const auto life = co_await ask(queue);
    for (const Waiter& waiter : waiting) {
      if (!life)
        waiter.answer(life.error());
      else if (*life != waiter.life)
        waiter.answer(too_late("the server has been replaced, or has started again"));
      else
        waiter.answer({});
    }
  }
  line.is_asking = false;
}

awaitable<Result<void>> Durability::wait(std::string queue, std::string life) {
  std::optional<Result<void>> answer;
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
      [&](auto handler) {
        auto executor = boost::asio::get_associated_executor(handler);
        auto work = boost::asio::prefer(executor, boost::asio::execution::outstanding_work.tracked);
        // A function must be copyable; the handler isn't.
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        std::function<void(Result<void>)> call = [&answer, work, shared](Result<void> result) {
          answer.emplace(std::move(result));
          boost::asio::post(work, [shared]() { std::move (*shared)(); });
        };
        boost::asio::post(strand_,
                          [self = shared_from_this(), queue, life, call = std::move(call)]() mutable {
                            Line& line = self->lines_[queue];
                            line.waiting.push_back({.life = life, .answer = std::move(call)});
                            if (!std::exchange(line.is_asking, true))
                              boost::asio::co_spawn(self->strand_, self->run(queue), boost::asio::detached);
                          });
      },
      boost::asio::use_awaitable);
  co_return std::move(*answer);
}

}  // namespace cutroom::store_bull
