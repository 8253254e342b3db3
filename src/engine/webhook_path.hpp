// One attempt at one delivery: sign it, send it, judge the answer.
#pragma once

#include <functional>
#include <string>

#include "base/clock.hpp"
#include "delivery/notifier.hpp"
#include "engine/job_path.hpp"
#include "engine/webhooks.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::engine {

class WebhookPath final : public JobPath {
 public:
  struct Parts {
    const Webhooks& webhooks;
    delivery::Notifier& notifier;
    jobs::JobStore& store;
    const Clock& clock;
    // The vendor's receiver says that it wants no more (410): its webhook is to be switched off.
    std::function<void(const std::string& vendor)> gone = [](const std::string&) {};
  };
  explicit WebhookPath(Parts parts) : parts_(std::move(parts)) {}

  // {success, status, url}. upstream_missing where asking again is in vain: 410, or no address to send to.
  boost::asio::awaitable<Result<std::string>> run(Attempt&) override;
  boost::asio::awaitable<void> gave_up(const jobs::Job&, const std::string& reason) override;

 private:
  struct Message {
    std::string url;
    bool is_vendors = false;  // To the vendor's endpoint, not to an address that came with the job.
    std::string body;
  };
  boost::asio::awaitable<Result<Message>> message_of(const jobs::Job&);

  Parts parts_;
};

}  // namespace cutroom::engine
