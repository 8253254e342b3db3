// A directory over a store in memory, with everything around it, on a clock that a test can set.
#pragma once

#include <boost/asio/io_context.hpp>

#include "adapters/limits_memory/memory_rate_limiter.hpp"
#include "adapters/store_memory/memory_store.hpp"
#include "adapters/vendors_memory/memory_vendor_store.hpp"
#include "engine/usage_counter.hpp"
#include "engine/vendor_directory.hpp"
#include "run_coroutine.hpp"

namespace cutroom::test {

class SetClock final : public Clock {
 public:
  TimePoint time = TimePoint(vendors::day_from("2026-11-24").value());
  TimePoint now() const override { return time; }
};

// Passes everything on, and fails where a test says so.
class WatchedVendorStore final : public vendors::VendorStore {
 public:
  template <class T>
  using Answer = boost::asio::awaitable<Result<T>>;
  std::optional<Error> broken;
  vendors_memory::MemoryVendorStore inner;

  bool shared = false;
  std::function<void(const vendors::VendorId&)> changed;

  bool is_shared() const override { return shared; }
  void on_change(std::function<void(const vendors::VendorId&)> handler) override {
    changed = std::move(handler);
  }
  Answer<vendors::StoredVendors> load() override { return inner.load(); }
  Answer<void> save(vendors::Vendor vendor) override {
    return broken ? failed() : inner.save(std::move(vendor));
  }
  Answer<void> remove(vendors::VendorId id) override {
    return broken ? failed() : inner.remove(std::move(id));
  }
  Answer<void> add_key(vendors::ApiKey key) override {
    return broken ? failed() : inner.add_key(std::move(key));
  }
  Answer<void> revoke_key(vendors::VendorId id, std::string key, TimePoint now) override {
    return broken ? failed() : inner.revoke_key(std::move(id), std::move(key), now);
  }
  Answer<void> note_key_use(std::vector<vendors::KeyUse> uses) override {
    return broken ? failed() : inner.note_key_use(std::move(uses));
  }
  Answer<void> add_usage(std::vector<vendors::UsageGain> gains) override {
    return broken ? failed() : inner.add_usage(std::move(gains));
  }
  Answer<std::vector<vendors::DayUsage>> usage(vendors::VendorId id, vendors::Days days) override {
    return inner.usage(std::move(id), days);
  }

 private:
  Answer<void> failed() { co_return *broken; }
};

struct VendorWorld {
  template <class T>
  T run(boost::asio::awaitable<T> task) {
    std::optional<T> out;
    run_coroutine(io, [&]() -> boost::asio::awaitable<void> { out.emplace(co_await std::move(task)); });
    return std::move(*out);
  }

  boost::asio::io_context io;
  SetClock clock;
  store_memory::MemoryStore jobs{io.get_executor()};
  WatchedVendorStore store;
  engine::VendorDirectory directory{
      io.get_executor(), store, jobs, clock, {{"seeded", {.weight = 3.0, .cap = 2, .cap_is_hard = true}}}};
  engine::UsageCounter usage{io.get_executor(), store, directory, clock};
};

}  // namespace cutroom::test
