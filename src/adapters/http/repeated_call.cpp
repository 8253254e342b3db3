#include "adapters/http/repeated_call.hpp"

#include "adapters/http/caller.hpp"
#include "adapters/http/multipart.hpp"
#include "adapters/http/routes.hpp"
#include "base/digest.hpp"

namespace cutroom::http {
namespace {

// With lengths, so that no two forms read the same.
void append_counted(std::string& out, std::string_view text) {
  out.append(std::to_string(text.size())).append(":").append(text);
}

}  // namespace

std::string fingerprint_of(const Request& request) {
  std::string text = request.path + "\n";
  const auto form = is_form(request) ? parse_form(request.headers.content_type, request.body)
                                     : Result<std::vector<FormPart>>(Error{});
  if (!form) return sha256_hex(text + sha256_hex(request.body));
  for (const FormPart& part : *form) {
    append_counted(text, part.name);
    append_counted(text, sha256_hex(part.content));
  }
  return sha256_hex(text);
}

std::optional<jobs::Once> once_of(const Request& request) {
  if (request.headers.idempotency_key.empty()) return std::nullopt;
  return jobs::Once{.scope = caller_vendor(request),
                    .key = request.headers.idempotency_key,
                    .fingerprint = request.fingerprint,
                    .note = {}};
}

}  // namespace cutroom::http
