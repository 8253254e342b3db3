#include "vendor_stores.hpp"

#include <optional>

#include "adapters/limits_memory/memory_rate_limiter.hpp"
#include "adapters/limits_redis/redis_rate_limiter.hpp"
#include "adapters/vendors_memory/memory_vendor_store.hpp"
#include "adapters/vendors_redis/redis_vendor_store.hpp"
#include "adapters/vendors_sqlite/sqlite_vendor_store.hpp"
#include "redis_link.hpp"
#include "support/temporary_folder.hpp"

namespace cutroom::conformance {
namespace {

class MemoryHome final : public VendorHome {
 public:
  std::unique_ptr<vendors::VendorStore> open() override {
    return std::make_unique<vendors_memory::MemoryVendorStore>();
  }
};

class SqliteHome final : public VendorHome {
 public:
  std::unique_ptr<vendors::VendorStore> open() override {
    return std::move(vendors_sqlite::open_sqlite_vendor_store({.file = folder_.path() / "vendors.db"}))
        .value();
  }

 private:
  test::TemporaryFolder folder_;
};

// A process has its own client; what is in Redis stays.
class RedisHome final : public VendorHome {
 public:
  std::unique_ptr<vendors::VendorStore> open() override {
    link_.emplace(server_);
    return std::make_unique<vendors_redis::RedisVendorStore>(link_->redis());
  }

 private:
  const test::RedisServer& server_ = empty_redis_server();
  std::optional<RedisLink> link_;
};

// With all that it needs.
class OwnRedisRateLimiter final : public vendors::RateLimiter {
 public:
  using Answer = boost::asio::awaitable<Result<std::vector<vendors::Standing>>>;
  Answer take(std::vector<vendors::Charge> charges, TimePoint now) override {
    return limiter_.take(std::move(charges), now);
  }
  Answer peek(std::vector<vendors::Charge> charges, TimePoint now) override {
    return limiter_.peek(std::move(charges), now);
  }

 private:
  RedisLink link_{empty_redis_server()};
  limits_redis::RedisRateLimiter limiter_{link_.redis()};
};

}  // namespace

std::vector<VendorStoreKind> vendor_store_kinds() {
  return {
      {.name = "memory", .durable = false, .make_home = [] { return std::make_unique<MemoryHome>(); }},
      {.name = "sqlite", .durable = true, .make_home = [] { return std::make_unique<SqliteHome>(); }},
      {.name = "redis", .durable = true, .make_home = [] { return std::make_unique<RedisHome>(); }},
  };
}

std::vector<VendorStoreKind> durable_vendor_store_kinds() {
  auto kinds = vendor_store_kinds();
  std::erase_if(kinds, [](const VendorStoreKind& kind) { return !kind.durable; });
  return kinds;
}

std::vector<RateLimiterKind> rate_limiter_kinds() {
  return {
      {.name = "memory", .make = [] { return std::make_unique<limits_memory::MemoryRateLimiter>(); }},
      {.name = "redis", .make = [] { return std::make_unique<OwnRedisRateLimiter>(); }},
  };
}

}  // namespace cutroom::conformance
