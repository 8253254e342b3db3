// Who is calling, may they, and how often: asked before every request. Lives on the I/O thread.
//
// The server is open while there is neither a vendor nor an admin key: then whoever reaches it may do all
// that a vendor may, in the name the request gives. As soon as there is one of the two, a key decides who is
// calling. Before the first key of a vendor was made, and while no admin key is set, a caller on this machine
// may administer too, so that a laptop can be set up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "engine/vendor_directory.hpp"
#include "vendors/limits.hpp"
#include "vendors/rate_limiter.hpp"

namespace cutroom::engine {

// What a request is, as far as limits go; admission.cpp says which limits each takes from.
enum class RequestClass : std::uint8_t {
  none,
  read,
  background_removal,
  image_processing,
  bulk,
  control,
  admin
};

enum class Access : std::uint8_t {
  anyone,         // Health, documentation, assets: no key, ever; an administrator's shows more of the health.
  caller,         // A vendor or an administrator; anyone while the server is open.
  admin_or_open,  // An administrator; anyone while the server is open.
  admin,          // An administrator.
};

// What a request shows of its caller.
struct Credentials {
  std::string key;         // A vendor's or the admin's; empty: none.
  std::string address;     // IP address.
  bool from_here = false;  // Beyond doubt from this very machine: no proxy, no web page of somebody else's.
};

struct Caller {
  std::string vendor;  // Whose jobs and limits; never empty. Without a key or a name, the address.
  std::string address;
  bool is_admin = false;
  bool sees_all = false;  // Jobs of all vendors: an administrator, or anybody while the server is open.
};

// Whether the caller may know of something that is this vendor's. What it may not see does not exist for it.
inline bool may_see(const Caller& caller, std::string_view vendor) {
  return caller.sees_all || caller.vendor == vendor;
}

// How the caller stands with one of the limits.
struct LimitStanding {
  vendors::LimitKind kind;
  vendors::Limit limit;
  vendors::Standing standing;
};

struct Admitted {
  // The limit that is nearest to its end, for the RateLimit headers; nullopt where none applies.
  std::optional<vendors::Standing> standing;
  std::optional<Error> refused;  // rate_limited; unavailable: nobody can count now.
};

class Admission {
 public:
  struct Options {
    vendors::Limits limits;
    std::string admin_key;  // Empty: none.
  };
  Admission(VendorDirectory&, vendors::RateLimiter&, const Clock&, Options);

  // Whether a request without a key gets nowhere.
  bool needs_keys() const { return admin_digest_.has_value() || !directory_.empty(); }

  // unauthorized, forbidden.
  Result<Caller> identify(const Credentials&, Access) const;
  // The request says whose it is. With a vendor's key it can only be that vendor's: forbidden. Otherwise the
  // caller is that vendor from now on. Empty: it says nothing.
  Result<void> speaks_for(Caller&, const std::string& vendor) const;

  // Takes one request from the limits of its class, all or none.
  boost::asio::awaitable<Admitted> admit(Caller, RequestClass);
  // All limits of the caller, those that are off too; takes nothing.
  boost::asio::awaitable<Result<std::vector<LimitStanding>>> standings(Caller);

 private:
  bool may_administer_without_key(const Credentials&) const;
  vendors::Limit limit_of(const Caller&, vendors::LimitKind) const;
  vendors::Charge charge_of(const Caller&, vendors::LimitKind) const;

  VendorDirectory& directory_;
  vendors::RateLimiter& limiter_;
  const Clock& clock_;
  const vendors::Limits limits_;
  std::optional<std::string> admin_digest_;  // SHA-256 in hex.
};

}  // namespace cutroom::engine
