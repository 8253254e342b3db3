// All vendors and their keys, in memory, as the store has them: who a key belongs to is known without asking
// anybody. Changes go to the store and, as shares, to the job store. Lives on the I/O thread.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "engine/turns.hpp"
#include "jobs/job_store.hpp"
#include "vendors/vendor_store.hpp"

namespace cutroom::engine {

// Shares from the configuration file. They hold for vendors that nobody has set up, and are what a vendor of
// the name begins with.
using ShareSeeds = std::map<std::string, jobs::VendorShare>;

inline constexpr std::size_t kVendorsMax = 100'000;

class VendorDirectory {
 public:
  VendorDirectory(boost::asio::any_io_executor, vendors::VendorStore&, jobs::JobStore&, const Clock&,
                  ShareSeeds);

  // Reads the store and gives every share to the job store. Once, before anything else. From then on what
  // other processes change in a shared store is taken over as the store tells of it.
  boost::asio::awaitable<Result<void>> load();

  bool empty() const { return vendors_.empty(); }
  // Whether a key was ever made, revoked ones too.
  bool has_keys() const { return !keys_.empty(); }
  // nullptr: nobody has set it up. Valid until the next change.
  const vendors::Vendor* find(std::string_view id) const;
  // By id: those behind `after`, `most` of them.
  std::vector<vendors::Vendor> page(std::string_view after, std::size_t most) const;
  std::vector<vendors::ApiKey> keys_of(const std::string& id) const;  // By age; revoked ones too.

  // Whose key it is; nullptr where it opens nothing. Notes the day of its use.
  const vendors::Vendor* opened_by(std::string_view key);

  // What a new vendor of this name begins with.
  vendors::Vendor draft(const std::string& id) const;
  // conflict: there is one; invalid_input with `fields`.
  boost::asio::awaitable<Result<vendors::Vendor>> create(vendors::Vendor);
  // `change` gets the vendor as it is now, and what it makes of it is kept where it is good. not_found,
  // invalid_input, and the errors of `change`.
  boost::asio::awaitable<Result<vendors::Vendor>> change(
      std::string id, std::function<Result<void>(vendors::Vendor&)> change);
  // With its keys and its usage. Its jobs stay and end as they would. not_found.
  boost::asio::awaitable<Result<void>> remove(std::string id);

  // not_found, conflict: too many keys.
  boost::asio::awaitable<Result<vendors::NewApiKey>> add_key(std::string vendor, std::string label);
  // It opens nothing from now on. not_found.
  boost::asio::awaitable<Result<void>> revoke_key(std::string vendor, std::string key_id);

  // Which keys were used on a day for the first time, into the store. Logs where it can't.
  boost::asio::awaitable<void> flush_key_use();

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  jobs::VendorShare share_of(const std::string& id) const;
  boost::asio::awaitable<Result<void>> give_share(std::string id);
  boost::asio::awaitable<Result<void>> give_all_shares();

  void changed_elsewhere(const vendors::VendorId&);
  boost::asio::awaitable<void> take_over();
  boost::asio::awaitable<Result<void>> take_over_all();
  boost::asio::awaitable<Result<void>> take_over_one(std::string id);
  // `known`: keys as they were before.
  using Keys = std::unordered_map<std::string, vendors::ApiKey, Hash, std::equal_to<>>;  // By id.
  void put(vendors::StoredVendors, const Keys& known);

  boost::asio::any_io_executor executor_;
  vendors::VendorStore& store_;
  jobs::JobStore& jobs_;
  const Clock& clock_;
  const ShareSeeds seeds_;
  std::map<std::string, vendors::Vendor, std::less<>> vendors_;
  Keys keys_;
  std::vector<vendors::KeyUse> uses_;  // Not in the store yet.
  Turns changes_;                      // Memory and store change in the same order.
  std::set<std::string> outdated_;     // Changed in the store, perhaps; "": any.
  bool taking_over_ = false;
};

}  // namespace cutroom::engine
