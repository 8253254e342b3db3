#include "vendors/vendor.hpp"

#include <algorithm>

namespace cutroom::vendors {
namespace {

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Ids stand in addresses, keys and logs, so they are kept to what needs no quoting anywhere.
bool is_vendor_id(std::string_view text) {
  return !text.empty() && text.size() <= kVendorIdBytesMax && is_alphanumeric(text.front()) &&
         std::ranges::all_of(text,
                             [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

// A host name or an address as they stand in URLs; with "*." before it, all names below.
bool is_host_pattern(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  constexpr std::size_t kHostBytesMax = 253;  // RFC 1035.
  return !text.empty() && text.size() <= kHostBytesMax && text.front() != '.' && text.back() != '.' &&
         std::ranges::all_of(text, [](char c) {
           return is_alphanumeric(c) ? !(c >= 'A' && c <= 'Z') : c == '.' || c == '-' || c == ':' || c == '_';
         });
}

bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool matches(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host;
  pattern.remove_prefix(
      1);  // ".example.com": whole labels, so that evilexample.com is not below example.com.
  return host.size() > pattern.size() && host.ends_with(pattern);
}

}  // namespace

std::vector<FieldProblem> problems_of(const Vendor& vendor) {
  std::vector<FieldProblem> problems;
  const auto check = [&](bool fine, const char* field, std::string problem) {
    if (!fine) problems.push_back({field, std::move(problem)});
  };
  check(is_vendor_id(vendor.id), "id",
        "must be 1 to 64 letters, digits, '.', '_' or '-', and begin with a letter or digit");
  check(vendor.name.size() <= kNameBytesMax && is_printable(vendor.name), "name",
        "must be at most 200 bytes without control characters");
  check(vendor.weight >= kWeightMin && vendor.weight <= kWeightMax, "weight", "must be from 0.001 to 1000");
  check(vendor.cap <= kCapMax, "cap", "must be from 0 (none) to 100000");
  check(vendor.monthly_quota <= kQuotaMax, "monthlyQuota", "must be from 0 (none) to 1000000000000");
  check(vendor.source_hosts.size() <= kSourceHostsMax, "sourceHosts", "must have at most 100 entries");
  for (std::size_t i = 0; i < vendor.source_hosts.size(); ++i)
    if (!is_host_pattern(vendor.source_hosts[i]))
      problems.push_back(
          {"sourceHosts[" + std::to_string(i) + "]",
           "must be a host name in lower case like example.com, or *.example.com for all below it"});
  check(vendor.face_presets_json.size() <= kFacePresetsBytesMax, "presets",
        "must be at most 256 KiB all together");
  check(vendor.default_options_json.size() <= kDefaultOptionsBytesMax, "defaultOptions",
        "must be at most 16384 bytes of JSON");
  return problems;
}

bool may_fetch_from(const Vendor& vendor, std::string_view host) {
  return vendor.source_hosts.empty() ||
         std::ranges::any_of(vendor.source_hosts,
                             [&](const std::string& pattern) { return matches(pattern, host); });
}

}  // namespace cutroom::vendors
