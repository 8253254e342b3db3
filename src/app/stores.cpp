#include "app/stores.hpp"

#include <filesystem>
#include <optional>
#include <utility>

#include "adapters/events_redis/redis_event_relay.hpp"
#include "adapters/limits_memory/memory_rate_limiter.hpp"
#include "adapters/limits_redis/redis_rate_limiter.hpp"
#include "adapters/records_sqlite/sqlite_records.hpp"
#include "adapters/redis_client/redis.hpp"
#include "adapters/store_bull/bull_store.hpp"
#include "adapters/store_bull/worker_names.hpp"
#include "adapters/store_sqlite/sqlite_store.hpp"
#include "adapters/vendors_redis/redis_vendor_store.hpp"
#include "adapters/vendors_sqlite/sqlite_vendor_store.hpp"
#include "adapters/workers_redis/redis_worker_registry.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"

namespace cutroom::app {
namespace {

using boost::asio::awaitable;

// What was done last is told within this time, or Redis is away.
constexpr Millis kDrainMax{3'000};
constexpr Millis kInStepMax{3'000};

// Several queues' questions may stand in one line, each with the time that it may take (kDurableMax).
constexpr Millis kConfirmMax{30'000};

class EmbeddedStores final : public Stores {
 public:
  EmbeddedStores(std::unique_ptr<jobs::JobStore> jobs, std::unique_ptr<delivery::RecordStore> records,
                 std::unique_ptr<vendors::VendorStore> vendors)
      : jobs_(std::move(jobs)), records_(std::move(records)), vendors_(std::move(vendors)) {}

  jobs::JobStore& jobs() override { return *jobs_; }
  delivery::RecordStore& records() override { return *records_; }
  vendors::VendorStore& vendors() override { return *vendors_; }
  vendors::RateLimiter& limiter() override { return limiter_; }
  engine::WorkerRegistry* workers() override { return nullptr; }
  void show_worker(const std::vector<std::string>&) override {}
  void share_events(engine::EventHub&, bool) override {}
  awaitable<void> wait_for_events() override { co_return; }
  awaitable<void> close() override { co_return; }

 private:
  std::unique_ptr<jobs::JobStore> jobs_;
  std::unique_ptr<delivery::RecordStore> records_;
  std::unique_ptr<vendors::VendorStore> vendors_;
  limits_memory::MemoryRateLimiter limiter_;
};

class SharedStores final : public Stores {
 public:
  SharedStores(boost::asio::io_context& io, redis_client::Options options, const Settings& settings,
               std::unique_ptr<delivery::RecordStore> records)
      : options_(std::move(options)),
        prefix_(settings.redis_prefix),
        redis_(std::make_shared<redis_client::Redis>(io.get_executor(), options_)),
        jobs_(redis_, bull_options(settings, options_), io.get_executor()),
        records_(std::move(records)),
        vendors_(*redis_),
        limiter_(*redis_),
        workers_(*redis_),
        events_(io.get_executor(), *redis_, clock_) {
    jobs_.listen();
    jobs_.confirm_by([this, executor = io.get_executor()] {
      auto patient = options_;
      patient.command_timeout = kConfirmMax;
      patient.client_name.clear();
      confirming_ = std::make_shared<redis_client::Redis>(executor, std::move(patient));
      return confirming_;
    });
  }

  jobs::JobStore& jobs() override { return jobs_; }
  delivery::RecordStore& records() override { return *records_; }
  vendors::VendorStore& vendors() override { return vendors_; }
  vendors::RateLimiter& limiter() override { return limiter_; }
  engine::WorkerRegistry* workers() override { return &workers_; }
  void show_worker(const std::vector<std::string>& queues) override {
    std::vector<std::string> names;
    for (const std::string& queue : queues) names.push_back(jobs_.name_of(queue));
    names_.emplace(options_, prefix_, names);
  }
  void share_events(engine::EventHub& hub, bool listen) override {
    hub.relay_through(events_);
    if (listen) events_.listen(hub);
  }
  awaitable<void> wait_for_events() override {
    const bool in_step = co_await events_.wait_until_in_step(kInStepMax);
    if (!in_step) log::warn("the events of before are not here yet: Redis is away or slow");
  }
  awaitable<void> close() override {
    names_.reset();
    co_await events_.stop(kDrainMax);
    if (confirming_) confirming_->stop();
    redis_->stop();
  }

 private:
  const SystemClock clock_;
  const redis_client::Options options_;
  const std::string prefix_;
  std::shared_ptr<redis_client::Redis> redis_;
  std::shared_ptr<redis_client::Redis>
      confirming_;  // None before a submission wants to know that it is safe.
  store_bull::BullStore jobs_;
  std::unique_ptr<delivery::RecordStore> records_;
  vendors_redis::RedisVendorStore vendors_;
  limits_redis::RedisRateLimiter limiter_;
  workers_redis::RedisWorkerRegistry workers_;
  events_redis::RedisEventRelay events_;
  std::optional<store_bull::WorkerNames> names_;
};

}  // namespace

bool is_shared(const Settings& settings) {
  return !settings.redis_url.empty() || !settings.redis_host.empty();
}

store_bull::BullOptions bull_options(const Settings& settings, const redis_client::Options& redis) {
  store_bull::BullOptions options{
      .prefix = settings.redis_prefix,
      .window = static_cast<std::size_t>(settings.redis_window),
      .metrics_points = settings.redis_metrics_points,
      .spread = redis.cluster && settings.redis_prefix.find('{') == std::string::npos,
      .by_server_clock = true};
  for (const auto& limiter : settings.redis_limiters)
    options.limiters[limiter.queue] = {.max = limiter.max, .duration = Millis{limiter.duration_ms}};
  return options;
}

Result<redis_client::Options> redis_options(const Settings& settings) {
  if (!settings.redis_url.empty()) {
    auto options = redis_client::options_from_url(settings.redis_url);
    if (options && options->password.empty()) options->password = settings.redis_password;
    if (options && !settings.redis_tls_ca_file.empty()) options->tls_ca_file = settings.redis_tls_ca_file;
    return options;
  }
  redis_client::Options options;
  options.endpoints = {{.host = settings.redis_host, .port = settings.redis_port}};
  options.user = settings.redis_user;
  options.password = settings.redis_password;
  options.database = static_cast<int>(settings.redis_database);
  options.tls = settings.redis_tls;
  options.tls_ca_file = settings.redis_tls_ca_file;
  return options;
}

Result<std::unique_ptr<Stores>> open_stores(boost::asio::io_context& io, const Settings& settings) {
  const std::filesystem::path folder = settings.data_dir;
  auto records = records_sqlite::open_sqlite_records({.file = folder / "records.db"});
  if (!records) return records.error();
  if (is_shared(settings)) {
    auto options = redis_options(settings);
    if (!options) return options.error();
    return std::unique_ptr<Stores>(
        std::make_unique<SharedStores>(io, std::move(*options), settings, std::move(*records)));
  }
  auto jobs = store_sqlite::open_sqlite_store({.file = folder / "jobs.db"}, io.get_executor());
  if (!jobs) return jobs.error();
  auto vendors = vendors_sqlite::open_sqlite_vendor_store({.file = folder / "vendors.db"});
  if (!vendors) return vendors.error();
  return std::unique_ptr<Stores>(
      std::make_unique<EmbeddedStores>(std::move(*jobs), std::move(*records), std::move(*vendors)));
}

}  // namespace cutroom::app
