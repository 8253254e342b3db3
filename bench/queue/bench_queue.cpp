// The store on Redis under load, for bench/system/bench_queue.py: prints one JSON object of figures. Its peer
// is bench/peer/queue_load.js, which does the same by Bull.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/redis_client/redis_thread.hpp"
#include "adapters/store_bull/bull_store.hpp"
#include "queue_load.hpp"

namespace {

using namespace cutroom;
using boost::asio::awaitable;
using SteadyClock = std::chrono::steady_clock;

struct Load : QueueLoad {
  long vendors = 1;
  long bulk = 1;
};

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

class Bench {
 public:
  explicit Bench(Load load)
      : load_(std::move(load)),
        redis_(redis_client::options_from_url(load_.url).value()),
        store_(redis_.redis(), {}, io_.get_executor()) {}

  int add() {
    return run("add", [this](int) { return adding(); });
  }
  int work() {
    return run("work", [this](int) { return working(); });
  }

 private:
  template <class Task>
  int run(const char* what, Task task) {
    left_ = load_.jobs;
    const auto start = SteadyClock::now();
    for (int slot = 0; slot < load_.slots; ++slot)
      boost::asio::co_spawn(io_, task(slot), boost::asio::detached);
    io_.run();
    const double seconds = seconds_since(start);
    std::printf(R"({"what":"%s","jobs":%ld,"seconds":%.6f,"jobs_per_second":%.1f,"failed":%ld})"
                "\n",
                what, done_, seconds, static_cast<double>(done_) / seconds, failed_);
    return failed_ == 0 ? 0 : 1;
  }

  jobs::NewJob next_job() {
    return {.queue = load_.queue,
            .vendor = "vendor-" + std::to_string(next_++ % load_.vendors),
            .payload_json = R"({"recordId":"rec-00001","projectId":"p-1","photoUrl":)"
                            R"("https://photos.example.com/vendor/0123456789/photo-000001.jpg"})"};
  }

  awaitable<void> adding() {
    while (left_ > 0) {
      jobs::Handover handover;
      for (long i = 0; i < load_.bulk && left_ > 0; ++i, --left_) handover.jobs.push_back(next_job());
      const auto count = static_cast<long>(handover.jobs.size());
      const auto accepted = co_await store_.accept(std::move(handover), clock_.now());
      (accepted ? done_ : failed_) += count;
      if (!accepted) std::fprintf(stderr, "%s\n", accepted.error().detail.c_str());
    }
  }

  // As a worker of ours does it: a slot's next claim goes out right behind the end of its last job.
  awaitable<void> working() {
    co_await boost::asio::post(io_, boost::asio::use_awaitable);
    if (left_-- <= 0) co_return;
    jobs::ClaimOptions options{.queue = load_.queue, .worker = "bench", .now = clock_.now()};
    auto claimed = co_await store_.claim(std::move(options));
    if (!claimed || !claimed->job) {
      if (!claimed) ++failed_;
      co_return;
    }
    boost::asio::co_spawn(io_, working(), boost::asio::detached);
    std::string result = R"({"success":true})";
    const auto done = co_await store_.complete(claimed->job->lease, std::move(result), clock_.now());
    ++(done ? done_ : failed_);
  }

  Load load_;
  boost::asio::io_context io_{1};
  redis_client::RedisThread redis_;
  store_bull::BullStore store_;
  SystemClock clock_;
  long next_ = 0;
  long left_ = 0;
  long done_ = 0;
  long failed_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Load on a queue in Redis");
  Load load;
  add_load_options(app, load);
  app.add_option("--vendors", load.vendors);
  app.add_option("--bulk", load.bulk, "jobs of one call");
  auto* add = app.add_subcommand("add")->fallthrough();
  app.add_subcommand("work")->fallthrough();
  CLI11_PARSE(app, argc, argv);
  Bench bench(load);
  return add->parsed() ? bench.add() : bench.work();
}
