// Taking orders of any kind in: what the routes of all kinds share.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "adapters/http/order_kind.hpp"
#include "adapters/http/request.hpp"
#include "adapters/http/response.hpp"
#include "adapters/http/services.hpp"

namespace cutroom::http {

// The body is JSON or a form. The kind outlives the coroutine.
boost::asio::awaitable<Response> queue_one(const Api&, Request&, const OrderKind&);
// Arrays of records and photos.
boost::asio::awaitable<Response> queue_many(const Api&, Request&, const OrderKind&);

}  // namespace cutroom::http
