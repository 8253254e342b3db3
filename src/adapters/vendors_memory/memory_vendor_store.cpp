#include "adapters/vendors_memory/memory_vendor_store.hpp"

#include <algorithm>
#include <tuple>

namespace cutroom::vendors_memory {

using boost::asio::awaitable;
using namespace vendors;  // NOLINT: this file is nothing but the port's words.

awaitable<Result<StoredVendors>> MemoryVendorStore::load() {
  StoredVendors all;
  for (const auto& [id, vendor] : vendors_) all.vendors.push_back(vendor);
  for (const auto& [id, key] : keys_) all.keys.push_back(key);
  std::ranges::sort(all.keys, [](const ApiKey& a, const ApiKey& b) {
    return std::tie(a.vendor, a.created_at, a.id) < std::tie(b.vendor, b.created_at, b.id);
  });
  co_return all;
}

awaitable<Result<void>> MemoryVendorStore::save(Vendor vendor) {
  const VendorId id = vendor.id;
  vendors_[id] = std::move(vendor);
  co_return Result<void>();
}

awaitable<Result<void>> MemoryVendorStore::remove(VendorId id) {
  if (vendors_.erase(id) == 0) co_return Error{.code = Errc::not_found};
  std::erase_if(keys_, [&](const auto& entry) { return entry.second.vendor == id; });
  std::erase_if(usage_, [&](const auto& entry) { return entry.first.first == id; });
  co_return Result<void>();
}

awaitable<Result<void>> MemoryVendorStore::add_key(ApiKey key) {
  if (!vendors_.contains(key.vendor)) co_return Error{.code = Errc::not_found};
  const std::string id = key.id;
  if (!keys_.try_emplace(id, std::move(key)).second) co_return Error{.code = Errc::conflict};
  co_return Result<void>();
}

awaitable<Result<void>> MemoryVendorStore::revoke_key(VendorId vendor, std::string key_id, TimePoint now) {
  const auto at = keys_.find(key_id);
  if (at == keys_.end() || at->second.vendor != vendor) co_return Error{.code = Errc::not_found};
  if (!at->second.revoked_at) at->second.revoked_at = now;
  co_return Result<void>();
}

awaitable<Result<void>> MemoryVendorStore::note_key_use(std::vector<KeyUse> uses) {
  for (const KeyUse& use : uses) {
    const auto at = keys_.find(use.key_id);
    if (at == keys_.end()) continue;
    if (!at->second.last_used || *at->second.last_used < use.day) at->second.last_used = use.day;
  }
  co_return Result<void>();
}

awaitable<Result<void>> MemoryVendorStore::add_usage(std::vector<UsageGain> gains) {
  for (const UsageGain& gain : gains)
    if (vendors_.contains(gain.vendor)) usage_[{gain.vendor, gain.day}] += gain.usage;
  co_return Result<void>();
}

awaitable<Result<std::vector<DayUsage>>> MemoryVendorStore::usage(VendorId vendor, Days days) {
  std::vector<DayUsage> out;
  for (const auto& [key, usage] : usage_)
    if (key.first == vendor && key.second >= days.from && key.second < days.to)
      out.push_back({key.second, usage});
  co_return out;
}

}  // namespace cutroom::vendors_memory
