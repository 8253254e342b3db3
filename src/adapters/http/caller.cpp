#include "adapters/http/caller.hpp"

namespace cutroom::http {

std::string caller_vendor(const Request& request) { return request.caller.vendor; }

Result<std::optional<std::string>> vendor_to_show(const Request& request, std::optional<std::string> named) {
  if (request.caller.sees_all) return named;
  if (named && *named != request.caller.vendor)
    return Error{.code = Errc::forbidden,
                 .message = "vendorId is not \"" + request.caller.vendor + "\", whose key this is",
                 .fields = {{"vendorId", "is not the key's"}}};
  return std::optional(request.caller.vendor);
}

}  // namespace cutroom::http
