#include "adapters/http/handlers.hpp"
#include "adapters/http/queue_orders.hpp"

namespace cutroom::http {

boost::asio::awaitable<Response> process_queue(const Api& api, Request& request) {
  return queue_one(api, request, kImageKind);
}

boost::asio::awaitable<Response> bulk_process(const Api& api, Request& request) {
  return queue_many(api, request, kImageKind);
}

}  // namespace cutroom::http
