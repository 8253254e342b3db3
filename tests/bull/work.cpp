#include "work.hpp"

#include <algorithm>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace cutroom::bull_test {

using boost::asio::awaitable;
using boost::asio::use_awaitable;
using boost::json::object;

namespace {

// Redis is away: tried again after so long.
constexpr Millis kPause{50};

object data_of(const jobs::Job& job) {
  boost::system::error_code failed;
  const auto value = boost::json::parse(job.payload_json, failed);
  return !failed && value.is_object() ? value.get_object() : object();
}

std::int64_t number_in(const object& data, std::string_view name, std::int64_t otherwise) {
  const auto* value = data.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

}  // namespace

Work::Work(boost::asio::io_context& io, store_bull::BullStore& store, const DriverOptions& options, Tell tell)
    : io_(io), store_(store), options_(options), tell_(std::move(tell)) {
  for (const auto& queue : options.queues) idle_.try_emplace(queue);
}

void Work::start() {
  store_.on_work([this](const std::string& queue) {
    const auto at = idle_.find(queue);
    if (at == idle_.end()) return;
    ++at->second.calls;
    for (Timer& timer : at->second.timers) timer.cancel();
  });
  for (const auto& queue : options_.queues) {
    for (int i = 0; i < options_.slots; ++i) boost::asio::co_spawn(io_, slot(queue), boost::asio::detached);
  }
  if (options_.recover_every > Millis{0}) boost::asio::co_spawn(io_, recover(), boost::asio::detached);
}

awaitable<void> Work::wait(Millis length) {
  Timer timer(io_, length);
  co_await timer.async_wait(use_awaitable);
}

awaitable<void> Work::recover() {
  for (;;) {
    co_await wait(options_.recover_every);
    const auto found = co_await store_.recover_expired(SystemClock().now());
    if (!found) continue;
    for (const auto& id : found->waiting) tell_({{"event", "recovered"}, {"id", id}});
    for (const auto& id : found->failed) tell_({{"event", "stalled_out"}, {"id", id}});
  }
}

awaitable<void> Work::slot(std::string queue) {
  Idle& idle = idle_.at(queue);
  Timer& timer = idle.timers.emplace_back(io_);
  for (;;) {
    const auto calls = idle.calls;
    jobs::ClaimOptions asked{
        .queue = queue, .worker = "test", .lease = options_.lease, .now = SystemClock().now()};
    auto claim = co_await store_.claim(std::move(asked));
    if (!claim) {
      co_await wait(kPause);
    } else if (claim->job) {
      co_await one_job(queue, std::move(*claim->job));
    } else if (idle.calls == calls) {
      timer.expires_at(Timer::time_point::max());
      if (claim->due) timer.expires_after(std::max(Millis{1}, *claim->due - SystemClock().now()));
      boost::system::error_code cancelled;
      co_await timer.async_wait(boost::asio::redirect_error(use_awaitable, cancelled));
    }
  }
}

awaitable<void> Work::keep_lease(jobs::Lease lease, std::shared_ptr<Timer> until_done) {
  for (;;) {
    boost::system::error_code done;
    until_done->expires_after(options_.lease / 3);
    co_await until_done->async_wait(boost::asio::redirect_error(use_awaitable, done));
    if (done || until_done.use_count() == 1) co_return;
    const auto kept = co_await store_.extend_lease(lease, options_.lease, SystemClock().now());
    if (!kept && kept.error().code == Errc::lease_lost) tell_({{"event", "lease_lost"}, {"id", lease.id}});
  }
}

awaitable<void> Work::one_job(std::string queue, jobs::LeasedJob leased) {
  const jobs::Job& job = leased.job;
  tell_({{"event", "claimed"},
         {"queue", queue},
         {"id", job.id},
         {"vendor", job.vendor},
         {"attemptsMade", job.attempts_made}});
  const object data = data_of(job);
  const Millis length{number_in(data, "ms", options_.job_time.count())};
  if (length > Millis{0}) {
    const auto until_done = std::make_shared<Timer>(io_);
    boost::asio::co_spawn(io_, keep_lease(leased.lease, until_done), boost::asio::detached);
    co_await wait(std::min(length, job.timeout));
    until_done->cancel();
  }
  jobs::Settlement settlement{.move = jobs::Move::complete, .text = "null"};
  if (const auto* result = data.if_contains("result")) settlement.text = boost::json::serialize(*result);
  const bool too_long = length > job.timeout;
  if (too_long || job.attempts_made < number_in(data, "fail", 0)) {
    settlement.text = too_long
                          ? "Promise timed out after " + std::to_string(job.timeout.count()) + " milliseconds"
                          : "as its data says";
    const auto pause = next_backoff(job.retry, job.attempts_made + 1);
    settlement.move = pause ? jobs::Move::retry_at : jobs::Move::fail;
    if (pause) settlement.run_at = SystemClock().now() + *pause;
  }
  const auto move = settlement.move;
  auto settled = co_await store_.settle(leased.lease, settlement, SystemClock().now());
  // While Redis is away nobody else ends the job either.
  while (!settled && settled.error().code == Errc::unavailable) {
    co_await wait(kPause);
    settled = co_await store_.settle(leased.lease, settlement, SystemClock().now());
  }
  tell_({{"event", !settled                       ? "lost"
                   : move == jobs::Move::complete ? "completed"
                   : move == jobs::Move::fail     ? "failed"
                                                  : "retried"},
         {"queue", queue},
         {"id", job.id}});
}

}  // namespace cutroom::bull_test
