// What vendors use: counted in memory, written every few seconds and at the end; a crash loses those seconds.
// Only vendors that are set up are counted, so memory and table stay as small as their list. Lives on the I/O
// thread.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "engine/turns.hpp"
#include "engine/vendor_directory.hpp"
#include "vendors/usage.hpp"
#include "vendors/vendor_store.hpp"

namespace cutroom::engine {

class UsageCounter {
 public:
  UsageCounter(boost::asio::any_io_executor, vendors::VendorStore&, const VendorDirectory&, const Clock&);

  // A job has ended for good.
  void count(const std::string& vendor, const vendors::JobFacts&);

  // `photos` are about to be queued: counted at once, so that calls at the same time can't both take the last
  // places. quota_exceeded, with the time until the next month; then nothing is counted.
  boost::asio::awaitable<Result<void>> take(std::string vendor, std::size_t photos);
  // They were not queued after all.
  void give_back(const std::string& vendor, std::size_t photos);

  // Day by day, with what is not written yet.
  boost::asio::awaitable<Result<std::vector<vendors::DayUsage>>> usage(std::string vendor, vendors::Days);

  boost::asio::awaitable<Result<void>> flush();

 private:
  struct Month {
    vendors::Day first;
    std::int64_t queued = 0;
  };
  void gain(const std::string& vendor, const vendors::Usage&);
  boost::asio::awaitable<Result<std::int64_t>> queued_this_month(std::string vendor, vendors::Day today);

  vendors::VendorStore& store_;
  const VendorDirectory& directory_;
  const Clock& clock_;
  std::map<std::pair<std::string, vendors::Day>, vendors::Usage> unwritten_;
  std::map<std::string, Month> months_;  // Of vendors with a quota that have been asked for.
  Turns writes_;  // Nobody reads while something is on its way to the store, neither here nor there.
};

}  // namespace cutroom::engine
