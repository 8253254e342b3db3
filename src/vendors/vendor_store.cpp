#include "vendors/vendor_store.hpp"

#include <utility>

namespace cutroom::vendors {

boost::asio::awaitable<Result<StoredVendors>> VendorStore::find(VendorId id) {
  auto all = co_await load();
  if (!all) co_return all.error();
  std::erase_if(all->vendors, [&](const Vendor& vendor) { return vendor.id != id; });
  std::erase_if(all->keys, [&](const ApiKey& key) { return key.vendor != id; });
  co_return std::move(*all);
}

}  // namespace cutroom::vendors
