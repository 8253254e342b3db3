// How soon a job that comes is begun, and how soon its result is known, for bench/system/bench_latency.py:
// prints one JSON object of figures. Its peer is bench/peer/queue_latency.js, which does the same by Bull.
// Producer and workers have a store and connections of their own, as two processes would.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>

#include "adapters/redis_client/redis_thread.hpp"
#include "adapters/store_bull/bull_store.hpp"
#include "queue_load.hpp"

namespace {

using namespace cutroom;
using boost::asio::awaitable;
using boost::asio::steady_timer;
using SteadyClock = std::chrono::steady_clock;

struct Load : QueueLoad {
  long rate = 1'000;  // Jobs a second, whatever becomes of them.
  int callers = 10;   // That each wait for a result before they add the next job.
};

std::string text_of(SteadyClock::time_point time) { return std::to_string(time.time_since_epoch().count()); }

class Bench {
 public:
  explicit Bench(Load load)
      : load_(std::move(load)),
        producers_redis_(redis_client::options_from_url(load_.url).value()),
        workers_redis_(redis_client::options_from_url(load_.url).value()),
        producer_(producers_redis_.redis(), {}, io_.get_executor()),
        worker_(workers_redis_.redis(), {}, io_.get_executor()) {
    worker_.on_work([this](const std::string&) { wake(); });
    worker_.listen();
  }

  // From the moment at which a job should be added until a worker has it.
  int pickup() {
    is_pickup_ = true;
    start_workers();
    boost::asio::co_spawn(io_, adding(), boost::asio::detached);
    return run("pickup");
  }

  // From before a job is added until its producer knows the result.
  int wait() {
    start_workers();
    producers_redis_.redis()->subscribe("bull:" + load_.queue + ":completed",
                                        [this](const std::string&, const std::string& message) {
                                          boost::asio::post(io_, [this, message] { hear(message); });
                                        });
    left_ = load_.jobs;
    for (int caller = 0; caller < load_.callers; ++caller)
      boost::asio::co_spawn(io_, calling(), boost::asio::detached);
    return run("wait");
  }

 private:
  int run(const char* what) {
    io_.run();
    std::sort(took_ms_.begin(), took_ms_.end());
    const auto at = [&](double part) {
      return took_ms_.at(static_cast<std::size_t>(part * static_cast<double>(took_ms_.size() - 1)));
    };
    if (took_ms_.empty()) return 1;
    std::printf(R"({"what":"%s","jobs":%zu,"failed":%ld,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f})"
                "\n",
                what, took_ms_.size(), failed_, at(0.5), at(0.99), at(1.0));
    return failed_ == 0 ? 0 : 1;
  }

  void start_workers() {
    for (int slot = 0; slot < load_.slots; ++slot)
      boost::asio::co_spawn(io_, working(), boost::asio::detached);
  }

  void note(SteadyClock::time_point since) {
    took_ms_.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - since).count());
    if (static_cast<long>(took_ms_.size()) == load_.jobs) io_.stop();
  }

  awaitable<void> working() {
    steady_timer idle(io_);
    for (;;) {
      const std::uint64_t wakes = wakes_;
      jobs::ClaimOptions options{.queue = load_.queue, .worker = "bench", .now = clock_.now()};
      auto claimed = co_await worker_.claim(std::move(options));
      if (!claimed) {
        ++failed_;
        co_return;
      }
      if (!claimed->job) {
        if (wakes != wakes_) continue;
        idle.expires_at(steady_timer::time_point::max());
        idle_.push_back(&idle);
        boost::system::error_code woken;
        co_await idle.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
        continue;
      }
      const std::string& sent = claimed->job->job.payload_json;
      SteadyClock::rep since = 0;
      std::from_chars(sent.data() + sent.find(':') + 1, sent.data() + sent.size(), since);
      if (is_pickup_) note(SteadyClock::time_point(SteadyClock::duration(since)));
      jobs::Lease lease = claimed->job->lease;
      std::string result = R"({"success":true})";
      const auto done = co_await worker_.complete(std::move(lease), std::move(result), clock_.now());
      if (!done) ++failed_;
    }
  }

  void wake() {
    ++wakes_;
    for (steady_timer* timer : std::exchange(idle_, {})) timer->cancel();
  }

  awaitable<Result<jobs::Accepted>> add(SteadyClock::time_point since) {
    jobs::Handover handover;
    handover.jobs.push_back(
        {.queue = load_.queue, .vendor = "vendor-0", .payload_json = R"({"sent":)" + text_of(since) + "}"});
    return producer_.accept(std::move(handover), clock_.now());
  }

  awaitable<void> add_one(SteadyClock::time_point since) {
    const auto accepted = co_await add(since);
    if (!accepted) ++failed_;
  }

  awaitable<void> adding() {
    using namespace std::chrono_literals;
    const auto start = SteadyClock::now();
    steady_timer tick(io_);
    for (long sent = 0; sent < load_.jobs;) {
      while (sent < load_.jobs) {
        const auto due = start + std::chrono::nanoseconds(1'000'000'000 / load_.rate * sent);
        if (due > SteadyClock::now()) break;
        boost::asio::co_spawn(io_, add_one(due), boost::asio::detached);
        ++sent;
      }
      tick.expires_after(1ms);
      co_await tick.async_wait(boost::asio::use_awaitable);
    }
  }

  awaitable<void> calling() {
    steady_timer result(io_);
    while (left_-- > 0) {
      const auto since = SteadyClock::now();
      const auto accepted = co_await add(since);
      if (!accepted) {
        ++failed_;
        continue;
      }
      const std::string& id = accepted->ids.front();
      const bool is_known = early_.erase(id) > 0;
      if (!is_known) {
        result.expires_at(steady_timer::time_point::max());
        callers_[id] = &result;
        boost::system::error_code come;
        co_await result.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, come));
      }
      note(since);
    }
  }

  void hear(const std::string& message) {
    const std::string id(boost::json::parse(message).at("jobId").as_string());
    const auto caller = callers_.find(id);
    if (caller == callers_.end()) {
      early_.insert(id);
      return;
    }
    caller->second->cancel();
    callers_.erase(caller);
  }

  Load load_;
  boost::asio::io_context io_{1};
  redis_client::RedisThread producers_redis_;
  redis_client::RedisThread workers_redis_;
  store_bull::BullStore producer_;
  store_bull::BullStore worker_;
  SystemClock clock_;
  std::vector<double> took_ms_;
  std::vector<steady_timer*> idle_;
  std::uint64_t wakes_ = 0;
  std::unordered_map<std::string, steady_timer*> callers_;  // By the job that they wait for.
  std::unordered_set<std::string> early_;                   // Results that came before the job's id.
  bool is_pickup_ = false;
  long left_ = 0;
  long failed_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("How long jobs in Redis take to be begun and to be answered");
  Load load;
  add_load_options(app, load);
  app.add_option("--rate", load.rate, "of pickup: jobs a second");
  app.add_option("--callers", load.callers, "of wait");
  auto* pickup = app.add_subcommand("pickup")->fallthrough();
  app.add_subcommand("wait")->fallthrough();
  CLI11_PARSE(app, argc, argv);
  Bench bench(load);
  return pickup->parsed() ? bench.pickup() : bench.wait();
}
