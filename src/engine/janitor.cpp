#include "engine/janitor.hpp"

#include <utility>

#include "base/log.hpp"

namespace cutroom::engine {
namespace {

// Of a queue in one call: 20,000 jobs at most.
constexpr int kStepsMax = 20;

}  // namespace

boost::asio::awaitable<void> Janitor::prune(jobs::PruneRule rule) {
  std::size_t total = 0;
  for (int step = 0; step < kStepsMax; ++step) {
    const auto pruned = co_await store_.prune(rule);
    if (!pruned) {
      log::error("{}: ended jobs can't be forgotten: {}", rule.queue, pruned.error().detail);
      co_return;
    }
    total += *pruned;
    if (*pruned == 0) break;
  }
  if (total > 0) log::info("{}: forgot {} jobs that had {}", rule.queue, total, to_string(rule.state));
}

boost::asio::awaitable<void> Janitor::tidy_jobs() {
  const TimePoint now = clock_.now();
  for (const std::string& queue : queues_) {
    jobs::PruneRule completed{.queue = queue,
                              .state = jobs::JobState::completed,
                              .ended_before = now - retention_.completed,
                              .keep_newest_max = retention_.completed_max};
    co_await prune(std::move(completed));
    jobs::PruneRule failed{.queue = queue,
                           .state = jobs::JobState::failed,
                           .ended_before = now - retention_.failed,
                           .keep_newest_max = retention_.failed_max};
    co_await prune(std::move(failed));
  }
}

boost::asio::awaitable<void> Janitor::tidy_assets() {
  if (retention_.assets <= Millis{0}) co_return;
  const auto forgotten = co_await assets_.forget_unused(clock_.now() - retention_.assets);
  if (!forgotten)
    log::error("unused assets can't be forgotten: {}", forgotten.error().detail);
  else if (*forgotten > 0)
    log::info("forgot {} assets that nobody asked for", *forgotten);
}

}  // namespace cutroom::engine
