#include "app/wire/workers.hpp"

#include <exception>
#include <unistd.h>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/host_name.hpp>

#include "base/token.hpp"
#include "engine/webhooks.hpp"

namespace cutroom::app {
namespace {

engine::WorkerState this_process(TimePoint now) {
  return {.id = random_token(6),
          .host = boost::asio::ip::host_name(),
          .pid = ::getpid(),
          .version = CUTROOM_VERSION,
          .started_at = now};
}

// Bull's retryJobs(), say, tells nobody. Its own idle workers find such jobs at once, since they wait in the
// list itself.
constexpr Millis kLookAgain{2'000};

}  // namespace

Workers::Workers(Parts parts)
    : parts_(std::move(parts)), pulse_(this_process(parts_.clock.now()), parts_.clock) {}

void Workers::start(std::string_view queue, engine::JobPath& path, std::int64_t slots) {
  // Telling a vendor of its jobs is no use of its own.
  const auto look_again = parts_.others_add ? std::optional(kLookAgain) : std::nullopt;
  engine::UsageCounter* usage = queue == engine::kWebhookQueue ? nullptr : &parts_.usage;
  auto worker =
      std::make_unique<engine::Worker>(parts_.io.get_executor(),
                                       engine::Worker::Parts{.store = parts_.store,
                                                             .path = path,
                                                             .estimator = parts_.estimator,
                                                             .announcer = parts_.announcer,
                                                             .clock = parts_.clock,
                                                             .follow_ups = parts_.follow_ups,
                                                             .usage = usage},
                                       engine::WorkerOptions{.queue = std::string(queue),
                                                             .slots = static_cast<std::size_t>(slots),
                                                             .name = random_token(4),
                                                             .lease = parts_.lease,
                                                             .look_again = look_again});
  worker->start();
  pulse_.add(*worker);
  workers_.emplace(queue, std::move(worker));
}

boost::asio::awaitable<void> Workers::stop() {
  std::size_t running = workers_.size();
  engine::Signal stopped(parts_.io.get_executor());
  for (const auto& [queue, worker] : workers_) {
    // What is told can be told later; photos that are nearly done should get done.
    const Millis grace = queue == engine::kWebhookQueue ? Millis{0} : parts_.stop_grace;
    boost::asio::co_spawn(parts_.io, worker->stop(grace), [&](std::exception_ptr bug) {
      --running;
      stopped.notify();
      if (bug) std::rethrow_exception(bug);
    });
  }
  while (running > 0) co_await stopped.wait(stopped.ticket());
}

void Workers::wake(const std::string& queue) {
  if (const auto worker = workers_.find(queue); worker != workers_.end()) worker->second->wake();
}

void Workers::cancel(const jobs::JobId& id) {
  for (const auto& [queue, worker] : workers_) worker->cancel(id);
}

}  // namespace cutroom::app
