#include "bridge.hpp"

#include <stop_token>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cutroom::bull_test {

using boost::asio::awaitable;
using boost::json::object;

awaitable<Result<std::string>> ToldPath::run(engine::Attempt& attempt) {
  const auto run = ++last_run_;
  runs_[run];
  tell_({{"event", "run"}, {"run", run}, {"id", attempt.job.id}});
  const std::stop_callback on_stop(attempt.stop, [this] { answered_.notify(); });
  for (;;) {
    const auto ticket = answered_.ticket();
    if (auto& answer = runs_[run]) {
      auto result = std::move(*answer);
      runs_.erase(run);
      co_return result;
    }
    if (attempt.stop.stop_requested()) break;
    co_await answered_.wait(ticket);
  }
  runs_.erase(run);
  tell_({{"event", "stop"}, {"run", run}});
  co_return Error{.code = Errc::cancelled};
}

void ToldPath::answer(const object& words) {
  const auto at = runs_.find(words.at("run").as_int64());
  if (at == runs_.end()) return;  // It was not waited for.
  if (const auto* result = words.if_contains("result")) {
    at->second = Result<std::string>(std::string(result->as_string()));
  } else {
    // Bull's discard(), and a back-off that says so, end the job: as errors do that no other try can help.
    const bool is_final = words.at("final").as_bool();
    at->second = Result<std::string>(Error{.code = is_final ? Errc::invalid_input : Errc::internal,
                                           .message = std::string(words.at("error").as_string())});
  }
  answered_.notify();
}

void ToldEvents::publish(engine::Event event) {
  using enum engine::EventType;
  if (event.type == completed || event.type == failed || event.type == delayed)
    tell_({{"event", to_string(event.type)}, {"id", event.job}, {"text", event.text}});
}

Bridge::Bridge(boost::asio::io_context& io, store_bull::BullStore& store, const DriverOptions& options,
               Tell tell)
    : io_(io),
      store_(store),
      options_(options),
      tell_(std::move(tell)),
      path_(io, tell_),
      events_(tell_),
      hub_(io.get_executor()),
      announcer_(hub_, store) {}

Bridge::~Bridge() = default;

void Bridge::start() {
  store_.on_work([this](const std::string& queue) {
    if (queue != options_.queues.front()) return;
    for (auto& worker : workers_) worker.wake();
  });
  hub_.relay_through(events_);
}

void Bridge::hear(const object& words) {
  const auto& op = words.at("op").as_string();
  if (op == "done") {
    path_.answer(words);
  } else if (op == "slots") {
    // Not before: the clock may have to be told first.
    if (options_.recover_every > Millis{0} && !std::exchange(is_recovering_, true))
      boost::asio::co_spawn(io_, recover(), boost::asio::detached);
    const engine::Worker::Parts parts{
        .store = store_, .path = path_, .estimator = estimator_, .announcer = announcer_, .clock = clock_};
    const engine::WorkerOptions how{.queue = options_.queues.front(),
                                    .slots = words.at("count").to_number<std::size_t>(),
                                    .name = "test",
                                    .lease = options_.lease,
                                    .store_pause = Millis{100},
                                    .look_again = Millis{2'000}};
    workers_.emplace_back(io_.get_executor(), parts, how).start();
  } else if (op == "clock") {
    const auto& now = words.at("now");
    clock_.told.reset();
    if (!now.is_null()) clock_.told = from_unix_ms(now.to_number<std::int64_t>());
    for (auto& worker : workers_) worker.wake();
  } else if (op == "stop") {
    const Millis grace{words.at("grace").to_number<std::int64_t>()};
    boost::asio::co_spawn(io_, stop(grace), boost::asio::detached);
  }
}

awaitable<void> Bridge::stop(Millis grace) {
  std::list<engine::Worker> ending;
  ending.swap(workers_);
  for (auto& worker : ending) co_await worker.stop(grace);
  tell_({{"event", "stopped"}});
}

awaitable<void> Bridge::recover() {
  boost::asio::steady_timer timer(io_);
  for (;;) {
    const auto found = co_await store_.recover_expired(clock_.now());
    if (found) {
      for (const auto& id : found->waiting) tell_({{"event", "recovered"}, {"id", id}});
      for (const auto& id : found->failed) tell_({{"event", "stalled_out"}, {"id", id}});
    }
    timer.expires_after(options_.recover_every);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

}  // namespace cutroom::bull_test
