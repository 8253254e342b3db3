#include "adapters/http/caller.hpp"

namespace cutroom::http {

std::string caller_vendor(const Request& request) { return request.remote_ip; }

}  // namespace cutroom::http
