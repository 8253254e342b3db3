#include "engine/usage_counter.hpp"

#include <algorithm>
#include <utility>

namespace cutroom::engine {

using boost::asio::awaitable;
using vendors::Day;
using vendors::Usage;

UsageCounter::UsageCounter(boost::asio::any_io_executor executor, vendors::VendorStore& store,
                           const VendorDirectory& directory, const Clock& clock)
    : store_(store), directory_(directory), clock_(clock), writes_(std::move(executor)) {}

void UsageCounter::gain(const std::string& vendor, const Usage& usage) {
  if (directory_.find(vendor) == nullptr) return;
  const Day today = vendors::day_of(clock_.now());
  unwritten_[{vendor, today}] += usage;
  if (const auto month = months_.find(vendor);
      month != months_.end() && month->second.first == vendors::first_of_month(today))
    month->second.queued += usage.queued;
}

void UsageCounter::count(const std::string& vendor, const vendors::JobFacts& facts) {
  gain(vendor, {.jobs = 1,
                .failed = facts.failed ? 1U : 0U,
                .images = facts.images,
                .megapixels = facts.megapixels,
                .compute_ms = static_cast<std::uint64_t>(std::max(facts.computed, Millis{0}).count())});
}

awaitable<Result<void>> UsageCounter::take(std::string vendor, std::size_t photos) {
  const vendors::Vendor* known = directory_.find(vendor);
  if (known == nullptr) co_return Result<void>();
  const auto wanted = static_cast<std::int64_t>(photos);
  if (known->monthly_quota > 0) {
    const TimePoint now = clock_.now();
    const auto used = co_await queued_this_month(vendor, vendors::day_of(now));
    if (!used) co_return used.error();
    known = directory_.find(vendor);  // It may have changed meanwhile.
    const auto quota = known == nullptr ? 0 : static_cast<std::int64_t>(known->monthly_quota);
    if (quota > 0 && *used + wanted > quota) {
      const Day anew = vendors::first_of_next_month(vendors::day_of(now));
      co_return Error{.code = Errc::quota_exceeded,
                      .message = "The monthly quota of " + std::to_string(quota) + " photos does not allow " +
                                 std::to_string(wanted) + " more: " + std::to_string(*used) +
                                 " are used; it begins anew on " + vendors::to_string(anew),
                      .retry_after = TimePoint(anew) - now};
    }
  }
  gain(vendor, {.queued = wanted});
  co_return Result<void>();
}

void UsageCounter::give_back(const std::string& vendor, std::size_t photos) {
  gain(vendor, {.queued = -static_cast<std::int64_t>(photos)});
}

awaitable<Result<std::int64_t>> UsageCounter::queued_this_month(std::string vendor, Day today) {
  const Day first = vendors::first_of_month(today);
  if (const auto month = months_.find(vendor); month != months_.end() && month->second.first == first)
    co_return month->second.queued;
  const auto turn = co_await writes_.take();
  if (const auto month = months_.find(vendor); month != months_.end() && month->second.first == first)
    co_return month->second.queued;  // Another was here first.
  const vendors::Days days{.from = first, .to = vendors::first_of_next_month(today)};
  const auto written = co_await store_.usage(vendor, days);
  if (!written) co_return written.error();
  Month month{.first = first};
  for (const vendors::DayUsage& day : *written) month.queued += day.usage.queued;
  for (const auto& [key, usage] : unwritten_)
    if (key.first == vendor && key.second >= days.from && key.second < days.to) month.queued += usage.queued;
  months_[vendor] = month;
  co_return month.queued;
}

awaitable<Result<std::vector<vendors::DayUsage>>> UsageCounter::usage(std::string vendor,
                                                                      vendors::Days days) {
  if (const auto flushed = co_await flush(); !flushed) co_return flushed.error();
  co_return co_await store_.usage(std::move(vendor), days);
}

awaitable<Result<void>> UsageCounter::flush() {
  const auto turn = co_await writes_.take();
  // In a shared store others queue too: what they have is read again. So a quota may be passed by what all
  // together queue between two flushes.
  std::erase_if(months_, [this](const auto& entry) {
    return store_.is_shared() || directory_.find(entry.first) == nullptr;
  });
  if (unwritten_.empty()) co_return Result<void>();
  const auto writing = std::exchange(unwritten_, {});
  std::vector<vendors::UsageGain> gains;
  gains.reserve(writing.size());
  for (const auto& [key, usage] : writing)
    gains.push_back({.vendor = key.first, .day = key.second, .usage = usage});
  const auto written = co_await store_.add_usage(std::move(gains));
  if (!written)
    for (const auto& [key, usage] : writing) unwritten_[key] += usage;
  co_return written;
}

}  // namespace cutroom::engine
