// Vendors, keys and usage as fields of a Redis hash, and back. What is not set has no field.
#pragma once

#include <string>
#include <vector>

#include "adapters/redis_client/reply.hpp"
#include "vendors/api_key.hpp"
#include "vendors/usage.hpp"
#include "vendors/vendor.hpp"

namespace cutroom::vendors_redis {

// Field, value, field, value, ... `fields` is what HGETALL answers, the same.
void append_fields(std::vector<std::string>& words, const vendors::Vendor&);
vendors::Vendor vendor_from(std::string id, const redis_client::Reply& fields);

void append_fields(std::vector<std::string>& words, const vendors::ApiKey&);
vendors::ApiKey key_from(std::string id, const redis_client::Reply& fields);

std::string text_of(vendors::Day);
vendors::Day day_from(const redis_client::Reply&);

inline constexpr std::size_t kUsageFields = 6;
void append_values(std::vector<std::string>& words, const vendors::Usage&);
vendors::Usage usage_from(const redis_client::Reply* values);

}  // namespace cutroom::vendors_redis
