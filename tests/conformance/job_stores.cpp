#include "job_stores.hpp"

#include <algorithm>

#include "adapters/store_memory/memory_store.hpp"

namespace cutroom::conformance {
namespace {

class MemoryHome final : public StoreHome {
 public:
  std::unique_ptr<jobs::JobStore> open(boost::asio::any_io_executor executor) override {
    return std::make_unique<store_memory::MemoryStore>(std::move(executor));
  }
};

template <class Home>
std::unique_ptr<StoreHome> make() {
  return std::make_unique<Home>();
}

}  // namespace

std::vector<StoreKind> store_kinds() {
  return {
      {.name = "memory", .durable = false, .make_home = make<MemoryHome>},
  };
}

std::vector<StoreKind> durable_store_kinds() {
  auto kinds = store_kinds();
  std::erase_if(kinds, [](const StoreKind& kind) { return !kind.durable; });
  return kinds;
}

}  // namespace cutroom::conformance
