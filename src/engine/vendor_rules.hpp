// What a vendor's own set-up allows of a submission: where photos may come from, how many a month.
#pragma once

#include <cstddef>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "base/error.hpp"
#include "engine/usage_counter.hpp"
#include "engine/vendor_directory.hpp"

namespace cutroom::engine {

class VendorRules {
 public:
  VendorRules(const VendorDirectory& directory, UsageCounter& usage) : directory_(directory), usage_(usage) {}

  // `host`: as PhotoSource::host_of() gives it. address_refused.
  Result<void> check_source(const std::string& vendor, const std::string& host) const {
    const vendors::Vendor* known = directory_.find(vendor);
    if (known == nullptr || vendors::may_fetch_from(*known, host)) return {};
    return Error{.code = Errc::address_refused,
                 .message = "is not on one of the hosts allowed for this vendor"};
  }

  // Before photos are queued; give_back() where they then are not. quota_exceeded.
  boost::asio::awaitable<Result<void>> take(std::string vendor, std::size_t photos) {
    return usage_.take(std::move(vendor), photos);
  }
  void give_back(const std::string& vendor, std::size_t photos) { usage_.give_back(vendor, photos); }

 private:
  const VendorDirectory& directory_;
  UsageCounter& usage_;
};

}  // namespace cutroom::engine
