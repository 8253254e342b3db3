// Use case: a vendor says where it wants its events, and looks at what became of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "delivery/notifier.hpp"
#include "engine/vendor_directory.hpp"
#include "engine/webhooks.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::engine {

// The vendor's endpoint out of its own set-up; nullopt where it has none.
std::optional<WebhookEndpoint> webhook_of(const VendorDirectory&, const std::string& vendor);

class WebhookSetup {
 public:
  struct Parts {
    VendorDirectory& vendors;
    const Webhooks& webhooks;
    const delivery::Notifier& notifier;
    jobs::JobStore& store;
    const Clock& clock;
  };
  explicit WebhookSetup(Parts parts) : parts_(parts) {}

  // not_found: none is set.
  Result<WebhookEndpoint> get(const std::string& vendor) const;
  // With a new secret. invalid_input, address_refused; conflict: nobody has set the vendor up.
  boost::asio::awaitable<Result<WebhookEndpoint>> set(std::string vendor, std::string url,
                                                      std::vector<std::string> events);
  // Also where none was set.
  boost::asio::awaitable<Result<void>> remove(std::string vendor);
  // The id of a delivery of a trial event. conflict: none is set.
  boost::asio::awaitable<Result<jobs::JobId>> test(std::string vendor);

 private:
  Parts parts_;
};

}  // namespace cutroom::engine
