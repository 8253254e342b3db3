#include "engine/vendor_directory.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "base/log.hpp"

namespace cutroom::engine {

using boost::asio::awaitable;
using vendors::ApiKey;
using vendors::Vendor;

namespace {

Error no_vendor(const std::string& id) {
  return {.code = Errc::not_found, .message = "There is no vendor \"" + id.substr(0, 100) + "\""};
}

Result<void> check(const Vendor& vendor) {
  auto problems = vendors::problems_of(vendor);
  if (problems.empty()) return {};
  std::string message = problems.front().field + " " + problems.front().problem;
  return Error{.code = Errc::invalid_input, .message = std::move(message), .fields = std::move(problems)};
}

}  // namespace

VendorDirectory::VendorDirectory(boost::asio::any_io_executor executor, vendors::VendorStore& store,
                                 jobs::JobStore& jobs, const Clock& clock, ShareSeeds seeds)
    : executor_(executor),
      store_(store),
      jobs_(jobs),
      clock_(clock),
      seeds_(std::move(seeds)),
      changes_(std::move(executor)) {}

awaitable<Result<void>> VendorDirectory::load() {
  store_.on_change([this](const vendors::VendorId& id) { changed_elsewhere(id); });
  if (auto read = co_await take_over_all(); !read) co_return read.error();
  co_return co_await give_all_shares();
}

const Vendor* VendorDirectory::find(std::string_view id) const {
  const auto at = vendors_.find(id);
  return at == vendors_.end() ? nullptr : &at->second;
}

std::vector<Vendor> VendorDirectory::page(std::string_view after, std::size_t most) const {
  std::vector<Vendor> page;
  for (auto at = vendors_.upper_bound(after); at != vendors_.end() && page.size() < most; ++at)
    page.push_back(at->second);
  return page;
}

std::vector<ApiKey> VendorDirectory::keys_of(const std::string& id) const {
  std::vector<ApiKey> keys;
  for (const auto& [key_id, key] : keys_)
    if (key.vendor == id) keys.push_back(key);
  std::ranges::sort(keys, [](const ApiKey& a, const ApiKey& b) {
    return std::tie(a.created_at, a.id) < std::tie(b.created_at, b.id);
  });
  return keys;
}

const Vendor* VendorDirectory::opened_by(std::string_view text) {
  const auto parts = vendors::api_key_parts(text);
  if (!parts) return nullptr;
  const auto at = keys_.find(parts->id);
  if (at == keys_.end() || !vendors::opens(at->second, parts->secret)) return nullptr;
  ApiKey& key = at->second;
  if (const vendors::Day today = vendors::day_of(clock_.now()); !key.last_used || *key.last_used < today) {
    key.last_used = today;
    uses_.push_back({.key_id = key.id, .day = today});
  }
  return find(key.vendor);
}

Vendor VendorDirectory::draft(const std::string& id) const {
  Vendor vendor{.id = id};
  if (const auto seed = seeds_.find(id); seed != seeds_.end()) {
    vendor.weight = seed->second.weight;
    vendor.cap = seed->second.cap;
    vendor.cap_is_hard = seed->second.cap_is_hard;
    vendor.paused = seed->second.paused;
  }
  return vendor;
}

awaitable<Result<Vendor>> VendorDirectory::create(Vendor vendor) {
  const auto turn = co_await changes_.take();
  if (const auto good = check(vendor); !good) co_return good.error();
  if (vendors_.contains(vendor.id))
    co_return Error{.code = Errc::conflict, .message = "There is a vendor \"" + vendor.id + "\" already"};
  if (vendors_.size() >= kVendorsMax)
    co_return Error{.code = Errc::conflict,
                    .message = "There are " + std::to_string(kVendorsMax) + " vendors, which is the most"};
  if (const auto saved = co_await store_.save(vendor); !saved) co_return saved.error();
  vendors_.emplace(vendor.id, vendor);
  if (const auto given = co_await give_share(vendor.id); !given) co_return given.error();
  co_return vendor;
}

awaitable<Result<Vendor>> VendorDirectory::change(std::string id,
                                                  std::function<Result<void>(Vendor&)> change) {
  const auto turn = co_await changes_.take();
  const Vendor* present = find(id);
  if (present == nullptr) co_return no_vendor(id);
  Vendor vendor = *present;
  if (const auto changed = change(vendor); !changed) co_return changed.error();
  vendor.id = id;
  if (const auto good = check(vendor); !good) co_return good.error();
  if (const auto saved = co_await store_.save(vendor); !saved) co_return saved.error();
  vendors_.insert_or_assign(id, vendor);
  if (const auto given = co_await give_share(id); !given) co_return given.error();
  co_return vendor;
}

awaitable<Result<void>> VendorDirectory::remove(std::string id) {
  const auto turn = co_await changes_.take();
  if (find(id) == nullptr) co_return no_vendor(id);
  if (const auto removed = co_await store_.remove(id); !removed) co_return removed.error();
  vendors_.erase(id);
  std::erase_if(keys_, [&](const auto& entry) { return entry.second.vendor == id; });
  co_return co_await give_share(id);
}

awaitable<Result<vendors::NewApiKey>> VendorDirectory::add_key(std::string vendor, std::string label) {
  const auto turn = co_await changes_.take();
  if (find(vendor) == nullptr) co_return no_vendor(vendor);
  if (keys_of(vendor).size() >= vendors::kKeysPerVendorMax)
    co_return Error{.code = Errc::conflict,
                    .message = "The vendor has " + std::to_string(vendors::kKeysPerVendorMax) +
                               " keys, revoked ones counted, which is the most"};
  if (label.size() > vendors::kNameBytesMax)
    co_return Error{.code = Errc::invalid_input,
                    .message = "label must be at most 200 bytes",
                    .fields = {{"label", "must be at most 200 bytes"}}};
  vendors::NewApiKey made = vendors::make_api_key(std::move(vendor), std::move(label), clock_.now());
  if (const auto added = co_await store_.add_key(made.key); !added) co_return added.error();
  keys_.emplace(made.key.id, made.key);
  co_return made;
}

awaitable<Result<void>> VendorDirectory::revoke_key(std::string vendor, std::string key_id) {
  const auto turn = co_await changes_.take();
  const auto at = keys_.find(key_id);
  if (at == keys_.end() || at->second.vendor != vendor)
    co_return Error{.code = Errc::not_found, .message = "The vendor has no such key"};
  const TimePoint now = clock_.now();
  // In memory first: a key that leaked is shut also where the disk fails, and whoever revokes it is told.
  if (!at->second.revoked_at) at->second.revoked_at = now;
  co_return co_await store_.revoke_key(std::move(vendor), std::move(key_id), now);
}

awaitable<void> VendorDirectory::flush_key_use() {
  if (uses_.empty()) co_return;
  auto uses = std::exchange(uses_, {});
  if (const auto noted = co_await store_.note_key_use(uses); !noted) {
    log::error("the last use of keys can't be kept: {}", noted.error().detail);
    uses_.insert(uses_.end(), uses.begin(), uses.end());
  }
}

// Beyond so many reading all of them is less work.
constexpr std::size_t kOutdatedMax = 200;

void VendorDirectory::changed_elsewhere(const vendors::VendorId& id) {
  if (outdated_.size() >= kOutdatedMax) outdated_ = {std::string()};
  if (!outdated_.contains("")) outdated_.insert(id);
  if (std::exchange(taking_over_, true)) return;
  boost::asio::co_spawn(executor_, take_over(), [this](std::exception_ptr bug) {
    taking_over_ = false;
    if (bug) std::rethrow_exception(bug);
  });
}

// The shares are the job store's already: whoever made the change has given them. A store that can't be read
// tells of a change when it can be again.
awaitable<void> VendorDirectory::take_over() {
  while (!outdated_.empty()) {
    const auto turn = co_await changes_.take();
    const bool all = outdated_.contains("");
    std::string one = *outdated_.begin();
    if (all)
      outdated_.clear();
    else
      outdated_.erase(outdated_.begin());
    Result<void> read;
    if (all)
      read = co_await take_over_all();
    else
      read = co_await take_over_one(std::move(one));
    if (!read)
      log::warn("what was changed of vendors can't be read: {} {}", read.error().text(), read.error().detail);
  }
}

awaitable<Result<void>> VendorDirectory::take_over_all() {
  auto stored = co_await store_.load();
  if (!stored) co_return stored.error();
  vendors_.clear();
  const Keys known = std::exchange(keys_, {});
  put(std::move(*stored), known);
  co_return Result<void>();
}

awaitable<Result<void>> VendorDirectory::take_over_one(std::string id) {
  auto stored = co_await store_.find(id);
  if (!stored) co_return stored.error();
  vendors_.erase(id);
  Keys known;
  for (auto at = keys_.begin(); at != keys_.end();)
    if (at->second.vendor == id)
      known.insert(keys_.extract(at++));
    else
      ++at;
  put(std::move(*stored), known);
  co_return Result<void>();
}

void VendorDirectory::put(vendors::StoredVendors stored, const Keys& known) {
  for (Vendor& vendor : stored.vendors) {
    std::string id = vendor.id;
    vendors_.insert_or_assign(std::move(id), std::move(vendor));
  }
  for (ApiKey& key : stored.keys) {
    // Of these two, what the store does not have yet.
    if (const auto at = known.find(key.id); at != known.end()) {
      key.last_used = std::max(key.last_used, at->second.last_used);
      if (!key.revoked_at) key.revoked_at = at->second.revoked_at;
    }
    std::string id = key.id;
    keys_.insert_or_assign(std::move(id), std::move(key));
  }
}

jobs::VendorShare VendorDirectory::share_of(const std::string& id) const {
  if (const Vendor* vendor = find(id))
    return {.weight = vendor->weight,
            .cap = vendor->cap,
            .cap_is_hard = vendor->cap_is_hard,
            .paused = vendor->paused};
  const auto seed = seeds_.find(id);
  return seed == seeds_.end() ? jobs::VendorShare{} : seed->second;
}

awaitable<Result<void>> VendorDirectory::give_share(std::string id) {
  const jobs::VendorShare share = share_of(id);
  co_return co_await jobs_.set_share(std::move(id), share);
}

// Side by side, so that they are committed together: one after the other each would wait for its own commit.
awaitable<Result<void>> VendorDirectory::give_all_shares() {
  std::vector<std::string> ids;
  for (const auto& [id, vendor] : vendors_) ids.push_back(id);
  for (const auto& [id, seed] : seeds_)
    if (!vendors_.contains(id)) ids.push_back(id);

  constexpr std::size_t kAtOnce = 500;
  Result<void> outcome;
  for (std::size_t from = 0; from < ids.size() && outcome; from += kAtOnce) {
    const std::size_t to = std::min(ids.size(), from + kAtOnce);
    std::size_t open = to - from;
    Signal ended(executor_);
    for (std::size_t i = from; i < to; ++i)
      boost::asio::co_spawn(executor_, give_share(ids[i]),
                            [&](std::exception_ptr bug, const Result<void>& given) {
                              --open;
                              ended.notify();
                              if (bug) std::rethrow_exception(bug);
                              if (!given) outcome = given.error();
                            });
    while (open > 0) co_await ended.wait(ended.ticket());
  }
  co_return outcome;
}

}  // namespace cutroom::engine
