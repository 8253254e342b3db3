#include "job_stores.hpp"

#include <algorithm>

#include "adapters/store_memory/memory_store.hpp"
#include "adapters/store_sqlite/sqlite_store.hpp"
#include "scratch_folder.hpp"

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

template <class Home>
std::unique_ptr<StoreHome> make() {
  return std::make_unique<Home>();
}

}  // namespace

std::vector<StoreKind> store_kinds() {
  return {
      {.name = "memory", .durable = false, .make_home = make<MemoryHome>},
      {.name = "sqlite", .durable = true, .make_home = make<SqliteHome>},
  };
}

std::vector<StoreKind> durable_store_kinds() {
  auto kinds = store_kinds();
  std::erase_if(kinds, [](const StoreKind& kind) { return !kind.durable; });
  return kinds;
}

}  // namespace cutroom::conformance
