#include "adapters/redis_client/reply_error.hpp"

#include <array>
#include <utility>

namespace cutroom::redis_client {
namespace {

// The states of a server or cluster that end without anybody changing the command.
constexpr std::array<std::string_view, 12> kPasses{"LOADING",  "READONLY", "MASTERDOWN", "CLUSTERDOWN",
                                                   "TRYAGAIN", "OOM",      "BUSY",       "NOREPLICAS",
                                                   "MOVED",    "ASK",      "UNBLOCKED",  "MISCONF"};

std::string_view first_word(std::string_view text) { return text.substr(0, text.find(' ')); }

// Before Redis 7 a script's failed call was wrapped: "ERR Error running script (call to f_...):
// @user_script:1: -OOM command not allowed ...".
std::string_view kind_of(std::string_view text) {
  if (text.starts_with("ERR Error running script"))
    if (const std::size_t inner = text.find(": -"); inner != std::string_view::npos)
      return first_word(text.substr(inner + 3));
  return first_word(text);
}

}  // namespace

Error error_of_reply(std::string text) {
  const std::string_view kind = kind_of(text);
  const bool passes = std::find(kPasses.begin(), kPasses.end(), kind) != kPasses.end();
  return {.code = passes ? Errc::unavailable : Errc::storage_failed, .detail = std::move(text)};
}

bool is_reply_error(const Error& error, std::string_view word) { return kind_of(error.detail) == word; }

}  // namespace cutroom::redis_client
