// The index of the API: every route with its handler, in one table (routes.cpp). A new route is a line there
// and a function in a routes_*.cpp file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "adapters/http/request.hpp"
#include "adapters/http/response.hpp"
#include "adapters/http/services.hpp"
#include "engine/admission.hpp"

namespace cutroom::http {

// The request and the api outlive the coroutine. A handler may take the body out of the request.
using Handler = boost::asio::awaitable<Response> (*)(const Api&, Request&);

enum class BodyRule : std::uint8_t { none, json, json_or_form };

struct Route {
  Verb verb;
  std::string_view pattern;
  Handler handler;
  BodyRule body;
  engine::RequestClass request;  // Which rate limits it takes from.
  engine::Access access;         // Who may.
  std::string_view about;        // For people, on the page at "/".
};

// All routes of the API; the server takes others in tests only.
std::span<const Route> route_table();

// The request's route, with request.params set; nullptr where there is none. HEAD is served by the GET route.
const Route* find_route(std::span<const Route>, Request&);

// How much body the request may have, by its route and content type. 0: it is read over.
std::uint64_t body_bytes_max(const Route*, const Request&, const ServerOptions&);

// Runs the route's handler where the caller may pass (gate.hpp), or answers for the lack of one: OPTIONS, 405
// with Allow, 404. A handler that throws is a bug, logged and answered with 500.
boost::asio::awaitable<Response> answer(const Api&, const Route*, Request&);

// "POST /api/x", for the log. No query: it may hold what isn't meant for a log.
std::string describe(const Request&);

// Whether the body is multipart/form-data.
bool is_form(const Request&);

}  // namespace cutroom::http
