// What the SQLite job store costs per operation, from a thousand to a million waiting jobs over one to ten
// thousand vendors: it must not grow with either.
//
//   bench_store [--folder PATH] [--json FILE] [--quick] [--waiting N --vendors N] [--rounds N] [--cache-kib
//   N]
//
// Durable as in service: every commit is synced to the disk that holds PATH (default: the temporary folder).
// 32 coroutines keep one operation each in flight. Wall time depends on the disk and on who else uses it, so
// processor time per operation is given too; both are medians over rounds, latencies are over all rounds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <sys/resource.h>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include "adapters/store_sqlite/sqlite_store.hpp"
#include "base/token.hpp"

namespace {

using namespace cutroom;
using boost::asio::awaitable;
using SteadyClock = std::chrono::steady_clock;

constexpr int kInFlight = 32;
constexpr std::size_t kBulk = 1'000;
constexpr std::size_t kPerRound = 500;
constexpr TimePoint kNow{Millis{1'700'000'000'000}};
// As long as a real one: {"recordId":..., "projectId":..., "photoUrl":..., "vendorId":...}.
const std::string kPayload =
    R"({"recordId":"4711","projectId":"p-42","photoUrl":"https://photos.example.com/2024/class-7b/IMG_0042.jpg","vendorId":"v"})";
const std::string kResult =
    R"({"success":true,"photoUrl":"/assets/3f/3fa4c1d2e5b6a7980f1e2d3c4b5a69788796a5b4c3d2e1f0a1b2c3d4e5f60718.png"})";

double us_between(SteadyClock::time_point from, SteadyClock::time_point to) {
  return std::chrono::duration<double, std::micro>(to - from).count();
}

double processor_us() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

double resident_mb() {
  std::ifstream statm("/proc/self/statm");
  long total = 0;
  long resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * 4096.0 / 1e6;
}

double percentile(std::vector<double>& values, double share) {
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

struct Series {
  std::vector<double> wall_us;       // Per job, one per round.
  std::vector<double> processor_us;  // The same.
  std::vector<double> latencies;     // Of each call.

  double wall() { return percentile(wall_us, 0.5); }
  double processor() { return percentile(processor_us, 0.5); }
  boost::json::object json() {
    return {{"jobs_per_second", 1e6 / wall()},
            {"wall_us_per_job", wall()},
            {"processor_us_per_job", processor()},
            {"p50_us", percentile(latencies, 0.5)},
            {"p99_us", percentile(latencies, 0.99)}};
  }
};

class Bench {
 public:
  Bench(store_sqlite::Options options, std::size_t waiting, std::size_t vendors)
      : options_(std::move(options)), waiting_(waiting), vendors_(vendors) {
    open();
  }
  ~Bench() {
    store_.reset();
    std::filesystem::remove_all(options_.file.parent_path());
  }

  boost::json::object run(int rounds) {
    const auto before = SteadyClock::now();
    fill(waiting_);
    const double fill_s = us_between(before, SteadyClock::now()) / 1e6;
    Series add;
    Series work;
    for (int round = -1; round < rounds; ++round) {  // The first is a warm-up.
      Series unmeasured;
      measure(round < 0 ? unmeasured : add,
              [this](Series& series, std::size_t& left) { return adding(series, left); });
      measure(round < 0 ? unmeasured : work,
              [this](Series& series, std::size_t& left) { return working(series, left); });
    }
    const double resident = resident_mb();
    const auto closing = SteadyClock::now();
    store_.reset();
    const auto opening = SteadyClock::now();
    const double processor_before = processor_us();
    open();
    const double open_ms = us_between(opening, SteadyClock::now()) / 1e3;
    const double open_processor_ms = (processor_us() - processor_before) / 1e3;
    return {{"waiting", waiting_},
            {"vendors", vendors_},
            {"fill_jobs_per_second", static_cast<double>(waiting_) / fill_s},
            {"bulk_of_1000_p50_ms", percentile(bulks_, 0.5) / 1e3},
            {"bulk_of_1000_p99_ms", percentile(bulks_, 0.99) / 1e3},
            {"add", add.json()},
            {"claim_and_complete", work.json()},
            {"resident_mb", resident},
            {"close_ms", us_between(closing, opening) / 1e3},
            {"open_ms", open_ms},
            {"open_processor_ms", open_processor_ms}};
  }

 private:
  void open() { store_ = store_sqlite::open_sqlite_store(options_, io_.get_executor()).value(); }
  // A random vendor: those next in fair order are then anywhere in the file.
  jobs::NewJob job() {
    return {
        .queue = "q", .vendor = "vendor-" + std::to_string(random_() % vendors_), .payload_json = kPayload};
  }

  void spawn(awaitable<void> work) {
    boost::asio::co_spawn(io_, std::move(work), [](std::exception_ptr e) {
      if (e) std::rethrow_exception(e);
    });
  }
  void run_all() {
    io_.restart();
    io_.run();
  }

  void fill(std::size_t jobs) {
    spawn(filling(jobs));
    run_all();
  }
  awaitable<void> filling(std::size_t jobs) {
    while (jobs > 0) {
      std::vector<jobs::NewJob> bulk;
      for (; jobs > 0 && bulk.size() < kBulk; --jobs) bulk.push_back(job());
      const auto before = SteadyClock::now();
      const auto ids = co_await store_->add(std::move(bulk), kNow);
      ids.value();
      bulks_.push_back(us_between(before, SteadyClock::now()));
    }
  }

  template <class Fn>
  void measure(Series& series, Fn coroutine) {
    std::size_t left = kPerRound;
    for (int i = 0; i < kInFlight; ++i) spawn(coroutine(series, left));
    const auto before = SteadyClock::now();
    const double processor_before = processor_us();
    run_all();
    series.wall_us.push_back(us_between(before, SteadyClock::now()) / kPerRound);
    series.processor_us.push_back((processor_us() - processor_before) / kPerRound);
  }

  awaitable<void> adding(Series& series, std::size_t& left) {
    while (left > 0) {
      --left;
      std::vector<jobs::NewJob> one{job()};
      const auto before = SteadyClock::now();
      const auto ids = co_await store_->add(std::move(one), kNow);
      ids.value();
      series.latencies.push_back(us_between(before, SteadyClock::now()));
    }
  }

  awaitable<void> working(Series& series, std::size_t& left) {
    while (left > 0) {
      --left;
      jobs::ClaimOptions options{.queue = "q", .worker = "bench", .now = kNow};
      auto before = SteadyClock::now();
      const auto claimed = co_await store_->claim(std::move(options));
      auto after = SteadyClock::now();
      series.latencies.push_back(us_between(before, after));
      before = after;
      const auto completed = co_await store_->complete(claimed.value().job.value().lease, kResult, kNow);
      completed.value();
      series.latencies.push_back(us_between(before, SteadyClock::now()));
    }
  }

  store_sqlite::Options options_;
  std::size_t waiting_;
  std::size_t vendors_;
  boost::asio::io_context io_;
  std::unique_ptr<jobs::JobStore> store_;
  std::mt19937_64 random_{1};
  std::vector<double> bulks_;
};

double number(const boost::json::object& row, const char* series, const char* key) {
  return row.at(series).as_object().at(key).to_number<double>();
}

void print_header() {
  std::printf("%9s %8s | %9s %8s | %9s %7s %7s %7s %6s | %9s %7s %7s %7s %6s | %7s %8s %7s\n", "waiting",
              "vendors", "fill/s", "1000 ms", "add/s", "p50 us", "p99 us", "cpu us", "ratio", "c+c/s",
              "p50 us", "p99 us", "cpu us", "ratio", "RSS MB", "open ms", "cpu ms");
}

void print(const boost::json::object& row, const boost::json::object& smallest) {
  const auto ratio = [&](const char* series) {
    return number(row, series, "processor_us_per_job") / number(smallest, series, "processor_us_per_job");
  };
  const auto value = [&](const char* key) { return row.at(key).to_number<double>(); };
  std::printf(
      "%9.0f %8.0f | %9.0f %8.2f | %9.0f %7.0f %7.0f %7.1f %6.2f | %9.0f %7.0f %7.0f %7.1f %6.2f | %7.0f "
      "%8.0f %7.0f\n",
      value("waiting"), value("vendors"), value("fill_jobs_per_second"), value("bulk_of_1000_p50_ms"),
      number(row, "add", "jobs_per_second"), number(row, "add", "p50_us"), number(row, "add", "p99_us"),
      number(row, "add", "processor_us_per_job"), ratio("add"),
      number(row, "claim_and_complete", "jobs_per_second"), number(row, "claim_and_complete", "p50_us"),
      number(row, "claim_and_complete", "p99_us"), number(row, "claim_and_complete", "processor_us_per_job"),
      ratio("claim_and_complete"), value("resident_mb"), value("open_ms"), value("open_processor_ms"));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::filesystem::path folder = std::filesystem::temp_directory_path();
  std::string json_file;
  bool quick = false;
  int rounds = 20;
  store_sqlite::Options options;
  std::size_t only_waiting = 0;
  std::size_t only_vendors = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--quick") {
      quick = true;
      rounds = 5;
    } else if (argument == "--folder" && i + 1 < argc) {
      folder = argv[++i];
    } else if (argument == "--json" && i + 1 < argc) {
      json_file = argv[++i];
    } else if (argument == "--rounds" && i + 1 < argc) {
      rounds = std::stoi(argv[++i]);
    } else if (argument == "--cache-kib" && i + 1 < argc) {
      options.cache_kib = std::stoi(argv[++i]);
    } else if (argument == "--waiting" && i + 1 < argc) {
      only_waiting = std::stoul(argv[++i]);
    } else if (argument == "--vendors" && i + 1 < argc) {
      only_vendors = std::stoul(argv[++i]);
    } else {
      std::cerr << "bench_store [--folder PATH] [--json FILE] [--quick] [--waiting N --vendors N] [--rounds "
                   "N] [--cache-kib N]\n";
      return 2;
    }
  }
  std::vector<std::size_t> backlogs{1'000, 100'000};
  std::vector<std::size_t> spreads{1, 100, 10'000};
  if (!quick) backlogs.push_back(1'000'000);
  if (only_waiting > 0) backlogs = {only_waiting};
  if (only_vendors > 0) spreads = {only_vendors};
  boost::json::array rows;
  print_header();
  for (const std::size_t waiting : backlogs) {
    for (const std::size_t vendors : spreads) {
      options.file = folder / ("cutroom-bench-" + random_token(8)) / "jobs.db";
      Bench bench(options, waiting, vendors);
      rows.push_back(bench.run(rounds));
      print(rows.back().as_object(), rows.front().as_object());
    }
  }
  if (!json_file.empty()) std::ofstream(json_file) << boost::json::serialize(rows) << '\n';
  return 0;
}
