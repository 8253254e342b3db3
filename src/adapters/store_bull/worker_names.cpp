#include "adapters/store_bull/worker_names.hpp"

#include "base/digest.hpp"

namespace cutroom::store_bull {

WorkerNames::WorkerNames(const redis_client::Options& options, const std::string& prefix,
                         const std::vector<std::string>& queues) {
  for (const std::string& queue : queues) {
    redis_client::Options named = options;
    named.client_name = prefix + ":" + base64_of(queue);
    connections_.push_back(std::make_unique<redis_client::Redis>(io_.get_executor(), std::move(named)));
  }
  thread_ = std::thread([this] { io_.run(); });
}

WorkerNames::~WorkerNames() {
  for (const auto& connection : connections_) connection->stop();
  work_.reset();
  thread_.join();
}

}  // namespace cutroom::store_bull
