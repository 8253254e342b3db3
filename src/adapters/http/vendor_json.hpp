// Vendors, keys and usage in the words of the admin API.
#pragma once

#include <string>
#include <vector>

#include "vendors/api_key.hpp"
#include "vendors/usage.hpp"
#include "vendors/vendor.hpp"

namespace cutroom::http {

// {id, name, weight, cap, capIsHard, paused, limits, monthlyQuota, sourceHosts, defaultOptions}. Of limits
// only those of its own.
std::string to_json(const vendors::Vendor&);
// {id, vendorId, label, createdOn, revokedOn, lastUsed}; never anything of the secret.
std::string to_json(const vendors::ApiKey&);
// The same with the key itself: {id, key, ...}. It is shown this once.
std::string to_json(const vendors::NewApiKey&);
// {day, queued, jobs, failed, images, megapixels, computeSeconds}.
std::string to_json(const vendors::DayUsage&);
// {month: "2026-11", queued, ..., monthlyQuota}; `month` is any day of it.
std::string month_json(vendors::Day month, const vendors::Usage&, std::uint64_t monthly_quota);

// "[a,b]" of what is JSON already.
std::string array_of(const std::vector<std::string>& entries);

}  // namespace cutroom::http
