// A request as handlers see it: a value that a test can write down.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/admission.hpp"
#include "engine/submission.hpp"

namespace cutroom::http {

enum class Verb : std::uint8_t { get, head, post, put, patch, del, options, other };

std::string_view to_string(Verb);  // "GET"; "?" for other.

// The headers that some route or the server itself needs; all others are dropped while parsing.
struct RequestHeaders {
  std::string content_type;
  std::string accept;
  std::string authorization;
  std::string origin;
  std::string if_none_match;
  std::string if_range;
  std::string range;
  std::string last_event_id;
  std::string idempotency_key;
  std::string host;
  std::string x_api_key;
  std::string x_forwarded_for;  // Of several headers one list, as if it had been one.
  bool is_forwarded = false;    // Some header says that a proxy passed it on.
};

struct Request {
  Verb verb = Verb::get;
  std::string path;   // As sent, still percent-encoded, without query.
  std::string query;  // As sent, without '?'.
  RequestHeaders headers;
  std::string remote_ip;  // Of the connection; an IPv4 address also where it came in through an IPv6 socket.
  engine::Caller caller;  // As the gate has found (gate.hpp).
  // Set by the gate where the request has an Idempotency-Key: what tells this call from another, and what it
  // was answered where it came before.
  std::string fingerprint;
  std::optional<engine::Submitted> answered;
  std::string body;
  std::array<std::string, 2>
      params;  // What ':name' and '*name' of the route's pattern matched, percent-decoded.

  // Ready for the next request of the same connection; keeps the memory of short strings.
  void clear();
};

}  // namespace cutroom::http
