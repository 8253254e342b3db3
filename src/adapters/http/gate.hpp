// What every request passes before its handler: who is calling, may they, and how often. The route table says
// for each route what it asks for.
#pragma once

#include <optional>

#include <boost/asio/awaitable.hpp>

#include "adapters/http/request.hpp"
#include "adapters/http/response.hpp"
#include "adapters/http/routes.hpp"
#include "engine/admission.hpp"

namespace cutroom::http {

// Sets request.caller. Where `refused`, the handler must not run.
boost::asio::awaitable<engine::Admitted> pass_gate(const Api&, const Route&, Request&);

// RateLimit-Limit, -Remaining and -Reset (seconds until the next place comes free).
void add_limit_headers(Response&, const vendors::Standing&);

}  // namespace cutroom::http
