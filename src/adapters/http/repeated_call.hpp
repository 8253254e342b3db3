// Calls that their sender may send again with the same Idempotency-Key, because it doesn't know whether the
// first one arrived.
#pragma once

#include <optional>
#include <string>

#include "adapters/http/request.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::http {

// Of what is asked for: the path, and the body's bytes; of a form its fields and files, since a browser that
// sends the same form again makes up a new boundary.
std::string fingerprint_of(const Request&);

// What the store knows the call by; nothing where it has no key. After the gate, which sets the fingerprint.
std::optional<jobs::Once> once_of(const Request&);

}  // namespace cutroom::http
