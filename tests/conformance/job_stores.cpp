#include "job_stores.hpp"

#include <algorithm>

#include "adapters/redis_client/redis_thread.hpp"
#include "adapters/store_bull/bull_store.hpp"
#include "adapters/store_bull/fsck.hpp"
#include "adapters/store_bull/queues_to_check.hpp"
#include "adapters/store_memory/memory_store.hpp"
#include "adapters/store_sqlite/sqlite_store.hpp"
#include "scratch_folder.hpp"
#include "support/redis_cluster.hpp"
#include "support/redis_server.hpp"
#include "support/run_coroutine.hpp"

namespace cutroom::conformance {
namespace {

class MemoryHome final : public StoreHome {
 public:
  std::unique_ptr<jobs::JobStore> open(boost::asio::any_io_executor executor) override {
    return std::make_unique<store_memory::MemoryStore>(std::move(executor));
  }
};

class SqliteHome final : public StoreHome {
 public:
  std::unique_ptr<jobs::JobStore> open(boost::asio::any_io_executor executor) override {
    return std::move(
               store_sqlite::open_sqlite_store({.file = folder_.path() / "jobs.db"}, std::move(executor)))
        .value();
  }

 private:
  ScratchFolder folder_;
};

std::vector<std::string> faults_of(redis_client::RedisThread& connection,
                                   const store_bull::BullOptions& options) {
  std::vector<std::string> all;
  for (const std::string& queue :
       test::run(store_bull::queues_to_check(connection.redis(), options)).value()) {
    const store_bull::FsckOptions how{.between_looks = Millis{0}};
    const auto report = test::run(store_bull::check_queue(connection.redis(), options, queue, how)).value();
    for (const auto& finding : report.findings)
      all.push_back(queue + " " + finding.job + ": " + finding.what + " " + finding.detail);
  }
  return all;
}

// `window` smaller than a queue gets here: jobs must be parked and come back. The store's steps are functions
// of the server's, or scripts where it takes none.
enum class Steps { functions, scripts };
template <std::size_t window, Steps steps>
class BullHome final : public StoreHome {
 public:
  BullHome() {
    if (steps == Steps::scripts) server_.command({"ACL", "SETUSER", "default", "-fcall"});
  }

  std::unique_ptr<jobs::JobStore> open(boost::asio::any_io_executor executor) override {
    redis_client::Options options;
    options.endpoints = {{.host = server_.host(), .port = server_.port()}};
    connection_ = std::make_unique<redis_client::RedisThread>(std::move(options));
    return std::make_unique<store_bull::BullStore>(connection_->redis(), kOptions, std::move(executor));
  }

  std::vector<std::string> faults() override { return faults_of(*connection_, kOptions); }

 private:
  static inline const store_bull::BullOptions kOptions{.prefix = "bull", .window = window};
  test::RedisServer server_;
  std::unique_ptr<redis_client::RedisThread> connection_;
};

// Queues on several masters. One cluster for all tests of the process, empty at the beginning of each.
class ClusterHome final : public StoreHome {
 public:
  ClusterHome() {
    for (std::size_t i = 0; i < test::RedisCluster::kMasters; ++i) cluster().node(i).command({"FLUSHALL"});
  }

  std::unique_ptr<jobs::JobStore> open(boost::asio::any_io_executor executor) override {
    connection_ =
        std::make_unique<redis_client::RedisThread>(redis_client::options_from_url(cluster().url()).value());
    return std::make_unique<store_bull::BullStore>(connection_->redis(), kOptions, std::move(executor));
  }

  std::vector<std::string> faults() override {
    auto all = faults_of(*connection_, kOptions);
    for (const std::string& queue :
         test::run(store_bull::queues_to_check(connection_->redis(), kOptions)).value()) {
      std::vector<std::string> command{"ZCARD", "cutroom:bull:{" + queue + "}::outbox"};
      if (test::run(connection_->redis()->command(std::move(command))).value().integer() != 0)
        all.push_back(queue + ": jobs are left in its outbox");
    }
    return all;
  }

 private:
  static test::RedisCluster& cluster() {
    static test::RedisCluster all(test::RedisServer::Options{}, test::RedisCluster::Replicas::none);
    return all;
  }
  static inline const store_bull::BullOptions kOptions{.prefix = "bull", .window = 5, .spread = true};
  std::unique_ptr<redis_client::RedisThread> connection_;
};

template <class Home>
std::unique_ptr<StoreHome> make() {
  return std::make_unique<Home>();
}

}  // namespace

std::vector<StoreKind> store_kinds() {
#ifdef CUTROOM_ON_A_CLUSTER
  return {{.name = "memory", .durable = false, .make_home = make<MemoryHome>},
          {.name = "cluster", .durable = true, .is_spread = true, .make_home = make<ClusterHome>}};
#else
  return {
      {.name = "memory", .durable = false, .make_home = make<MemoryHome>},
      {.name = "sqlite", .durable = true, .make_home = make<SqliteHome>},
      {.name = "bull", .durable = true, .make_home = make<BullHome<1'000, Steps::functions>>},
      {.name = "bull_with_a_small_window", .durable = true, .make_home = make<BullHome<5, Steps::scripts>>},
  };
#endif
}

std::vector<StoreKind> durable_store_kinds() {
  auto kinds = store_kinds();
  std::erase_if(kinds, [](const StoreKind& kind) { return !kind.durable; });
  return kinds;
}

}  // namespace cutroom::conformance
