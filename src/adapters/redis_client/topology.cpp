#include "adapters/redis_client/topology.hpp"

#include <charconv>

#include "adapters/redis_client/key_slot.hpp"
#include "adapters/redis_client/reply_error.hpp"

namespace cutroom::redis_client {
namespace {

constexpr std::int64_t kPortMax = 65'535;

template <class Number>
bool read(std::string_view digits, Number& number) {
  const char* begin = digits.data();
  const char* end = begin + digits.size();
  const auto [stopped, failed] = std::from_chars(begin, end, number);
  return failed == std::errc() && stopped == end;
}

// "MOVED 3999 127.0.0.1:6381"; an IPv6 address has no brackets there.
std::optional<Redirection> redirection_to(Redirection::Kind kind, std::string_view text) {
  Redirection redirection{.kind = kind};
  const std::size_t slot = text.find(' ') + 1;
  const std::size_t address = text.find(' ', slot) + 1;
  const std::size_t port = text.rfind(':') + 1;
  if (slot == 0 || address == 0 || port <= address) return std::nullopt;
  redirection.to.host = text.substr(address, port - 1 - address);
  if (!read(text.substr(slot, address - 1 - slot), redirection.slot) || redirection.slot >= kSlots ||
      !read(text.substr(port), redirection.to.port))
    return std::nullopt;
  return redirection;
}

}  // namespace

std::vector<SlotRange> slot_ranges_of(const Reply& reply, const Endpoint& asked) {
  std::vector<SlotRange> ranges;
  for (const Reply& row : reply.array()) {
    const auto& parts = row.array();
    if (parts.size() < 3 || parts[2].array().size() < 2) continue;
    const std::int64_t first = parts[0].integer();
    const std::int64_t last = parts[1].integer();
    const std::string& host = parts[2].array()[0].text();
    const std::int64_t port = parts[2].array()[1].integer();
    if (first < 0 || last < first || last >= static_cast<std::int64_t>(kSlots) || port <= 0 ||
        port > kPortMax)
      continue;
    ranges.push_back({.first = static_cast<std::uint16_t>(first),
                      .last = static_cast<std::uint16_t>(last),
                      .master = {.host = host.empty() || host == "?" ? asked.host : host,
                                 .port = static_cast<std::uint16_t>(port)}});
  }
  return ranges;
}

std::optional<Redirection> redirection_of(const Result<Reply>& answer) {
  if (answer) return std::nullopt;
  const Error& error = answer.error();
  using enum Redirection::Kind;
  if (is_reply_error(error, "MOVED")) return redirection_to(moved, error.detail);
  if (is_reply_error(error, "ASK")) return redirection_to(ask, error.detail);
  if (is_reply_error(error, "TRYAGAIN") || is_reply_error(error, "CLUSTERDOWN"))
    return Redirection{.kind = later};
  return std::nullopt;
}

}  // namespace cutroom::redis_client
