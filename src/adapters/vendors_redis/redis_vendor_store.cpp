#include "adapters/vendors_redis/redis_vendor_store.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "adapters/vendors_redis/scripts.hpp"
#include "adapters/vendors_redis/vendor_fields.hpp"

namespace cutroom::vendors_redis {

using boost::asio::awaitable;
using redis_client::Reply;
using vendors::ApiKey;
using vendors::DayUsage;
using vendors::StoredVendors;
using vendors::Vendor;
using vendors::VendorId;

namespace {

// Of one script: about two milliseconds of Redis' time.
constexpr std::size_t kPage = 500;
// Vendors are changed by people; whoever meets a change in the middle of loading meets another one rarely.
constexpr int kLoadTries = 10;

Result<void> done(const Result<Reply>& reply) {
  if (!reply) return reply.error();
  return {};
}

// id, fields, keys.
void append_whole(StoredVendors& into, const Reply& whole) {
  const auto& parts = whole.array();
  if (parts.size() != 3) return;
  into.vendors.push_back(vendor_from(parts[0].text(), parts[1]));
  const auto& keys = parts[2].array();
  for (std::size_t i = 0; i + 1 < keys.size(); i += 2)
    into.keys.push_back(key_from(keys[i].text(), keys[i + 1]));
}

void sort(std::vector<ApiKey>& keys) {
  std::ranges::sort(keys, [](const ApiKey& a, const ApiKey& b) {
    return std::tie(a.vendor, a.created_at, a.id) < std::tie(b.vendor, b.created_at, b.id);
  });
}

}  // namespace

awaitable<Result<Reply>> RedisVendorStore::run(const redis_client::Script& script,
                                               std::vector<std::string> words) {
  std::vector<std::string> keys{prefix_ + "ids"};
  words.insert(words.begin(), prefix_);
  co_return co_await redis_.run(script, std::move(keys), std::move(words));
}

void RedisVendorStore::on_change(std::function<void(const VendorId&)> handler) {
  redis_.subscribe(prefix_ + "changed",
                   [handler](const std::string&, const std::string& vendor) { handler(vendor); });
  redis_.on_connection([handler = std::move(handler)](bool up) {
    if (up) handler({});
  });
}

awaitable<Result<StoredVendors>> RedisVendorStore::load() {
  for (int i = 0; i < kLoadTries; ++i) {
    StoredVendors all;
    const auto undisturbed = co_await load_all(all);
    if (!undisturbed) co_return undisturbed.error();
    if (!*undisturbed) continue;
    sort(all.keys);
    co_return all;
  }
  co_return Error{.code = Errc::unavailable,
                  .detail = "the vendors were changed again and again while being read"};
}

// Page by page. False: something was changed meanwhile.
awaitable<Result<bool>> RedisVendorStore::load_all(StoredVendors& into) {
  std::optional<std::int64_t> changes;
  for (bool more = true; more;) {
    std::vector<std::string> words{into.vendors.empty() ? "" : into.vendors.back().id, std::to_string(kPage)};
    const auto page = co_await run(scripts().load, std::move(words));
    if (!page) co_return page.error();
    const auto& parts = page->array();
    if (parts.empty())
      co_return Error{.code = Errc::storage_failed, .detail = "vendors.load answered nothing"};
    if (changes && *changes != parts[0].integer()) co_return false;
    changes = parts[0].integer();
    for (std::size_t i = 1; i < parts.size(); ++i) append_whole(into, parts[i]);
    more = parts.size() == kPage + 1;
  }
  co_return true;
}

awaitable<Result<StoredVendors>> RedisVendorStore::find(VendorId id) {
  std::vector<std::string> words{std::move(id)};
  const auto found = co_await run(scripts().find, std::move(words));
  if (!found) co_return found.error();
  StoredVendors one;
  append_whole(one, *found);
  sort(one.keys);
  co_return one;
}

awaitable<Result<void>> RedisVendorStore::save(Vendor vendor) {
  std::vector<std::string> words{vendor.id};
  append_fields(words, vendor);
  co_return done(co_await run(scripts().save, std::move(words)));
}

awaitable<Result<void>> RedisVendorStore::remove(VendorId id) {
  std::vector<std::string> words{std::move(id)};
  const auto removed = co_await run(scripts().remove, std::move(words));
  if (removed && removed->integer() == 0) co_return Error{.code = Errc::not_found};
  co_return done(removed);
}

awaitable<Result<void>> RedisVendorStore::add_key(ApiKey key) {
  std::vector<std::string> words{key.vendor, key.id};
  append_fields(words, key);
  const auto added = co_await run(scripts().add_key, std::move(words));
  if (added && added->integer() == 0) co_return Error{.code = Errc::not_found};
  if (added && added->integer() < 0) co_return Error{.code = Errc::conflict};
  co_return done(added);
}

awaitable<Result<void>> RedisVendorStore::revoke_key(VendorId vendor, std::string key_id, TimePoint now) {
  std::vector<std::string> words{std::move(vendor), std::move(key_id), std::to_string(to_unix_ms(now))};
  const auto revoked = co_await run(scripts().revoke_key, std::move(words));
  if (revoked && revoked->integer() == 0) co_return Error{.code = Errc::not_found};
  co_return done(revoked);
}

awaitable<Result<void>> RedisVendorStore::note_key_use(std::vector<vendors::KeyUse> uses) {
  if (uses.empty()) co_return Result<void>();
  std::vector<std::string> words;
  for (vendors::KeyUse& use : uses) {
    words.push_back(std::move(use.key_id));
    words.push_back(text_of(use.day));
  }
  co_return done(co_await run(scripts().note_key_use, std::move(words)));
}

awaitable<Result<void>> RedisVendorStore::add_usage(std::vector<vendors::UsageGain> gains) {
  if (gains.empty()) co_return Result<void>();
  std::vector<std::string> words;
  for (vendors::UsageGain& gain : gains) {
    words.push_back(std::move(gain.vendor));
    words.push_back(text_of(gain.day));
    append_values(words, gain.usage);
  }
  co_return done(co_await run(scripts().add_usage, std::move(words)));
}

awaitable<Result<std::vector<DayUsage>>> RedisVendorStore::usage(VendorId vendor, vendors::Days days) {
  std::vector<std::string> words{std::move(vendor), text_of(days.from), text_of(days.to)};
  const auto found = co_await run(scripts().usage, std::move(words));
  if (!found) co_return found.error();
  const auto& parts = found->array();
  std::vector<DayUsage> out;
  for (std::size_t i = 0; i + kUsageFields < parts.size(); i += kUsageFields + 1)
    out.push_back({.day = day_from(parts[i]), .usage = usage_from(&parts[i + 1])});
  co_return out;
}

}  // namespace cutroom::vendors_redis
