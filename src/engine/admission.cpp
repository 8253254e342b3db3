#include "engine/admission.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <boost/asio/ip/address_v6.hpp>

#include "base/digest.hpp"
#include "base/log.hpp"

namespace cutroom::engine {
namespace {

using vendors::Charge;
using vendors::LimitKind;
using vendors::Standing;

// Which limits a request takes from. A bulk operation counts once, in its own limit; reading and steering
// never use up what is meant for submissions.
std::span<const LimitKind> limits_of(RequestClass request) {
  static constexpr std::array kReads{LimitKind::reads};
  static constexpr std::array kBackgroundRemoval{LimitKind::global, LimitKind::background_removal};
  static constexpr std::array kImageProcessing{LimitKind::global, LimitKind::image_processing};
  static constexpr std::array kBulk{LimitKind::bulk};
  switch (request) {
    case RequestClass::none:
      return {};
    case RequestClass::read:
    case RequestClass::control:
    case RequestClass::admin:
      return kReads;
    case RequestClass::background_removal:
      return kBackgroundRemoval;
    case RequestClass::image_processing:
      return kImageProcessing;
    case RequestClass::bulk:
      return kBulk;
  }
  return {};
}

// Whoever has one IPv6 address has 2^64 of them, so the network counts as one caller.
std::string network_of(const std::string& address) {
  if (address.find(':') == std::string::npos) return address;
  boost::system::error_code failed;
  auto bytes = boost::asio::ip::make_address_v6(address, failed).to_bytes();
  if (failed) return address;
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return boost::asio::ip::address_v6(bytes).to_string() + "/64";
}

std::string in_words(Millis wait) {
  const auto seconds = (wait.count() + 999) / 1'000;
  const auto of = [](std::int64_t n, const char* unit) {
    return std::to_string(n) + " " + unit + (n == 1 ? "" : "s");
  };
  if (seconds < 120) return of(seconds, "second");
  if (seconds < 7'200) return of((seconds + 59) / 60, "minute");
  return of((seconds + 3'599) / 3'600, "hour");
}

Error too_many(LimitKind kind, const vendors::Limit& limit, const Standing& standing) {
  return {.code = Errc::rate_limited,
          .message = "Too many " + std::string(vendors::limit_row(kind).of_what) + ": " +
                     vendors::describe(limit) + " are allowed; try again in " +
                     in_words(standing.retry_after),
          .retry_after = standing.retry_after};
}

// Nearer to its end: fewer requests left, and of equals the one that takes longer.
bool is_tighter(const Standing& a, const Standing& b) {
  if (a.allowed != b.allowed) return !a.allowed;
  if (a.remaining != b.remaining) return a.remaining < b.remaining;
  return std::max(a.reset, a.retry_after) > std::max(b.reset, b.retry_after);
}

bool queues(RequestClass request) {
  return request == RequestClass::background_removal || request == RequestClass::image_processing ||
         request == RequestClass::bulk;
}

// What becomes of a request that can't be counted. While the counts are away, whatever is queued would go
// past the limits, or fail at the queue, which lies in the same place: come back later. Reading goes on:
// health, documentation and results need no counts. Where the counts are broken the service goes on without
// limits, and the bounds of the queues still hold.
std::optional<Error> refusal_uncounted(RequestClass request, const Error& why) {
  if (why.code != Errc::unavailable) {
    log::error("rate limits can't be counted: {} {}", why.text(), why.detail);
    return std::nullopt;
  }
  if (!queues(request)) return std::nullopt;
  return Error{.code = Errc::unavailable,
               .message = "Requests can't be counted at the moment; try again in a few seconds",
               .detail = why.detail,
               .retry_after = why.retry_after};
}

constexpr const char* kHowToSendKeys = "send it as \"Authorization: Bearer KEY\" or \"X-Api-Key: KEY\"";

}  // namespace

Admission::Admission(VendorDirectory& directory, vendors::RateLimiter& limiter, const Clock& clock,
                     Options options)
    : directory_(directory), limiter_(limiter), clock_(clock), limits_(options.limits) {
  if (!options.admin_key.empty()) admin_digest_ = sha256_hex(options.admin_key);
}

bool Admission::may_administer_without_key(const Credentials& from) const {
  return from.from_here && !admin_digest_ && !directory_.has_keys();
}

Result<Caller> Admission::identify(const Credentials& from, Access access) const {
  Caller caller{.vendor = from.address, .address = from.address};
  const bool opens_all =
      admin_digest_ && !from.key.empty() && equal_in_constant_time(*admin_digest_, sha256_hex(from.key));
  if (access == Access::anyone) {
    caller.sees_all = opens_all || !needs_keys();
    return caller;
  }
  if (opens_all) {
    caller.is_admin = caller.sees_all = true;
    return caller;
  }
  const vendors::Vendor* vendor = directory_.opened_by(from.key);
  // A key of ours that opens nothing is a mistake even where none is needed. Other words in the same header
  // are somebody else's business there: the platform may send its own tokens along.
  const bool is_ours = from.key.starts_with(vendors::kApiKeyPrefix);
  if (vendor == nullptr && !from.key.empty() && (is_ours || needs_keys()))
    return Error{.code = Errc::unauthorized,
                 .message = "This key opens nothing: it is not known, or was revoked"};
  if (vendor != nullptr) {
    if (access == Access::admin || access == Access::admin_or_open)
      return Error{.code = Errc::forbidden, .message = "This needs the admin key, not a vendor's"};
    caller.vendor = vendor->id;
    return caller;
  }

  if (may_administer_without_key(from) && (access == Access::admin || access == Access::admin_or_open)) {
    caller.is_admin = caller.sees_all = true;
    return caller;
  }
  if (access == Access::admin) {
    if (admin_digest_)
      return Error{.code = Errc::unauthorized,
                   .message = std::string("The admin key is needed; ") + kHowToSendKeys};
    return Error{
        .code = Errc::forbidden,
        .message =
            "No admin key is set: start the server with CUTROOM_ADMIN_KEY or --admin-key-file. Without "
            "one, only a caller on the same machine may administer, until the first vendor has a key"};
  }
  if (needs_keys())
    return Error{.code = Errc::unauthorized, .message = std::string("A key is needed; ") + kHowToSendKeys};
  caller.sees_all = true;
  return caller;
}

Result<void> Admission::speaks_for(Caller& caller, const std::string& vendor) const {
  if (vendor.empty() || vendor == caller.vendor) return {};
  if (!caller.sees_all) {
    const std::string problem =
        "is not \"" + caller.vendor + "\", whose key this is; leave it out or send that";
    return Error{
        .code = Errc::forbidden, .message = "vendorId " + problem, .fields = {{"vendorId", problem}}};
  }
  caller.vendor = vendor;
  return {};
}

vendors::Limit Admission::limit_of(const Caller& caller, LimitKind kind) const {
  const vendors::Vendor* vendor = directory_.find(caller.vendor);
  return vendor != nullptr && vendor->limits[kind] ? *vendor->limits[kind] : limits_[kind];
}

Charge Admission::charge_of(const Caller& caller, LimitKind kind) const {
  const vendors::LimitRow& row = vendors::limit_row(kind);
  std::string key(row.name);
  key += ' ';
  if (row.per_address) {
    key += network_of(caller.address);
    // With a limit of its own it is counted by itself: others behind the same address have another window.
    const vendors::Vendor* vendor = directory_.find(caller.vendor);
    if (vendor != nullptr && vendor->limits[kind]) key += ' ' + vendor->id;
  } else {
    key += caller.vendor;
  }
  return {.key = std::move(key), .limit = limit_of(caller, kind)};
}

boost::asio::awaitable<Admitted> Admission::admit(Caller caller, RequestClass request) {
  const auto kinds = limits_of(request);
  std::vector<Charge> charges;
  std::vector<LimitKind> charged;
  for (const LimitKind kind : kinds) {
    Charge charge = charge_of(caller, kind);
    if (charge.limit.is_off()) continue;
    charges.push_back(std::move(charge));
    charged.push_back(kind);
  }
  Admitted admitted;
  if (charges.empty()) co_return admitted;
  const auto standings = co_await limiter_.take(std::move(charges), clock_.now());
  if (!standings) {
    admitted.refused = refusal_uncounted(request, standings.error());
    co_return admitted;
  }
  std::size_t tightest = 0;
  for (std::size_t i = 1; i < standings->size(); ++i)
    if (is_tighter((*standings)[i], (*standings)[tightest])) tightest = i;
  const Standing& shown = (*standings)[tightest];
  admitted.standing = shown;
  if (!shown.allowed)
    admitted.refused = too_many(charged[tightest], limit_of(caller, charged[tightest]), shown);
  co_return admitted;
}

boost::asio::awaitable<Result<std::vector<LimitStanding>>> Admission::standings(Caller caller) {
  std::vector<Charge> charges;
  std::vector<LimitStanding> all;
  for (const vendors::LimitRow& row : vendors::limit_table()) {
    Charge charge = charge_of(caller, row.kind);
    all.push_back({.kind = row.kind, .limit = charge.limit, .standing = {}});
    charges.push_back(std::move(charge));
  }
  const auto standings = co_await limiter_.peek(std::move(charges), clock_.now());
  if (!standings) co_return standings.error();
  for (std::size_t i = 0; i < all.size(); ++i) all[i].standing = (*standings)[i];
  co_return all;
}

}  // namespace cutroom::engine
